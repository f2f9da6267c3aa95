// MemoryStream: a connected pair of Streams in memory with delay, rate and loss, on the loop's (virtual) time. Replaces
// sockets in tests.
#pragma once
#include <cstdint>
#include <utility>

#include "booster/net/stream.h"
#include "booster/runtime/clock.h"
#include "booster/runtime/loop.h"

namespace booster::net {

struct MemoryLink {
  runtime::Duration delay{};           // one way
  std::uint64_t bytes_per_second = 0;  // 0: unlimited
  double loss = 0;  // share of 1,400-byte pieces that come one `retransmit` later (an ordered stream loses nothing)
  runtime::Duration retransmit = std::chrono::milliseconds(200);
  std::size_t buffer = 256 * 1024;  // what may be under way before a writer waits
  std::uint64_t seed = 1;
};

struct MemoryPair {
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};
MemoryPair make_memory_pair(runtime::Loop& loop, MemoryLink link = {});

}  // namespace booster::net
