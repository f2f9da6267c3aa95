// Result<T>: a value or an Error. Same interface as std::expected (absent from g++ 12).
#pragma once
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "codec/base/error.h"

namespace codec {

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(const tl::expected<T, Error>& other) : tl::expected<T, Error>(other) {}
  Result(tl::expected<T, Error>&& other) : tl::expected<T, Error>(std::move(other)) {}

  // Adds context in front of an error; passes a value through.
  Result context(std::string_view where) && {
    if (!*this) return tl::unexpected(std::move(this->error()).context(where));
    return std::move(*this);
  }
};

inline tl::unexpected<Error> fail(Errc code, std::string what = {}, int sys = 0) {
  return tl::unexpected(Error(code, std::move(what), sys));
}

}  // namespace codec

// The three layers share these words.
namespace booster {
using codec::Errc;
using codec::Error;
using codec::fail;
using codec::Result;
}  // namespace booster
namespace proxy {
using codec::Errc;
using codec::Error;
using codec::fail;
using codec::Result;
}  // namespace proxy

#define PB_CAT_(a, b) a##b
#define PB_CAT(a, b) PB_CAT_(a, b)
// In plain functions.
#define TRY(expr)                                          \
  do {                                                     \
    auto&& r_ = (expr);                                    \
    if (!r_) return tl::unexpected(std::move(r_.error())); \
  } while (0)
#define TRY_ASSIGN(decl, expr)                                                               \
  auto PB_CAT(r_, __LINE__) = (expr);                                                        \
  if (!PB_CAT(r_, __LINE__)) return tl::unexpected(std::move(PB_CAT(r_, __LINE__)).error()); \
  decl = *std::move(PB_CAT(r_, __LINE__))
// In coroutines (g++ 12 does not take them as expressions, and evaluates the operand of `auto&& r = (co_await x)`
// twice).
#define CO_TRY(expr)                                          \
  do {                                                        \
    auto&& r_ = (expr);                                       \
    if (!r_) co_return tl::unexpected(std::move(r_.error())); \
  } while (0)
#define CO_TRY_ASSIGN(decl, expr)                                                               \
  auto PB_CAT(r_, __LINE__) = (expr);                                                           \
  if (!PB_CAT(r_, __LINE__)) co_return tl::unexpected(std::move(PB_CAT(r_, __LINE__)).error()); \
  decl = *std::move(PB_CAT(r_, __LINE__))
