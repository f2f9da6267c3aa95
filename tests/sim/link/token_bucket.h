// Tokens come at a rate up to a burst; a policer drops what finds too few, a shaper lets it wait.
#pragma once
#include "tests/sim/fabric/types.h"

namespace sim {

class TokenBucket {
 public:
  TokenBucket(double bits_per_second, std::size_t burst, TimePoint now)
      : bytes_per_second_(bits_per_second / 8), burst_(static_cast<double>(burst)), tokens_(burst_), at_(now) {}

  bool take(std::size_t bytes, TimePoint now);           // false: does not conform
  TimePoint wait_for(std::size_t bytes, TimePoint now);  // when they may go; takes them. In order of time

 private:
  void refill(TimePoint now);

  double bytes_per_second_;
  double burst_;
  double tokens_;
  TimePoint at_;
};

}  // namespace sim
