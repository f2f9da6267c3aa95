// Held: the rate where no queue can be kept, as at a policer or a shallow buffer. There only loss tells what the path
// takes: the rate creeps up, and what is lost beyond the radio's share brings it down by as much.
#pragma once
#include "booster/transport/rate/loss_kinds.h"

namespace booster::transport::rate {

class Held {
 public:
  bool now() const { return now_; }
  // `rate`: at which loss was seen to follow the rate.
  void begin(BitsPerSecond rate, TimePoint now);
  void end() { now_ = false; }

  // Of packets sent at the level.
  void on_outcome(std::uint64_t arrived, std::uint64_t lost);
  // Once a round. By what the rate is to be multiplied; `gross`: it was far too high, so what is under way says
  // nothing.
  struct Step {
    double factor = 1;
    bool gross = false;
    bool slow_in_doubt = false;  // so much is lost at the slow rate that it may be too fast itself
  };
  Step next_step(const LossKinds& loss, bool app_limited);
  // It has lasted long enough to look again, or the loss it began with does not come back.
  bool over(BitsPerSecond rate, TimePoint now);

 private:
  bool now_ = false;
  TimePoint until_{};
  Duration length_{};
  BitsPerSecond began_at_{};
  double creep_ = 0;
  int excesses_ = 0;
  double arrived_ = 0;
  double lost_ = 0;
};

}  // namespace booster::transport::rate
