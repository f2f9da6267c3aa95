// Rivals: whether others keep the bottleneck's queue full. Then keeping our own part of it small only gives it to them.
#pragma once
#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Rivals {
 public:
  // Once a round: the least queue seen in it, the most that is wanted, by how much it should have fallen because we sent
  // less than comes out, and what of it is noise.
  void on_round(Duration least_queue, Duration most_wanted, Duration should_fall, Duration noise);
  bool present() const { return present_; }
  void forget() { *this = Rivals(); }

 private:
  bool present_ = false;
  bool waiting_ = false;  // we are giving way, since
  Duration began_at_{};   // this queue
  Duration owed_{};       // and it should have fallen by this
};

}  // namespace booster::transport::rate
