// Small readers shared by the message codecs.
#pragma once
#include <cstring>
#include <limits>

#include "codec/property/chain.h"
#include "proxy/sync/ids.h"
#include "proxy/sync/types.h"

namespace proxy::sync::fields {

using codec::property::Chain;
using codec::property::Property;
using codec::property::Type;

// Zero, empty and false are not written; absent reads as them.
inline void put(Chain& chain, Property<Type::Unsigned> property, std::uint64_t value) {
  if (value != 0) chain.add(property, value);
}
inline void put(Chain& chain, Property<Type::Signed> property, std::int64_t value) {
  if (value != 0) chain.add(property, value);
}
inline void put(Chain& chain, Property<Type::Text> property, const std::string& value) {
  if (!value.empty()) chain.add(property, value);
}
inline void put(Chain& chain, Property<Type::Bytes> property, ByteView value) {
  if (!value.empty()) chain.add(property, value);
}
template <std::size_t N>
void put_fixed(Chain& chain, Property<Type::Bytes> property, const std::array<std::byte, N>& value) {
  if (value != std::array<std::byte, N>{}) chain.add(property, ByteView(value));
}

template <class T>
Result<> get(const Chain& chain, Property<Type::Unsigned> property, T& into) {
  TRY_ASSIGN(const std::uint64_t value, chain.get_or(property, std::uint64_t{0}));
  if (value > std::uint64_t{std::numeric_limits<T>::max()})
    return fail(Errc::Protocol, std::string("property ") + property.name + ": too large");
  into = static_cast<T>(value);
  return {};
}
template <class T>
Result<> get(const Chain& chain, Property<Type::Signed> property, T& into) {
  TRY_ASSIGN(const std::int64_t value, chain.get_or(property, std::int64_t{0}));
  if (value > std::numeric_limits<T>::max() || value < std::numeric_limits<T>::min())
    return fail(Errc::Protocol, std::string("property ") + property.name + ": out of range");
  into = static_cast<T>(value);
  return {};
}
inline Result<> get(const Chain& chain, Property<Type::Text> property, std::string& into) {
  TRY_ASSIGN(const std::string_view value, chain.get_or(property, std::string_view()));
  into = value;
  return {};
}
inline Result<> get(const Chain& chain, Property<Type::Bytes> property, Bytes& into) {
  TRY_ASSIGN(const ByteView value, chain.get_or(property, ByteView()));
  into.assign(value.begin(), value.end());
  return {};
}
template <std::size_t N>
Result<> get_fixed(const Chain& chain, Property<Type::Bytes> property, std::array<std::byte, N>& into) {
  TRY_ASSIGN(const ByteView value, chain.get_or(property, ByteView()));
  if (value.empty()) {
    into = {};
    return {};
  }
  if (value.size() != N) return fail(Errc::Protocol, std::string("property ") + property.name + ": wrong size");
  std::memcpy(into.data(), value.data(), N);
  return {};
}
inline Result<> get(const Chain& chain, Property<Type::Unsigned> property, bool& into) {
  TRY_ASSIGN(const std::uint64_t value, chain.get_or(property, std::uint64_t{0}));
  if (value > 1) return fail(Errc::Protocol, std::string("property ") + property.name + ": neither 0 nor 1");
  into = value == 1;
  return {};
}
// An enumeration whose last value is `last`.
template <class E>
Result<> get_enum(const Chain& chain, Property<Type::Unsigned> property, E& into, E last) {
  TRY_ASSIGN(const std::uint64_t value, chain.get_or(property, std::uint64_t{0}));
  if (value > static_cast<std::uint64_t>(last))
    return fail(Errc::Protocol, std::string("property ") + property.name + ": unknown value");
  into = static_cast<E>(value);
  return {};
}
inline Result<std::uint64_t> kind_of(const Chain& chain) {
  return chain.require(id::kKind);
}
// A message begins as a chain of its kind. Each set of messages has an enumeration of its own, with no member 0.
template <class Kind>
Chain of_kind(Kind kind) {
  Chain chain;
  chain.add(id::kKind, static_cast<std::uint64_t>(kind));
  return chain;
}
// What a switch over `Kind` meets: a number that no enumerator can have falls out of it like any other unknown one.
template <class Kind>
Kind kind_or_none(std::uint64_t number) {
  return number <= 255 ? static_cast<Kind>(number) : Kind{};
}

}  // namespace proxy::sync::fields
