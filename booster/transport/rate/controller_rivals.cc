// What the controller makes of others on the link: whether they are there, and which part of it is ours.
#include <algorithm>

#include "booster/transport/rate/controller.h"

namespace booster::transport::rate {
namespace {

constexpr double kOverflow = .01;        // of loss above the radio's
constexpr double kRadioBelieved = .002;  // more of it in a second: what others overflow looks like it at first
constexpr int kSoundEvery = 10;          // rounds
constexpr int kSoundSoon = 5;            // the first ones
constexpr double kSoundDepth = .5;
constexpr double kMostlyOthers = .5;   // a smaller share of the link is ours
constexpr double kEmptyGrowth = 1.1;   // a round, where rivals leave room for a while
constexpr double kAloneForget = .003;  // a round, of the rate that once was ours alone
constexpr double kSwingForget = .02;
constexpr double kMoreThanRadio = 1.3;
constexpr double kOverflowing = .01;
constexpr double kFallen = .7;
constexpr Duration kAskEvery = seconds(1);
constexpr std::size_t kFewPackets = 5;        // a short queue of our own
constexpr int kDoubts = 3;                    // soundings in a row, where nothing else speaks for others
constexpr Duration kAskAnyway = seconds(10);  // they may have been there first
constexpr double kArrives = .8;               // of what we send, at least
constexpr int kNobodys = 3;                   // round trips
constexpr Duration kNobodysLeast = milliseconds(100);
constexpr Duration kLossless = seconds(1);

}  // namespace

// Whether what waits is ours, others', or the path's own.
void RateController::judge_queue(Duration gave_way, Duration took) {
  way_arrived_ += static_cast<double>(round_arrived_);
  way_lost_ += static_cast<double>(round_lost_);
  // A full buffer stands as still as a longer path, but it loses what is too much.
  const bool overflowed = way_lost_ > (radio_kept_ + kOverflow) * (way_arrived_ + way_lost_);
  const Rivals::Verdict verdict =
      rivals_.on_round(round_queue_, queue_wanted() * 3 / 2, gave_way, delay_.jitter(), took);
  if (verdict == Rivals::Verdict::Path && !overflowed && !swings_.present()) {
    delay_.set_floor(delay_.above_least());
    capacity_ = std::max(capacity_, capacity_kept_);
  }
  // What took no turn found a full queue: what seemed to be the path's own delay is others' queue.
  if (delay_.floor() >= std::max(kQueueWanted, time_for(kFewPackets * packet_, capacity_)) && turns_.turned_away() &&
      loss_.all() > kOverflowing) {
    delay_.set_floor({});
    if (!rivals_.present()) meet_rivals(alone_);
  }
  const bool swings = swings_.present() && long_rounds_ < kLongRounds;
  if (verdict == Rivals::Verdict::Rivals && !swings) meet_rivals(alone_);
  if (rivals_.giving_way()) return;
  capacity_kept_ = std::max(capacity_, paced_[1]);
  radio_kept_ = std::min(loss_.knows_slow() ? loss_.radio() : 0, radio_kept_ + kRadioBelieved * in_seconds(took));
  way_arrived_ = 0;
  way_lost_ = 0;
}

// A round at a lower rate says how much of the link is ours: whether there are rivals, and beside them now and then.
void RateController::sound(const Acked& ack, Duration took) {
  if (round_app_limited_) sounding_.drop();
  // Where the rate swings a queue that stays may be nobody's.
  if (swings_.present() && long_rounds_ < kLongRounds) rivals_.leave();
  // Others fill a queue until it overflows, or keep it within two round trips: what is longer and loses nothing is
  // ours.
  lossless_ = round_lost_ > 0 ? Duration{} : lossless_ + took;
  if (lossless_ > kLossless && round_queue_ > kNobodys * rtt_.least + kNobodysLeast) rivals_.leave();
  const bool loses = sounding_.loses();
  const std::optional<double> share = sounding_.share();
  sounding_.end(ack.now);
  if (!rivals_.present()) {
    if (share) doubts_ = *share < kMostlyOthers ? doubts_ + 1 : 0;
    if (doubts_ >= (capacity_ <= scaled(alone_, kFallen) ? 1 : kDoubts)) return meet_rivals(alone_);
    if (share && doubts_ == 0) alone_ = capacity_;
    alone_ = std::max(capacity_, scaled(alone_, 1 - (swings_.present() ? kSwingForget : kAloneForget)));
    return;
  }
  if (share) {
    rivals_.on_share(*share, capacity_, loses);
    capacity_ = rivals_.ours();
  } else if (rivals_.empty()) {
    capacity_ = scaled(capacity_, kEmptyGrowth);
  } else if (rivals_.full()) {
    capacity_ = rivals_.ours();
  }
  keep_to_what_arrives();
  if (++rounds_since_sounding_ < (rivals_.new_here() ? kSoundSoon : kSoundEvery)) return;
  rounds_since_sounding_ = 0;
  sounding_.begin(ack.now, kSoundDepth);
}

// Beside others we get what we send, less what the queue grows by: more than a little is nobody's part.
void RateController::keep_to_what_arrives() {
  const Duration time = std::max<Duration>(2 * rtt_.smoothed, window_of_samples());
  const std::optional<Delivery::Rates> rates = delivery_.over(time, sample_size());
  if (!rates || scaled(rates->offered, kArrives) <= rates->through) return;
  capacity_ = std::min(capacity_, scaled(rates->through, 1 / kArrives));
}

void RateController::meet_rivals(BitsPerSecond link) {
  doubts_ = 0;
  rivals_.begin(link);
  capacity_ = rivals_.ours();
  sounding_.start_over();
}

// Our rate has fallen though something waits: either the link has become slower, or others take part of it. A sounding
// tells, as deep as what waits allows.  0: none is due
double RateController::question(TimePoint now) const {
  if (swings_.present() || held_.now()) return 0;
  const bool soon = doubts_ > 0 || capacity_ <= scaled(alone_, kFallen);
  if (now - asked_ < std::max<Duration>(soon ? kAskEvery : kAskAnyway, 10 * rtt_.smoothed)) return 0;
  const Duration half = delay_.queue() / 2;
  if (half < kQueueNone + 4 * delay_.jitter()) return 0;
  return std::min(in_seconds(half) / in_seconds(rtt_.smoothed), kDeepestDip);
}

// More is lost than at any rate.
bool RateController::overflows() const {
  return loss_.all() > kMoreThanRadio * loss_.radio() + kOverflowing;
}

}  // namespace booster::transport::rate
