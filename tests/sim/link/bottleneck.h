// When the last byte of a packet leaves: at a fixed rate, by a schedule of rates, or at a trace's opportunities.
#pragma once
#include <optional>

#include "tests/sim/link/settings.h"
#include "tests/sim/link/token_bucket.h"
#include "tests/support/link/opportunities.h"

namespace sim {

class Bottleneck {
 public:
  Bottleneck(const LinkSettings& settings, TimePoint epoch);

  // In order of departure; kNever if the schedule ends with a rate of 0.
  TimePoint depart(TimePoint ready, std::size_t bytes);
  double bits_per_second(TimePoint now) const;  // of a trace: the mean; 0: no bottleneck

 private:
  TimePoint scheduled(TimePoint ready, double bits) const;
  std::size_t step_at(Duration since) const;

  double rate_;
  std::vector<RateStep> schedule_;
  std::optional<support::link::Opportunities> opportunities_;
  std::optional<TokenBucket> shaper_;
  TimePoint epoch_;
};

}  // namespace sim
