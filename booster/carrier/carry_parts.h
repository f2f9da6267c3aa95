// What runs side by side while a connection carries a session.
#pragma once
#include <optional>

#include "booster/runtime/scope.h"

namespace booster::carrier {

// With what SendGate lets stand before it: 16 KiB in the kernel.
constexpr std::size_t kRecord = std::size_t{12} << 10;
// Between processes of one host nothing chooses late, and each call costs more than the octets it moves.
constexpr std::size_t kLocalRecords = std::size_t{64} << 10;
constexpr std::size_t kLocalRead = std::size_t{256} << 10;

struct Ends {
  std::optional<Error> first;
  void note(const Result<>& result) {
    if (!result && !first) first = result.error();
  }
};

// The end of one is the end of all.
inline runtime::Task<Result<>> end_all_after(runtime::TaskScope& scope, Ends& ends, runtime::Task<Result<>> task) {
  runtime::Task<Result<>> own = std::move(task);
  ends.note(co_await std::move(own));
  scope.cancel();
  co_return Result<>();
}

}  // namespace booster::carrier
