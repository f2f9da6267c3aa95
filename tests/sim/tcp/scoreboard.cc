#include "tests/sim/tcp/scoreboard.h"

#include <algorithm>

namespace sim::tcp {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kThreshold = 3;    // RFC 6675: DupThresh
constexpr Duration kFirstTimeout = 1s;     // RFC 6298 §2.1
constexpr Duration kLeastTimeout = 200ms;  // as Linux; RFC 6298 has 1 s

}  // namespace

void RoundTrip::add(Duration sample) {
  least_ = std::min(least_, sample);
  backed_off_ = 1;
  if (smoothed_ == Duration::zero()) {
    smoothed_ = sample;
    variation_ = sample / 2;
    return;
  }
  const Duration off = sample > smoothed_ ? sample - smoothed_ : smoothed_ - sample;
  variation_ += (off - variation_) / 4;
  smoothed_ += (sample - smoothed_) / 8;
}

Duration RoundTrip::timeout() const {
  const Duration base =
      smoothed_ == Duration::zero() ? kFirstTimeout : smoothed_ + std::max(4 * variation_, kLeastTimeout);
  return base * backed_off_;
}

std::uint64_t Scoreboard::send_next(TimePoint now) {
  if (in_flight_ == 0) first_sent_ = delivered_at_ = now;
  std::uint64_t number = next();
  const bool again = !lost_.empty();
  if (again) {
    number = *lost_.begin();
    lost_.erase(lost_.begin());
  } else {
    segments_.emplace_back();
  }
  ++transmissions_;
  segments_[number - base_] = {State::Flying, again, transmissions_, now, delivered_, delivered_at_, first_sent_};
  order_.emplace_back(transmissions_, number);
  ++in_flight_;
  return number;
}

void Scoreboard::deliver(std::uint64_t number, TimePoint now, Newest& newest) {
  if (number < base_ || number >= next()) return;
  Segment& segment = segments_[number - base_];
  if (segment.state == State::Delivered) return;
  if (segment.state == State::Lost) lost_.erase(number);
  if (segment.state == State::Flying) --in_flight_;
  segment.state = State::Delivered;
  ++delivered_;
  delivered_at_ = now;
  newest_delivered_ = std::max(newest_delivered_, segment.transmission);
  if (newest.any && newest.segment.transmission > segment.transmission) return;
  newest.any = true;
  newest.segment = segment;
  newest.rtt = segment.again ? Duration::zero() : now - segment.sent;
}

void Scoreboard::lose(std::uint64_t number) {
  segments_[number - base_].state = State::Lost;
  lost_.insert(number);
  --in_flight_;
}

std::uint64_t Scoreboard::detect_losses() {
  std::uint64_t found = 0;
  for (; !order_.empty() && order_.front().first + kThreshold <= newest_delivered_; order_.pop_front()) {
    const auto [transmission, number] = order_.front();
    if (number < base_) continue;
    const Segment& segment = segments_[number - base_];
    if (segment.state != State::Flying || segment.transmission != transmission) continue;
    lose(number);
    ++found;
  }
  return found;
}

double Scoreboard::rate_of(const Newest& newest) const {
  if (!newest.any) return 0;
  const Segment& segment = newest.segment;
  const Duration interval = std::max(segment.sent - segment.first_sent, delivered_at_ - segment.delivered_at);
  if (interval < round_trip_.least() || interval <= Duration::zero()) return 0;  // acknowledgements came bundled
  return static_cast<double>(delivered_ - segment.delivered) / seconds(interval);
}

Acked Scoreboard::on_ack(const Ack& ack, TimePoint now) {
  Acked acked;
  acked.now = now;
  acked.prior_in_flight = in_flight_;
  const std::uint64_t before = delivered_;
  Newest newest;
  for (std::uint64_t number = base_; number < ack.cumulative; ++number) deliver(number, now, newest);
  for (const Range& range : ack.ranges)
    for (std::uint64_t number = range.first; number < range.end; ++number) deliver(number, now, newest);
  for (; !segments_.empty() && segments_.front().state == State::Delivered; ++base_) segments_.pop_front();
  if (newest.rtt > Duration::zero()) round_trip_.add(newest.rtt);
  if (newest.any) first_sent_ = newest.segment.sent;
  acked.lost = detect_losses();
  acked.delivered = delivered_ - before;
  acked.in_flight = in_flight_;
  acked.total_delivered = delivered_;
  acked.prior_delivered = newest.segment.delivered;
  acked.rtt = newest.rtt;
  acked.srtt = round_trip_.smoothed();
  acked.rate = rate_of(newest);
  return acked;
}

void Scoreboard::on_timeout() {
  for (std::uint64_t number = base_; number < next(); ++number)
    if (segments_[number - base_].state == State::Flying) lose(number);
  order_.clear();
  round_trip_.back_off();
}

}  // namespace sim::tcp
