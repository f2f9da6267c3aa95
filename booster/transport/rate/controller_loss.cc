// What the controller makes of loss where no delay tells.
#include <algorithm>

#include "booster/transport/rate/controller.h"

namespace booster::transport::rate {
namespace {

constexpr double kClear = .8;
constexpr double kClearByTurns = .85;
constexpr std::size_t kClearPackets = 20;

}  // namespace

// Where no queue shows the path's rate: what was lost beyond what the radio takes did not pass.
void RateController::steer_by_loss(const Acked& ack) {
  const Held::Step step = held_.next_step(loss_, round_app_limited_);
  if (step.gross) {
    capacity_ = std::min(capacity_, scaled(paced_[1], step.factor));
    capacity_seen_ = true;
    loss_.start_over();
    believed_from_ = rounds_.count() + 2;  // what is under way was sent at the old rate
  } else {
    capacity_ = scaled(capacity_, step.factor);
    if (step.slow_in_doubt) loss_.forget_slow();
  }
  // A queue can be kept after all: it tells more than loss.
  if (held_.over(capacity_, ack.now) || round_most_ >= queue_wanted()) held_.end();
}

// A short queue that is always full tells little, but far less arrives than is sent, and no radio takes so much; or
// what is lost takes no time.
void RateController::fall_to_what_arrives() {
  if (loss_.all() < kMostUnproved && !turned_away()) return;
  const std::optional<Delivery::Rates> rates =
      delivery_.over(std::max<Duration>(rtt_.smoothed, window_of_samples()), kClearPackets * packet_);
  if (!rates || rates->offered < scaled(capacity_, kClear)) return;
  BitsPerSecond passes = scaled(rates->arrived, 1 / (1 - std::min(loss_.radio(), kMostRadio)));
  if (turned_away()) passes = std::min(passes, {static_cast<std::uint64_t>(passed(*rates))});
  if (passes > scaled(capacity_, turned_away() ? kClearByTurns : kClear)) return;
  capacity_ = passes;
  capacity_seen_ = true;
}

void RateController::judge_loss(const Acked& ack) {
  if (rounds_.count() < believed_from_) return;
  if (held_.now()) return steer_by_loss(ack);
  const double all = static_cast<double>(round_arrived_ + round_lost_);
  const double share = all > 0 ? static_cast<double>(round_lost_) / all : 0;
  const bool excess = loss_.exceeds_radio(round_arrived_, round_lost_);
  if (excess && share > kBrakeLoss && delay_.queue() > queue_most()) {
    capacity_ = rivals_.present() ? scaled(capacity_, .5) : std::min(capacity_, scaled(paced_[1], .5));
    return;
  }
  if (rivals_.present()) return;
  const bool grew = paced_[1] > scaled(capacity_, 1 + kLevelBand) || empty_rounds_ > 0;
  const bool tested = step_ == Step::Settle && loss_.follows_rate();
  if (round_most_ >= queue_wanted() || turned_away()) return fall_to_what_arrives();
  if (!(tested || (excess && grew))) return;
  held_.begin(std::max(capacity_, paced_[1]), ack.now);
  held_.on_outcome(round_arrived_, round_lost_);
  steer_by_loss(ack);
}

}  // namespace booster::transport::rate
