// Swings: how far a path's rate varies from one round trip to the next, as a radio's does that is shared or moves. What
// a steady estimate says is then wrong in either direction most of the time: enough has to be under way for the better
// of the round trips.
#pragma once
#include <deque>

#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Swings {
 public:
  // What came through in the last round trip, while there was enough to send.
  void on_sample(BitsPerSecond through, TimePoint now, Duration round_trip);
  // The rate varies so much that it cannot be followed.
  bool present() const { return present_; }
  // Nine of ten round trips of the last seconds took less.
  BitsPerSecond high() const { return high_; }

 private:
  struct Sample {
    TimePoint at;
    BitsPerSecond rate;
  };
  std::deque<Sample> samples_;
  TimePoint next_look_{};
  TimePoint next_step_{};
  BitsPerSecond last_{};
  double size_ = 0;  // of the steps from one round trip to the next, mean, share of the higher
  BitsPerSecond high_{};
  bool present_ = false;
};

}  // namespace booster::transport::rate
