#include "booster/transport/recovery/ack_schedule.h"

#include <algorithm>

namespace booster::transport::recovery {
namespace {

constexpr int kShareOfWayBack = 50;  // one part in fifty

}  // namespace

void AckSchedule::set_default(Duration rtt) {
  delay_ = std::clamp<Duration>(rtt / kAckFraction, kGranularity, 2 * kMostAckDelay);
}

void AckSchedule::set_way_back(BitsPerSecond rate, std::size_t ack_bytes) {
  if (rate.value == 0) return;
  const double seconds = static_cast<double>(ack_bytes) * 8 * kShareOfWayBack / static_cast<double>(rate.value);
  apart_ = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(seconds, 1.0)));
}

void AckSchedule::on_packet(bool eliciting, bool opens_gap, bool at_once, TimePoint now) {
  if (!eliciting) return;
  ++waiting_;
  TimePoint due = now + delay_;
  // A gap is told soon, but a lossy path does not get an ACK for every packet: an eighth of the usual delay gathers
  // them.
  if (opens_gap) due = now + delay_ / kAckFraction;
  if (waiting_ >= kAckPackets) due = std::max(now, last_ + delay_);
  due = std::max(due, last_ + apart_);
  if (at_once) due = now;
  deadline_ = std::min(deadline_, due);
}

void AckSchedule::on_sent(TimePoint now) {
  waiting_ = 0;
  last_ = now;
  deadline_ = kNever;
}

}  // namespace booster::transport::recovery
