#include "booster/transport/rate/rivals.h"

#include <algorithm>

namespace booster::transport::rate {

void Rivals::on_round(Duration least_queue, Duration most_wanted, Duration should_fall) {
  highest_ = std::max(highest_ - highest_ / 16, least_queue);
  const bool fell = before_ - least_queue >= should_fall / 2;
  before_ = least_queue;
  if (least_queue <= most_wanted) {
    full_ = 0;
  } else if (should_fall > Duration{}) {
    full_ = fell ? 0 : full_ + 1;
  }
  // A rival's queue never empties; one that does is ours alone.
  empty_ = least_queue <= std::max<Duration>(highest_ / 10, kQueueNone) ? empty_ + 1 : 0;
  if (!present_ && full_ >= kRoundsToSee) present_ = true;
  if (present_ && empty_ >= kRoundsToMiss) {
    present_ = false;
    full_ = 0;
  }
}

}  // namespace booster::transport::rate
