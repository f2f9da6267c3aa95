#include "booster/transport/rate/rivals.h"

#include <algorithm>

namespace booster::transport::rate {

// A queue that is ours alone falls when we give way, and empties; what others fill does neither for long.
void Rivals::on_round(Duration least_queue, Duration most_wanted, Duration should_fall, Duration noise) {
  if (least_queue <= std::max<Duration>(kQueueNone + noise, most_wanted / 4)) present_ = false;
  if (least_queue <= most_wanted || present_) {
    waiting_ = false;
    return;
  }
  if (!waiting_) {
    waiting_ = true;
    began_at_ = least_queue;
    owed_ = {};
    return;
  }
  owed_ += should_fall;
  if (owed_ < std::max<Duration>(began_at_ - most_wanted / 2, kQueueWanted + 4 * noise)) return;
  present_ = began_at_ - least_queue < owed_ / 4;
  waiting_ = false;
}

}  // namespace booster::transport::rate
