#include "tests/sim/clock.h"

#include <cmath>

#include "codec/base/check.h"

namespace sim {

TimePoint Clock::local(TimePoint world) const {
  const Duration passed = world - anchor_world_;
  return anchor_local_ + passed + Duration(std::llround(static_cast<double>(passed.count()) * skew_));
}

TimePoint Clock::world(TimePoint at) const {
  if (at == kNever) return kNever;
  const Duration ahead = at - anchor_local_;
  TimePoint guess =
      anchor_world_ + ahead - Duration(std::llround(static_cast<double>(ahead.count()) * skew_ / (1 + skew_)));
  while (local(guess) < at) guess += Duration(1);  // rounding alone: a step or two
  return guess;
}

void Clock::set_anchor(TimePoint now) {
  anchor_local_ = local(now);
  anchor_world_ = now;
}

void Clock::set_skew(double parts_per_million, TimePoint now) {
  CHECK(std::abs(parts_per_million) < 1e5);
  set_anchor(now);
  skew_ = parts_per_million * 1e-6;
}

void Clock::jump(Duration forward, TimePoint now) {
  CHECK(forward >= Duration::zero());  // a steady clock
  set_anchor(now);
  anchor_local_ += forward;
}

}  // namespace sim
