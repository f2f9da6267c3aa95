// The links of the stories of rate control.
#pragma once
#include <algorithm>

#include "tests/sim/worlds/rate_story.h"
#include "tests/support/sanitized.h"

namespace sim {

// The bottleneck towards the client; `queue` as time at its rate.
inline LinkPair rate_link(double bits_per_second, Duration round_trip, Duration queue, LinkSettings more = {}) {
  more.bits_per_second = bits_per_second;
  more.delay = round_trip / 2;
  more.queue_bytes = std::max<std::size_t>(3000, static_cast<std::size_t>(bits_per_second / 8 * seconds(queue)));
  return {{.delay = round_trip / 2}, more};
}

constexpr std::uint64_t seeds(std::uint64_t many) {
  return support::kSanitized ? 1 : many;
}

inline LinkPair swapped(LinkPair pair) {
  std::swap(pair.up, pair.down);
  return pair;
}

}  // namespace sim
