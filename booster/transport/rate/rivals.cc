#include "booster/transport/rate/rivals.h"

#include <algorithm>

namespace booster::transport::rate {
namespace {

constexpr int kLag = 2;
constexpr double kOurPart = .45;        // of the link: beside another of us the queue empties, and both see it
constexpr double kAlone = .85;          // of a link that loses nothing: nobody else is there
constexpr double kStep = 1.5;           // of our rate, for one sounding
constexpr double kWeight = .25;         // of one sounding
constexpr Duration kGone = seconds(1);  // longer than BBR is away to see the least round trip
constexpr int kGoneRounds = 4;
constexpr int kStillRounds = 20;  // two soundings

}  // namespace

// A queue that is ours alone falls when we give way, and empties; what others fill does neither for long, nor does it
// stand still. What stands still whatever we send is no queue.
Rivals::Verdict Rivals::on_round(Duration least_queue, Duration most_wanted, Duration should_fall, Duration noise,
                                 Duration took) {
  const bool empty = least_queue <= std::max<Duration>(kQueueNone + noise, most_wanted / 4);
  empty_rounds_ = empty ? empty_rounds_ + 1 : 0;
  empty_ = empty ? empty_ + took : Duration{};
  full_ = least_queue > most_wanted;
  if (present_) {
    present_ = empty_rounds_ < kGoneRounds || empty_ < kGone;
    // Through soundings, too: what does not move at all is nobody's.
    lowest_ = std::min(lowest_, least_queue);
    highest_ = std::max(highest_, least_queue);
    if (highest_ - lowest_ > kQueueNone + noise) {
      lowest_ = highest_ = least_queue;
      still_rounds_ = 0;
    }
    if (++still_rounds_ < kStillRounds || !full_) return Verdict::Open;
    present_ = false;
    return Verdict::Path;
  }
  if (!full_) {
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
  return began_at_ - least_queue < owed_ / 4 ? Verdict::Rivals : Verdict::Open;
}

void Rivals::begin(BitsPerSecond link) {
  present_ = true;
  waiting_ = false;
  empty_rounds_ = 0;
  still_rounds_ = 0;
  lowest_ = Duration::max();
  highest_ = {};
  soundings_ = 0;
  time_of_a_bit_ = 1 / static_cast<double>(std::max(link, kLeast).value);
  ours_ = scaled(link, kOurPart);
}

void Rivals::on_share(double share, BitsPerSecond rate, bool loses) {
  const double seen = std::clamp(share, 0., 1.) / static_cast<double>(std::max(rate, kLeast).value);
  ++soundings_;
  if (share > kAlone && !loses) present_ = false;
  time_of_a_bit_ += (seen - time_of_a_bit_) * kWeight;
  const double wanted = kOurPart / std::max(time_of_a_bit_, 1 / static_cast<double>(kMost.value));
  ours_ = scaled(rate, std::clamp(wanted / static_cast<double>(rate.value), 1 / kStep, kStep));
}

}  // namespace booster::transport::rate
