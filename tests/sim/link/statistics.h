// What a link saw. Sizes are of IP packets.
#pragma once
#include <array>
#include <vector>

#include "tests/sim/fabric/trace.h"
#include "tests/support/link/pipe.h"

namespace sim {

using support::link::Count;

// Delays in buckets 3 % wide.
class DelayHistogram {
 public:
  void add(Duration delay);
  Duration mean() const;
  Duration quantile(double share) const;  // .99: p99
  std::uint64_t count() const { return count_; }

 private:
  std::vector<std::uint32_t> buckets_;
  std::uint64_t count_ = 0;
  Duration sum_{};
};

struct LinkStatistics {
  Count offered;
  Count delivered;
  std::array<Count, kWhats> ended{};  // by kind: ended[What::DroppedQueue]
  std::uint64_t marked = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t held_back = 0;
  std::size_t queue_peak = 0;
  DelayHistogram queue_delay;  // of what left the queue: waiting and its own transmission

  Duration window{};                             // zero: no series
  std::vector<std::uint64_t> delivered_bytes{};  // in each window since `series_start`
  TimePoint series_start{};

  const Count& dropped(What kind) const { return ended[static_cast<std::size_t>(kind)]; }
  Count dropped() const;  // of all kinds
  double bits_per_second(Duration over) const { return static_cast<double>(delivered.bytes) * 8 / seconds(over); }
  void on_delivered(std::size_t bytes, TimePoint now);
};

}  // namespace sim
