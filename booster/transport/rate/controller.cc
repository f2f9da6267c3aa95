#include "booster/transport/rate/controller.h"

#include <algorithm>
#include <cmath>

namespace booster::transport::rate {
namespace {

constexpr double kTrainGain = 2;     // over what two packets of the handshake showed
constexpr int kSteady = 8;           // a sample is over so many times the jitter: it errs by an eighth at most
constexpr double kLeastWanted = .1;  // of the queue, where the path marks what waits
constexpr double kMarkCut = .85;     // RFC 8511's beta for ECN

}  // namespace

RateController::RateController(std::size_t packet, RoundTrip rtt, std::optional<BitsPerSecond> hint,
                               std::optional<Remembered> remembered)
    : packet_(packet), rtt_(rtt), train_(hint, rtt.least), hint_(hint) {
  pacing_ = train_pacing();
  // A path remembered with another round trip is another path.
  const bool fits = remembered && remembered->rtt * 3 / 4 <= rtt.least && rtt.least <= remembered->rtt * 5 / 4;
  if (fits) {
    stage_ = Stage::Jump;
    from_memory_ = true;
    capacity_ = remembered->rate;
    pacing_ = scaled(capacity_, .5);
    pace_ = Pace::Above;  // for all that is known
  }
  paced_.fill(pacing_);
}

// A slow path gets its train slowly: what it cannot take at once only waits before it.
BitsPerSecond RateController::train_pacing() const {
  if (!hint_) return kTrainRate;
  const BitsPerSecond spread = rate_of(train_.packets() * packet_, rtt_.least / 2);
  return std::min(kTrainRate, std::max(scaled(*hint_, kTrainGain), spread));
}

Duration RateController::queue_most() const {
  return std::max(kQueueMost, rtt_.least / 4);
}

Duration RateController::queue_wanted() const {
  const Duration two_packets = time_for(2 * packet_, capacity_);
  const Duration wanted = std::min(std::max(kQueueWanted, two_packets) + delay_.jitter() * 3 / 2, queue_most());
  return std::chrono::duration_cast<Duration>(wanted * wanted_share_);
}

Duration RateController::window_of_samples() const {
  return std::clamp<Duration>(std::max(rtt_.least / 4, kSteady * delay_.jitter()), kShortestWindow, kLongestWindow);
}

// A very slow path takes fewer packets in the time that is kept.
std::size_t RateController::sample_size() const {
  return std::clamp<std::size_t>(bytes_in(kSampleTime, capacity_), kLeastSample * packet_, kWindowPackets * packet_);
}

// On a slow path a small packet is through so much sooner than a large one that the difference would seem a queue.
bool RateController::tells_delay(std::size_t size) const {
  return size >= packet_ * 3 / 4 || (capacity_seen_ && time_for(packet_ - size, capacity_) < kQueueNone / 4);
}

void RateController::on_burst_begins(std::uint64_t delivered, TimePoint now) {
  // What was measured while there was too little to send is no measure of the path.
  const bool unknown = stage_ == Stage::Train || (stage_ == Stage::Cruise && !confirmed_ && round_app_limited_);
  if (!unknown) return;
  if (capacity_seen_) hint_ = capacity_;
  if (stage_ == Stage::Cruise) {
    stage_ = Stage::Train;
    pacing_ = train_pacing();
    pace_ = Pace::Level;
  }
  begin_train(delivered, now);
}

void RateController::begin_train(std::uint64_t delivered, TimePoint now) {
  train_ = Train(hint_, rtt_.least);
  train_from_ = delivered;
  train_began_ = now;
  train_rounds_ = 0;
  delivered_in_train_ = 0;
  train_broken_ = false;
  early_.clear();
}

void RateController::on_departure(const Departure& packet) {
  if (stage_ != Stage::Cruise) train_.on_departure(packet);
}

void RateController::on_arrival(PacketNumber number, Duration received) {
  if (stage_ == Stage::Cruise) return;
  const Departure* const packet = train_.on_arrival(number, received);
  // The first of them found no queue of ours.
  if (packet == nullptr || early_.size() >= kTrainTimed) return;
  early_.push_back({received - packet->left.time_since_epoch(), packet->size, packet->left, std::nullopt});
}

// A smaller packet is through sooner: what it would have taken as one of the largest.
Duration RateController::as_largest(Duration delay, std::size_t size) const {
  return delay + time_for(kLargestPacket - std::min(size, kLargestPacket), capacity_);
}

// Once there is a rate by which to compare packets of different sizes.
void RateController::take_early_delays() {
  for (const EarlyDelay& each : early_) {
    const Duration delay = as_largest(each.delay, each.size);
    if (each.acked) delay_.on_sample(delay, *each.acked, window_of_samples());
    if (!each.acked) delay_.on_early_sample(delay, each.left);
  }
  early_.clear();
}

void RateController::on_outcome(Pace pace, std::uint64_t arrived, std::uint64_t lost) {
  if (arrived > 0 && outage_) {
    outage_ = false;
    believed_from_ = rounds_.count() + 2;
  }
  if (outage_ || rounds_.count() < believed_from_) return;
  round_arrived_ += arrived;
  round_lost_ += lost;
  if (held_.now() && pace == Pace::Level) held_.on_outcome(arrived, lost);
  sounding_.on_outcome(pace == Pace::Below, arrived, lost);
  if (rivals_.present()) return;  // what overflows now is not the radio's
  loss_.on_outcome(stage_ == Stage::Train ? Pace::Above : pace, arrived, lost);
}

void RateController::on_outage() {
  outage_ = true;
  train_broken_ = true;
  acked_.reset();
  delivery_.forget();
}

void RateController::on_ack(const Acked& ack, RoundTrip rtt) {
  rtt_ = rtt;
  if (tells_delay(ack.size)) {
    const Duration delay = ack.received - ack.left.time_since_epoch();
    if (stage_ == Stage::Train && early_.size() < kTrainTimed) early_.push_back({delay, ack.size, ack.left, ack.now});
    if (stage_ != Stage::Train) {
      take_early_delays();
      delay_.on_sample(as_largest(delay, ack.size), ack.now, window_of_samples());
      sounding_.on_sample(ack.left, as_largest(delay, ack.size));
    }
  }
  delivery_.on_point({ack.left, ack.received, ack.largest_sent, ack.delivered});
  round_queue_ = std::min(round_queue_, delay_.queue());
  round_least_ = std::min(round_least_, delay_.above_least());
  round_most_ = std::max(round_most_, delay_.above_least());
  round_app_limited_ = round_app_limited_ || ack.app_limited;
  if (stage_ == Stage::Train) {
    // How much arrived in a time that an outage was part of says nothing.
    if (train_broken_) begin_train(ack.delivered, ack.now);
    delivered_in_train_ = ack.delivered - std::min(ack.delivered, train_from_);
    leave_train(ack);
    return;
  }
  if (stage_ == Stage::Jump && from_memory_) correct_memory(ack);
  count_turns(ack);
  const BitsPerSecond by_train = capacity_;
  measure(ack);
  // What arrives in the jump was sent in the train, as fast as its few packets allowed.
  if (stage_ == Stage::Jump && !from_memory_) capacity_ = std::max(capacity_, by_train);
  if (!ack.app_limited) {
    if (const auto rates = delivery_.over(rtt_.least, packet_)) swings_.on_sample(rates->through, ack.now, rtt_.least);
  }
  if (rounds_.on_ack(ack.largest_sent, ack.sent)) on_round(ack);
  choose_pacing();
}

void RateController::leave_train(const Acked& ack) {
  std::optional<Train::Measured> measured = train_.measured();
  if (!measured || train_.arrived() < train_.packets() * 3 / 4) {
    // Too little to send for a train, or too little of it arrives: what is sent grows with what arrives, for a while.
    if (!rounds_.on_ack(ack.largest_sent, ack.sent) || ack.app_limited) return;
    if (++train_rounds_ < kTrainRounds && !measured) return;
    only_arrived_ = !measured;
    if (!measured) measured = Train::Measured{rate_of(delivered_in_train_, ack.now - train_began_), false};
  }
  capacity_ = scaled(measured->rate, 1);
  alone_ = capacity_;
  capacity_seen_ = measured->is_limit;
  stage_ = Stage::Jump;
  jumped_ = true;
  rounds_.begin(ack.sent);
  choose_pacing();
}

// A remembered rate may be far too high by now; its first packets are as good as a train.
void RateController::correct_memory(const Acked& ack) {
  if (!jumped_) rounds_.begin(ack.sent);
  jumped_ = true;
  const std::optional<Train::Measured> measured = train_.measured();
  if (!measured || !measured->is_limit || measured->rate >= capacity_) return;
  capacity_ = measured->rate;
  capacity_seen_ = true;
}

void RateController::on_round(const Acked& ack) {
  if (stage_ == Stage::Jump) {
    stage_ = Stage::Cruise;
    last_dip_ = ack.now;
  }
  const Duration took = ack.now - round_began_;
  judge_loss(ack);
  long_rounds_ = round_queue_ > queue_most() ? long_rounds_ + 1 : 0;
  judge_room(took);
  const bool takes_more = !waits() && !round_app_limited_ && !held_.now() && loss_.all() < kBrakeLoss;
  empty_rounds_ = takes_more ? empty_rounds_ + 1 : 0;
  const auto gave_way = std::chrono::duration_cast<Duration>(took * (1 - gain_));
  wanted_share_ = std::min(wanted_share_ * 1.01, 1.0);
  judge_queue(gave_way, took);
  sound(ack, took);
  next_step(ack.now);
  round_queue_ = Duration::max();
  round_least_ = Duration::max();
  round_most_ = {};
  round_app_limited_ = ack.app_limited;
  round_arrived_ = 0;
  round_lost_ = 0;
  round_began_ = ack.now;
  paced_ = {pacing_, paced_[0]};
}

void RateController::on_congestion_mark(TimePoint now) {
  if (now - marked_ < rtt_.smoothed) return;  // once a round, as for loss
  marked_ = now;
  capacity_ = scaled(capacity_, kMarkCut);
  wanted_share_ = std::max(wanted_share_ * kMarkCut, kLeastWanted);
  empty_rounds_ = 0;
  choose_pacing();
}

std::optional<Remembered> RateController::remember() const {
  if (stage_ != Stage::Cruise || !capacity_seen_) return std::nullopt;
  return Remembered{capacity_, rtt_.least};
}

}  // namespace booster::transport::rate
