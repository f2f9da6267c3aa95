// A node's own steady clock: it may stand anywhere, run too fast or too slow, and jump forward.
#pragma once
#include "tests/sim/fabric/types.h"

namespace sim {

class Clock {
 public:
  TimePoint local(TimePoint world) const;
  TimePoint world(TimePoint local) const;  // the first instant at which the clock shows it, or later; kNever stays

  void set_skew(double parts_per_million, TimePoint now);  // > 0: too fast. The clock goes on from where it is
  void jump(Duration forward, TimePoint now);              // as CLOCK_BOOTTIME does over a sleep

 private:
  void set_anchor(TimePoint now);

  TimePoint anchor_world_ = kEpoch;
  TimePoint anchor_local_ = kEpoch;
  double skew_ = 0;  // parts, not millions of them
};

}  // namespace sim
