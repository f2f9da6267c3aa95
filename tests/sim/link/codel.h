// Controlled delay: what has waited too long for too long is dropped, ever more often.         Source: RFC 8289 §4, §5
#pragma once
#include "tests/sim/link/settings.h"

namespace sim {

class Codel {
 public:
  explicit Codel(const CodelSettings& settings) : settings_(settings) {}

  // For each packet as it leaves the queue: true, drop or mark this one. `behind`: bytes that still wait.
  bool drops(Duration waited, std::size_t behind, TimePoint now);

 private:
  bool above_target(Duration waited, std::size_t behind, TimePoint now);
  TimePoint next_after(TimePoint at) const;  // interval / sqrt(count) later

  CodelSettings settings_;
  TimePoint first_above_ = kNever;  // when the delay will have been above the target for an interval
  TimePoint drop_next_{};
  std::uint32_t count_ = 0;
  std::uint32_t last_count_ = 0;
  bool dropping_ = false;
};

}  // namespace sim
