#include "tests/sim/link/token_bucket.h"

#include <algorithm>

namespace sim {

void TokenBucket::refill(TimePoint now) {
  if (now <= at_) return;
  tokens_ = std::min(burst_, tokens_ + seconds(now - at_) * bytes_per_second_);
  at_ = now;
}

bool TokenBucket::take(std::size_t bytes, TimePoint now) {
  refill(now);
  if (tokens_ < static_cast<double>(bytes)) return false;
  tokens_ -= static_cast<double>(bytes);
  return true;
}

TimePoint TokenBucket::wait_for(std::size_t bytes, TimePoint now) {
  const TimePoint ready = std::max(now, at_);
  refill(ready);
  // A full bucket lets even a packet larger than itself go, into debt: a small burst is no wall.
  const double missing = std::min(static_cast<double>(bytes), burst_) - tokens_;
  const TimePoint go = missing > 0 ? ready + from_seconds(missing / bytes_per_second_) : ready;
  refill(go);
  tokens_ -= static_cast<double>(bytes);
  return go;
}

}  // namespace sim
