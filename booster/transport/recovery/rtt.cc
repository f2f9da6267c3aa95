#include "booster/transport/recovery/rtt.h"

#include <algorithm>

namespace booster::transport::recovery {

void Rtt::on_sample(Duration sample, Duration ack_delay, Duration most_delay) {
  latest_ = sample;
  if (!known_) {
    known_ = true;
    minimum_ = sample;
    smoothed_ = sample;
    variation_ = sample / 2;
    return;
  }
  minimum_ = std::min(minimum_, sample);
  const Duration believed = std::min(ack_delay, most_delay);
  const Duration adjusted = sample >= minimum_ + believed ? sample - believed : sample;
  const Duration apart = smoothed_ > adjusted ? smoothed_ - adjusted : adjusted - smoothed_;
  variation_ = (3 * variation_ + apart) / 4;
  smoothed_ = (7 * smoothed_ + adjusted) / 8;
}

void Rtt::guess(Duration smoothed) {
  if (known_) return;
  smoothed_ = smoothed;
  latest_ = smoothed;
  variation_ = smoothed / 2;
}

Duration Rtt::probe_timeout(Duration most_delay) const {
  return smoothed_ + std::max(4 * variation_, kGranularity) + most_delay;
}

}  // namespace booster::transport::recovery
