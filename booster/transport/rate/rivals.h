// Rivals: whether others keep the bottleneck's queue full. Then keeping our own part of it small only gives it to them.
#pragma once
#include <array>

#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Rivals {
 public:
  // Once a round: the least queue seen in it, the most that is wanted, and by how much it should have fallen because we
  // sent less than comes out.
  void on_round(Duration least_queue, Duration most_wanted, Duration should_fall);
  bool present() const { return present_; }
  void forget() { *this = Rivals(); }

 private:
  static constexpr int kRoundsToSee = 5;    // giving way for so long must empty a queue that is ours
  static constexpr int kRoundsToMiss = 2;

  bool present_ = false;
  int full_ = 0;
  Duration before_{};
  int empty_ = 0;
  Duration highest_{};
};

}  // namespace booster::transport::rate
