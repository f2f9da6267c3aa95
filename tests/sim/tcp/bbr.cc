#include "tests/sim/tcp/bbr.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/sim/tcp/segment.h"

namespace sim::tcp {
namespace {

using namespace std::chrono_literals;

constexpr double kWindowGain = 2;
constexpr std::array<double, 8> kCycle{1.25, .75, 1, 1, 1, 1, 1, 1};
constexpr std::size_t kBandwidthRounds = 10;
constexpr Duration kMinRttLives = 10s;
constexpr Duration kProbeRttLasts = 200ms;
constexpr double kLeastWindow = 4;
constexpr double kGrowth = 1.25;  // a round of startup that brings less found the pipe full ...
constexpr int kFullRounds = 3;    // ... after so many

}  // namespace

void Bbr::on_ack(const Acked& ack) {
  update_round(ack);
  update_bandwidth(ack);
  if (state_ == State::ProbeBandwidth) advance_cycle(ack);
  check_full_pipe();
  check_drain(ack);
  update_min_rtt(ack);
  set_pacing();
  set_window(ack);
}

void Bbr::update_round(const Acked& ack) {
  round_start_ = ack.rate > 0 && ack.prior_delivered >= next_round_delivered_;
  if (!round_start_) return;
  next_round_delivered_ = ack.total_delivered;
  ++round_;
  conserving_ = false;
}

void Bbr::update_bandwidth(const Acked& ack) {
  while (!bandwidths_.empty() && bandwidths_.front().first + kBandwidthRounds <= round_) bandwidths_.pop_front();
  if (ack.rate <= 0) return;
  while (!bandwidths_.empty() && bandwidths_.back().second <= ack.rate) bandwidths_.pop_back();
  bandwidths_.emplace_back(round_, ack.rate);
}

void Bbr::check_full_pipe() {
  if (filled_ || !round_start_) return;
  if (bottleneck() >= full_bandwidth_ * kGrowth) {
    full_bandwidth_ = bottleneck();
    full_count_ = 0;
  } else {
    filled_ = ++full_count_ >= kFullRounds;
  }
}

void Bbr::check_drain(const Acked& ack) {
  if (state_ == State::Startup && filled_) {
    state_ = State::Drain;
    pacing_gain_ = 1 / kHighGain;
    window_gain_ = kHighGain;
  }
  if (state_ == State::Drain && static_cast<double>(ack.in_flight) <= target(1)) probe_bandwidth(ack.now);
}

// Begins anywhere but in the phase that drains what the one before it has put in.
void Bbr::probe_bandwidth(TimePoint now) {
  state_ = State::ProbeBandwidth;
  window_gain_ = kWindowGain;
  const std::size_t drawn = random_.next() % (kCycle.size() - 1);
  cycle_ = drawn == 0 ? 0 : drawn + 1;
  cycle_since_ = now;
  pacing_gain_ = kCycle[cycle_];
}

void Bbr::advance_cycle(const Acked& ack) {
  const bool full = ack.now - cycle_since_ > min_rtt_;
  const auto prior = static_cast<double>(ack.prior_in_flight);
  bool next = full;
  if (pacing_gain_ > 1) next = full && (ack.lost > 0 || prior >= target(pacing_gain_));
  if (pacing_gain_ < 1) next = full || prior <= target(1);
  if (!next) return;
  cycle_ = (cycle_ + 1) % kCycle.size();
  cycle_since_ = ack.now;
  pacing_gain_ = kCycle[cycle_];
}

void Bbr::update_min_rtt(const Acked& ack) {
  min_rtt_expired_ = ack.now > min_rtt_at_ + kMinRttLives && min_rtt_ > Duration::zero();
  if (ack.rtt > Duration::zero() && (ack.rtt <= min_rtt_ || min_rtt_ == Duration::zero() || min_rtt_expired_)) {
    min_rtt_ = ack.rtt;
    min_rtt_at_ = ack.now;
  }
  if (state_ != State::ProbeRtt && min_rtt_expired_) enter_probe_rtt();
  if (state_ == State::ProbeRtt) probe_rtt(ack);
}

void Bbr::enter_probe_rtt() {
  save_window();
  state_ = State::ProbeRtt;
  pacing_gain_ = 1;
  window_gain_ = 1;
  probe_rtt_until_ = kNever;
}

void Bbr::probe_rtt(const Acked& ack) {
  if (probe_rtt_until_ == kNever) {
    if (static_cast<double>(ack.in_flight) > kLeastWindow) return;
    probe_rtt_until_ = ack.now + kProbeRttLasts;
    probe_rtt_round_done_ = false;
    next_round_delivered_ = ack.total_delivered;
    return;
  }
  if (round_start_) probe_rtt_round_done_ = true;
  if (probe_rtt_round_done_ && ack.now > probe_rtt_until_) leave_probe_rtt(ack.now);
}

void Bbr::leave_probe_rtt(TimePoint now) {
  min_rtt_at_ = now;
  window_ = std::max(window_, saved_window_);
  if (filled_) return probe_bandwidth(now);
  state_ = State::Startup;
  pacing_gain_ = window_gain_ = kHighGain;
}

// Bandwidth-delay product with the gain, and room for what the sender and delayed acknowledgements bundle.
double Bbr::target(double gain) const {
  if (bottleneck() <= 0 || min_rtt_ == Duration::zero()) return kInitialWindow;
  const double bits_per_second = pacing_ * kPacket * 8;
  const double quantum = bits_per_second < 1.2e6 ? 1 : bits_per_second < 24e6 ? 2 : pacing_ * 1e-3;
  return gain * bottleneck() * seconds(min_rtt_) + 3 * quantum;
}

void Bbr::set_pacing() {
  if (bottleneck() <= 0) return;
  const double rate = pacing_gain_ * bottleneck();
  if (filled_ || rate > pacing_) pacing_ = rate;
}

void Bbr::set_window(const Acked& ack) {
  const auto delivered = static_cast<double>(ack.delivered);
  if (recovering_) {
    window_ = std::max(window_ - static_cast<double>(ack.lost), 1.);
    if (conserving_) window_ = std::max(window_, static_cast<double>(ack.in_flight) + delivered);
  }
  const double wanted = target(window_gain_);
  if (!conserving_) {
    if (filled_) {
      window_ = std::min(window_ + delivered, wanted);
    } else if (window_ < wanted || static_cast<double>(ack.total_delivered) < kInitialWindow) {
      window_ += delivered;
    }
    window_ = std::max(window_, kLeastWindow);
  }
  if (state_ == State::ProbeRtt) window_ = std::min(window_, kLeastWindow);
}

void Bbr::save_window() {
  saved_window_ = recovering_ || state_ == State::ProbeRtt ? std::max(saved_window_, window_) : window_;
}

void Bbr::on_loss(const Acked& ack) {
  save_window();
  recovering_ = true;
  conserving_ = true;
  window_ = static_cast<double>(ack.in_flight + std::max<std::uint64_t>(ack.delivered, 1));
  next_round_delivered_ = ack.total_delivered;  // conservation lasts a whole round
}

void Bbr::on_timeout(TimePoint /*now*/, std::uint64_t /*in_flight*/) {
  save_window();
  recovering_ = true;
  conserving_ = false;
  window_ = 1;
}

void Bbr::on_recovered() {
  recovering_ = false;
  conserving_ = false;
  window_ = std::max(window_, saved_window_);
}

}  // namespace sim::tcp
