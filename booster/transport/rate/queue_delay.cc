#include "booster/transport/rate/queue_delay.h"

#include <algorithm>

namespace booster::transport::rate {

std::array<Duration, QueueDelay::kBuckets> QueueDelay::make_empty() {
  std::array<Duration, kBuckets> empty;
  empty.fill(Duration::max());
  return empty;
}

void QueueDelay::on_sample(Duration delay, TimePoint now, Duration window) {
  if (!recent_.empty()) {
    const Duration apart = std::chrono::abs(delay - recent_.back().delay);
    jitter_ += (apart - jitter_) / 16;
  }
  while (!recent_.empty() && now - recent_.front().at > window) recent_.pop_front();
  recent_.push_back({now, delay});
  lowest_ = delay;
  for (const Sample& each : recent_) lowest_ = std::min(lowest_, each.delay);

  if (now - bucket_since_ > kBaseKept / kBuckets) {
    bucket_ = (bucket_ + 1) % kBuckets;
    bucket_since_ = now;
    least_[bucket_] = delay;
  }
  take(delay);
}

void QueueDelay::on_early_sample(Duration delay, TimePoint now) {
  if (bucket_since_ == TimePoint{}) bucket_since_ = now;
  take(delay);
}

void QueueDelay::take(Duration delay) {
  least_[bucket_] = std::min(least_[bucket_], delay);
  const Duration base = *std::min_element(least_.begin(), least_.end());
  // An old least was forgotten: what was above it is part of the new one.
  if (base > base_) floor_ = std::max(floor_ - (base - base_), Duration{});
  base_ = base;
}

}  // namespace booster::transport::rate
