// What the controller does with what it knows: how fast to send, how much may be under way, and the rounds that test.
#include <algorithm>
#include <cmath>

#include "booster/transport/rate/controller.h"

namespace booster::transport::rate {
namespace {

constexpr double kRelax = 3;  // the queue is brought to what is wanted within so many round trips
constexpr double kLeastGain = .5;
constexpr double kMostServo = 1.1;
constexpr double kCareful = 1.05;
constexpr double kFirstDip = .25;  // where it is not known yet how far is slow
constexpr Duration kDeepDipEvery = seconds(10);
constexpr int kPatience = 3;          // rounds
constexpr std::size_t kSpare = 10;    // packets above the window: acknowledgements come in lumps
constexpr double kPresentShare = .4;  // beside the better round trips: less follows late, more starves
constexpr double kSwingWindow = 1.5;
constexpr std::size_t kSwingSpare = 4;
constexpr double kRivalWindow = 2;

double ratio(BitsPerSecond one, BitsPerSecond other) {
  return static_cast<double>(one.value) / static_cast<double>(std::max(other, kLeast).value);
}

}  // namespace

// A queue that never becomes short is others'.
bool RateController::rides_swings() const {
  return swings_.present() && !rivals_.present() && !held_.now() && long_rounds_ < kLongRounds;
}

// What the next round trip may take: the better ones of the last seconds, and the present one.
BitsPerSecond RateController::swing_rate() const {
  return scaled(swings_.high(), 1 - kPresentShare + kPresentShare * ratio(capacity_, swings_.high()));
}

std::uint64_t RateController::window() const {
  const std::size_t spare = kSpare * packet_;
  if (stage_ == Stage::Train) return train_.packets() * packet_ + delivered_in_train_;
  // The way back, or the path as a whole, may have become longer than it ever was: only our own queue is not counted.
  const std::uint64_t path = bytes_in(std::max(rtt_.least, rtt_.smoothed - delay_.queue()), capacity_);
  if (stage_ == Stage::Jump) return std::max<std::uint64_t>(path / 2, train_.packets() * packet_);
  if (rivals_.present()) return static_cast<std::uint64_t>(kRivalWindow * static_cast<double>(path)) + spare;
  if (rides_swings()) {
    const double factor = kSwingWindow * (1 + 1.5 * loss_.radio());
    // What is smoothed lags behind a queue that falls.
    const Duration trip = std::min(std::max(rtt_.least, rtt_.smoothed - delay_.queue()), 2 * rtt_.least);
    const std::uint64_t swing = bytes_in(trip, swing_rate());
    return static_cast<std::uint64_t>(factor * static_cast<double>(swing)) + bytes_in(kQueueWanted, capacity_) +
           kSwingSpare * packet_;
  }
  // What is lost counts as in flight until it is known to be lost: another half of a round trip.
  return path + path / 2 + bytes_in(queue_most() + milliseconds(25), capacity_) + spare;
}

// Far above a policer's rate a small step changes little.
double RateController::test_depth() const {
  return std::clamp(loss_.all() * .8, kTestDepth, .6);
}

// Level, and now and then a round above and one below it: to see which loss follows the rate, and to drain our own
// queue.
void RateController::next_step(TimePoint now) {
  if (step_ == Step::Up) {
    step_ = Step::Down;
    dip_ = test_depth();
    return;
  }
  if (step_ == Step::Down) {
    step_ = Step::Settle;  // its round shows what the one below it did
    return;
  }
  if (step_ == Step::Settle) {
    // What others fill is left too: only so much is the path's own as its jitter explains.
    if (drains_) delay_.set_floor(std::min({round_least_, queue_most(), kQueueNone + 4 * delay_.jitter()}));
    drains_ = false;
    rounds_at_level_ = 0;
  }
  step_ = Step::Level;
  ++rounds_at_level_;
  if (rivals_.present() || rivals_.giving_way()) return;
  const double asks = question(now);
  if (asks > 0) {
    step_ = Step::Down;
    dip_ = asks;
    sounding_.begin(now, asks);
    asked_ = now;
  } else if (held_.now() && !loss_.knows_slow()) {
    step_ = Step::Down;
    dip_ = kFirstDip;
  } else if (!delay_.empty() && now - last_dip_ > std::max<Duration>(kDipEvery, 20 * rtt_.smoothed)) {
    const double depth = in_seconds(delay_.above_least()) / in_seconds(rtt_.smoothed) + kLevelBand;
    step_ = Step::Down;
    dip_ = std::min(depth, kDeepestDip);
    drains_ = depth <= kDeepestDip;
    last_dip_ = now;
  } else if (loss_.all() > kLossWorthATest && rounds_at_level_ >= kTestEvery) {
    step_ = held_.now() ? Step::Down : Step::Up;  // held: what the radio takes is all that is asked
    dip_ = test_depth();
    // What always stood there seems to be the path's own delay: a deep dip shows it.
    if (step_ == Step::Up && overflows() && !swings_.present() && !delay_.empty() &&
        now - deep_dip_ > std::max<Duration>(kDeepDipEvery, 100 * rtt_.smoothed)) {
      step_ = Step::Down;
      dip_ = kDeepestDip;
      deep_dip_ = now;
    }
  }
}

// A bottleneck that was seen is near; one that was not may be anywhere.
double RateController::growth() const {
  if (only_arrived_ && !capacity_seen_) return empty_rounds_ > 0 ? 2 : 1;
  if (turned_away()) return kCareful;  // its queue is short: it is full at once
  switch (confirmed_ ? empty_rounds_ - kPatience : empty_rounds_ + 1) {
    case 1:
    case 2:
      return 1.1;
    case 3:
      return 1.25;
    case 4:
      return 1.5;
    default:
      return empty_rounds_ > kPatience ? 2 : 1;
  }
}

double RateController::servo_gain() const {
  const double off = in_seconds(queue_wanted() - delay_.queue()) / (kRelax * in_seconds(rtt_.smoothed));
  const double gain = std::clamp(1 + off, kLeastGain, kMostServo);
  if (held_.now()) return std::min(gain, 1.0);
  // What the round before asked for may wait already.
  const bool enough = confirmed_ && !has_room() && delay_.queue() > queue_wanted();
  return empty_rounds_ > 0 && !enough ? std::max(gain, growth()) : gain;
}

void RateController::choose_pacing() {
  double gain = 1;
  if (stage_ == Stage::Cruise) {
    gain = step_ == Step::Up ? 1 + kTestDepth : step_ == Step::Down ? 1 - dip_ : servo_gain();
    if (rivals_.present()) gain = sounding_.sends_less() ? 1 - sounding_.depth() : 1;
  }
  if (stage_ == Stage::Cruise && step_ == Step::Level && rides_swings()) {
    // The window bounds it; whether it is too fast is not known.
    gain_ = std::max(gain, ratio(swing_rate(), capacity_));
    pace_ = Pace::Level;
    pacing_ = scaled(capacity_, gain_);
    return;
  }
  gain_ = gain;
  pace_ = gain > 1 + kLevelBand ? Pace::Above : gain < 1 - kLevelBand ? Pace::Below : Pace::Level;
  pacing_ = scaled(capacity_, gain);
}

}  // namespace booster::transport::rate
