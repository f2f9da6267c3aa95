// One direction of a link:
//   MTU -> queue (drop-tail, ECN) -> CoDel -> shaper, rate or trace -> policer -> loss, outage -> corruption, copies
//   -> delay, jitter, holding back
// It behaves as the emulator's Pipe does where both can do a thing (link_agreement_test.cc). Several chains may share
// it.
#pragma once
#include <deque>

#include "tests/sim/fabric/fabric.h"
#include "tests/sim/link/bottleneck.h"
#include "tests/sim/link/codel.h"
#include "tests/sim/link/impairment.h"
#include "tests/sim/link/statistics.h"

namespace sim {

class Link : public Hop, private Element {
 public:
  Link(Fabric& fabric, ElementId id, LinkSettings settings, std::uint64_t seed);

  void on_datagram(Datagram& datagram, TimePoint now) override;

  // From now on, and the link's epoch is now. What waits leaves at the new rate; the random sequences go on.
  void configure(LinkSettings settings);
  const LinkSettings& settings() const { return settings_; }
  void set_mtu(std::size_t mtu) { settings_.mtu = mtu; }
  void set_up(bool up);  // down: what is in it is lost, and all that comes
  void measure_throughput(Duration window);

  const LinkStatistics& statistics() const { return statistics_; }
  std::size_t queued_bytes() const { return queued_; }

 private:
  void on_event(std::uint64_t tag, TimePoint now) override;
  bool admits(std::size_t bytes, TimePoint now) const;
  void serve(TimePoint now);
  Datagram* next_to_serve(TimePoint now);
  void leave(Datagram& datagram, TimePoint now);
  void fly(Datagram& datagram, TimePoint now);
  void arrive(Datagram& datagram, TimePoint now);
  bool mark(Datagram& datagram);
  void drop(Datagram& datagram, What why);

  Fabric& fabric_;
  ElementId id_;
  LinkSettings settings_;
  Bottleneck bottleneck_;
  std::optional<Codel> codel_;
  std::optional<TokenBucket> policer_;
  Impairment impairment_;
  std::deque<Datagram*> queue_;
  Datagram* serving_ = nullptr;
  std::size_t queued_ = 0;       // bytes waiting and in service
  std::uint64_t departure_ = 1;  // tag of the one that counts; odd, so that it is no datagram's place
  std::uint32_t era_ = 0;
  bool up_ = true;
  LinkStatistics statistics_;
};

}  // namespace sim
