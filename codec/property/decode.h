// Bytes -> chain.                                                                                Source: FORMAT.md §3
#pragma once
#include "codec/property/chain.h"
#include "codec/property/limits.h"

namespace codec::property {

// All of `bytes` is one chain; encode() gives the very same octets back.
//   Errors  Protocol: cut short, non-minimal varint, reserved type, id above 2^32-1, text that is not UTF-8, unsorted
//   where
//           `sorted` asks · Limit: bytes, properties, depth
Result<Chain> decode(ByteView bytes, const Limits& limits = {});

// key = varint, id << 3 | type
struct Key {
  Id id;
  Type type;
};
Result<Key> make_key(std::uint64_t key);  // Errors  Protocol: reserved type, id too large

}  // namespace codec::property
