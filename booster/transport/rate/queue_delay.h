// The delay of one direction: what the path has by itself, and what the queue at its bottleneck adds.
//   Units  times of arrival are the peer's clock, which stands anywhere: only differences mean something
#pragma once
#include <algorithm>
#include <array>
#include <deque>

#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class QueueDelay {
 public:
  // `delay`: arrival on the peer's clock less departure on ours.
  void on_sample(Duration delay, TimePoint now, Duration window);
  // The same of a packet whose turn is long over: it tells of the path's own delay only.
  void on_early_sample(Duration delay, TimePoint now);
  // So much above the least is the path's own delay: seen when nothing of ours can have waited.
  void set_floor(Duration floor) { floor_ = floor; }
  Duration floor() const { return floor_; }

  bool known() const { return !recent_.empty(); }
  // The least of the last window over the least of the last half minute, and over what draining left of that.
  Duration queue() const { return known() ? std::max(above_least() - floor_, Duration{}) : Duration{}; }
  Duration above_least() const { return known() ? lowest_ - base_ : Duration{}; }
  Duration jitter() const { return jitter_; }  // of neighbouring samples, mean
  bool empty() const { return queue() <= kQueueNone + jitter_; }

 private:
  struct Sample {
    TimePoint at;
    Duration delay;
  };
  static constexpr std::size_t kBuckets = 6;

  std::deque<Sample> recent_;
  std::array<Duration, kBuckets> least_ = make_empty();
  std::size_t bucket_ = 0;
  TimePoint bucket_since_{};
  Duration lowest_{};
  Duration base_ = Duration::max();
  Duration floor_{};
  Duration jitter_{};

  static std::array<Duration, kBuckets> make_empty();
  void take(Duration delay);
};

}  // namespace booster::transport::rate
