// How the controller knows what the bottleneck lets through.
#include <algorithm>
#include <cmath>
#include <utility>

#include "booster/transport/rate/controller.h"

namespace booster::transport::rate {
namespace {

constexpr double kFill = .5;  // weight of a new rate sample while the queue is there
// Faster, a short queue is full for moments only, by packets that leave together.
constexpr Duration kSlowPacket = milliseconds(4);
constexpr std::uint64_t kAfterDip = 5;  // round trips
constexpr double kLossErrs = 2;
constexpr double kLeastRoomKept = .9;  // a round
constexpr int kUnproved = 4;           // times the jitter

}  // namespace

// Whether something of ours waits. Until the rate is confirmed, what may be the path's jitter is none: a train that
// jitter stretched tells of a rate far too low.
bool RateController::waits() const {
  const Duration jitter = confirmed_ ? delay_.jitter() : std::min(kUnproved * delay_.jitter(), kQueueMost);
  // Less than a part of a packet is others' queue, which swings, or a part of our own that is leaving.
  return !has_room() && delay_.queue() > std::max(kQueueNone, time_for(packet_ / 2, capacity_)) + jitter;
}

// What we send beyond the path's rate waits. What was sent too much by all accounts, and does not wait, passed: the
// path takes more than is thought, and what seems a queue is its jitter.
void RateController::judge_room(Duration took) {
  if (round_app_limited_ || held_.now() || rivals_.present() || swings_.present()) return;
  // Where much is lost the rate errs by some parts in a hundred: that is no room.
  const double kept = std::max(1 - kLossErrs * loss_.all(), kLeastRoomKept);
  // What left in this round and the one before is not seen yet.
  room_ = std::max<Duration>(std::chrono::duration_cast<Duration>(room_ * kept) + filling_[1], Duration{});
  filling_ = {std::chrono::duration_cast<Duration>(took * (gain_ - 1)), filling_[0]};
  if (round_queue_ <= queue_wanted() + delay_.jitter()) return;
  room_ = {};
  filling_ = {};
}

bool RateController::has_room() const {
  return room_ > 2 * queue_wanted() + kUnproved * delay_.jitter() + rtt_.least / 8;
}

void RateController::count_turns(const Acked& ack) {
  const std::optional<Acked> before = std::exchange(acked_, ack);
  if (!before || before->app_limited || ack.app_limited || ack.largest_sent <= before->largest_sent ||
      ack.delivered < before->delivered)
    return;
  const auto packets = [&](std::uint64_t octets) { return static_cast<double>(octets) / static_cast<double>(packet_); };
  const std::uint64_t sent = ack.largest_sent - before->largest_sent;
  const std::uint64_t arrived = std::min(ack.delivered - before->delivered, sent);
  turns_.on_arrivals(ack.received - before->received, packets(arrived), packets(sent - arrived));
}

// Of a short queue before a slow link.
bool RateController::turned_away() const {
  return turns_.turned_away() && time_for(packet_, capacity_) >= kSlowPacket;
}

// What was turned away did not pass the bottleneck.
double RateController::passed(const Delivery::Rates& rates) const {
  const auto arrived = static_cast<double>(rates.arrived.value);
  if (!turned_away()) return static_cast<double>(rates.through.value);
  return arrived + (static_cast<double>(rates.through.value) - arrived) * turns_.share();
}

// While something of ours waits at the bottleneck, what comes out is what it can; else it is what we sent, and only a
// floor.
void RateController::measure(const Acked& ack) {
  // Loss tells what the path takes, not delay; or others take what we leave.
  if (held_.now() || rivals_.present()) return;
  const std::optional<Delivery::Rates> rates = delivery_.over(window_of_samples(), sample_size());
  if (!rates) return;
  auto seen = static_cast<double>(rates->through.value);
  // What a full queue turned away did not come through it; a short one is full at once.
  if (delay_.queue() > queue_most() || loss_.all() > kMostUnproved) {
    seen = std::min(seen, static_cast<double>(rates->arrived.value) / (1 - std::min(loss_.radio(), kMostRadio)));
  }
  seen = std::min(seen, passed(*rates));
  const auto offered = static_cast<double>(rates->offered.value);
  const auto thought = static_cast<double>(capacity_.value);
  const double noise = in_seconds(delay_.jitter()) / in_seconds(rates->over);
  // A difference that the jitter explains counts little; a larger one at once.
  const bool clear = std::abs(seen - thought) > 3 * noise * thought;
  double fill = clear ? kFill : kFill * std::clamp(kLevelBand / noise, .1, 1.0);
  // Something of ours waited all along: so it was, too, where little was sent, if it waited longer than it took.
  const bool busy = !ack.app_limited || delay_.queue() >= rates->over;
  if (waits() && busy) {
    capacity_ = scaled({static_cast<std::uint64_t>(thought * (1 - fill) + seen * fill)}, 1);
    capacity_seen_ = true;
    confirmed_ = true;
  } else if (std::min(seen, offered) > thought) {
    // Where nothing waits packets come out as they went in; what seems faster is the path's jitter. A few packets that
    // left together seem fast too: of a rate that was confirmed more is asked.
    const bool drained =
        confirmed_ && rounds_.count() > believed_from_ + kAfterDip && ack.now - last_dip_ < kAfterDip * rtt_.smoothed;
    const auto longer = drained ? delivery_.over(rtt_.smoothed, 2 * sample_size()) : rates;
    if (longer && std::min(longer->through, longer->offered) > capacity_)
      capacity_ = std::min(longer->through, longer->offered);
  }
}

}  // namespace booster::transport::rate
