// One direction of a link as a machine without clock or socket:
//   queue (drop-tail, ECN) -> rate or trace -> policer -> loss, outage -> delay, jitter
// Packets go in with the time of their arrival and come out when they are due. Departures are computed, not
// measured: a caller that comes late does not change what the link does.
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <tuple>
#include <vector>

#include "tests/support/link/loss.h"
#include "tests/support/link/opportunities.h"
#include "tests/support/link/settings.h"

namespace support::link {

using Packet = std::vector<std::byte>;

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  void add(std::size_t size) {
    ++packets;
    bytes += size;
  }
  bool operator==(const Count&) const = default;
};

// IP packets and their bytes, headers included.
struct PipeStats {
  Count offered;    // came to the bottleneck while the link was up
  Count delivered;  // came out at the other end
  Count queue_dropped;
  Count policed;
  Count lost;       // by loss, outages, and UDP where it does not pass
  Count swallowed;  // while the link was down, or in it when it went down; not part of offered when they came later
  std::uint64_t marked = 0;
  std::size_t queue_peak = 0;
};

class Pipe {
 public:
  // `epoch` is where outages and traces start counting; both directions share it.
  Pipe(PipeSettings settings, std::uint64_t seed, TimePoint epoch);

  void on_packet(Packet packet, TimePoint now);
  void on_deadline(TimePoint now);                   // moves everything on to `now`
  std::optional<Packet> next_packet(TimePoint now);  // what is due, until nullopt; call on_deadline first
  TimePoint next_deadline() const;                   // TimePoint::max(): none

  // From now on; what waits stays in the queue and leaves at the new rate. `seed` starts the losses anew.
  void configure(PipeSettings settings, std::optional<std::uint64_t> seed, TimePoint now);
  void set_up(bool up, TimePoint now);

  const PipeStats& stats() const { return stats_; }
  std::size_t queued_bytes() const { return queued_; }
  void reset_stats();

 private:
  struct Flight {
    TimePoint due;
    std::uint64_t order;
    Packet packet;
    bool operator>(const Flight& other) const { return std::tie(due, order) > std::tie(other.due, other.order); }
  };

  bool admit(const Packet& packet) const;
  void start_service(TimePoint ready);
  void leave(TimePoint at);
  bool conforms(std::size_t bytes, TimePoint at);
  bool in_outage(TimePoint at) const;
  void fly(Packet packet, TimePoint at);
  void swallow_all();

  PipeSettings settings_;
  TimePoint epoch_;
  Loss loss_;
  Random jitter_;
  std::optional<Opportunities> opportunities_;
  std::deque<Packet> queue_;
  std::size_t queued_ = 0;
  TimePoint departure_ = TimePoint::max();  // of the queue's head
  double tokens_ = 0;
  TimePoint tokens_at_;
  std::priority_queue<Flight, std::vector<Flight>, std::greater<>> flights_;
  std::size_t flying_ = 0;
  std::uint64_t order_ = 0;
  TimePoint last_due_ = TimePoint::min();
  bool up_ = true;
  PipeStats stats_;
};

}  // namespace support::link
