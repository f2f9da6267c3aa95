// What a property is: an id, a type on the wire, and the typed constant that names both.       Source: FORMAT.md §2
#pragma once
#include <cstdint>
#include <string_view>

#include "codec/base/bytes.h"

namespace codec::property {

class Chain;
using codec::to_string;  // of bytes; ours below would hide it

using Id = std::uint32_t;

// The wire types; 5, 6 and 7 are reserved and refused, so that every property has a length we know.
enum class Type : std::uint8_t { Unsigned = 0, Signed = 1, Bytes = 2, Text = 3, Chain = 4 };
constexpr unsigned kTypeBits = 3;
std::string_view to_string(Type type);

// A known property. Each message family declares its own as constants:
//   inline constexpr Property<Type::Text> kUser{0x61, "user"};
template <Type T>
struct Property {
  Id id;
  const char* name;  // for errors and dumps
};

// How a value of each type is seen: numbers by value, the rest as a view into the chain that owns it.
template <Type T>
struct ViewOf;
template <>
struct ViewOf<Type::Unsigned> {
  using type = std::uint64_t;
};
template <>
struct ViewOf<Type::Signed> {
  using type = std::int64_t;
};
template <>
struct ViewOf<Type::Bytes> {
  using type = ByteView;
};
template <>
struct ViewOf<Type::Text> {
  using type = std::string_view;
};
template <>
struct ViewOf<Type::Chain> {
  using type = const Chain*;  // never null
};
template <Type T>
using View = typename ViewOf<T>::type;

}  // namespace codec::property
