// What a decoder of chains allows. One place; a reader of a family may give narrower ones.
#pragma once
#include <cstddef>

namespace codec::property {

constexpr std::size_t kMaxDepth = 8;                    // our deepest message uses 4; recursion and stack stay small
constexpr std::size_t kMaxControlChain = 16 * 1024;     // what the front decodes of a stranger, before any login
constexpr std::size_t kMaxControlProperties = 1024;     // an entry costs ~48 bytes for 2 on the wire: 48 KiB at most
constexpr std::size_t kMaxMessageChain = 1024 * 1024;   // bulk lists are one packed property of a message
constexpr std::size_t kMaxMessageProperties = 1 << 15;  // 1.5 MiB of entries at most
constexpr std::size_t kMaxInline = 16 * 1024;           // above it a streamed property comes in pieces

struct Limits {
  std::size_t max_bytes = kMaxMessageChain;
  std::size_t max_properties = kMaxMessageProperties;  // nested ones included
  std::size_t max_depth = kMaxDepth;                   // a flat chain has depth 1
  bool sorted = false;                                 // ids must not fall, at every depth: chains hashed or signed
};

constexpr Limits kControlLimits{kMaxControlChain, kMaxControlProperties, kMaxDepth, false};

}  // namespace codec::property
