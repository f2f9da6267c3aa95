#include "booster/transport/rate/rivals.h"

#include <algorithm>

namespace booster::transport::rate {
namespace {

constexpr int kLag = 2;

}  // namespace

// A queue that is ours alone falls when we give way, and empties; what others fill does neither for long, nor does it
// stand still. What stands still whatever we send is no queue.
Rivals::Verdict Rivals::on_round(Duration least_queue, Duration most_wanted, Duration should_fall, Duration noise) {
  if (least_queue <= std::max<Duration>(kQueueNone + noise, most_wanted / 4)) present_ = false;
  if (least_queue <= most_wanted) {
    waiting_ = false;
    return Verdict::Open;
  }
  if (!waiting_) rounds_ = 0;
  waiting_ = true;
  if (++rounds_ <= kLag) {  // what is seen so far was sent before we gave way
    began_at_ = lowest_ = highest_ = least_queue;
    owed_ = {};
    return Verdict::Open;
  }
  lowest_ = std::min(lowest_, least_queue);
  highest_ = std::max(highest_, least_queue);
  owed_ += should_fall;
  if (owed_ < std::max<Duration>(began_at_ - most_wanted / 2, kQueueWanted + 4 * noise)) return Verdict::Open;
  waiting_ = false;
  if (highest_ - lowest_ <= std::min<Duration>(kQueueNone + noise, began_at_ / 8)) return Verdict::Path;
  present_ = began_at_ - least_queue < owed_ / 4;
  return present_ ? Verdict::Rivals : Verdict::Open;
}

}  // namespace booster::transport::rate
