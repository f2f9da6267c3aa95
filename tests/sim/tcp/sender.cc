#include "tests/sim/tcp/sender.h"

#include <algorithm>

namespace sim::tcp {

bool Sender::has_more() const {
  if (board_.has_lost()) return true;
  return (settings_.segments == 0 || board_.next() < settings_.segments) && last_now_ < settings_.stop;
}

bool Sender::may_send() const {
  return has_more() && static_cast<double>(board_.in_flight()) + 1 <= congestion_->window();
}

void Sender::on_datagram(const Route& /*route*/, std::span<const std::byte> bytes, Ecn /*ecn*/, TimePoint now) {
  last_now_ = now;
  const std::optional<Ack> ack = decode_ack(bytes);
  if (!ack) return;
  Acked acked = board_.on_ack(*ack, now);
  if (acked.delivered == 0) return;
  timeout_at_ = board_.in_flight() > 0 ? now + board_.timeout() : kNever;
  follow_recovery(acked);
  congestion_->on_ack(acked);
}

// One reduction for all that was in flight when it began (RFC 6675 §5); what was sent later and lost begins the next.
void Sender::follow_recovery(Acked& acked) {
  if (state_ != State::Open && board_.base() >= recovery_end_) {
    state_ = State::Open;
    congestion_->on_recovered();
  }
  if (state_ == State::Open && board_.has_lost() && board_.highest_lost() >= recovery_end_) {
    state_ = State::Recovery;
    recovery_end_ = board_.next();
    ++recoveries_;
    congestion_->on_loss(acked);
  }
  acked.recovering = state_ == State::Recovery;
}

void Sender::on_deadline(TimePoint now) {
  last_now_ = now;
  if (now < timeout_at_) return;  // paced, or the start
  congestion_->on_timeout(now, board_.in_flight());
  board_.on_timeout();
  state_ = State::Loss;
  recovery_end_ = board_.next();
  ++timeouts_;
  timeout_at_ = now + board_.timeout();
}

TimePoint Sender::next_deadline() const {
  if (done()) return kNever;
  if (last_now_ < settings_.start) return settings_.start;
  return may_send() ? std::min(timeout_at_, pace_at_) : timeout_at_;
}

DatagramRun Sender::next_datagrams(std::span<std::byte> into, TimePoint now) {
  last_now_ = std::max(last_now_, now);
  if (now < settings_.start || now < pace_at_ || !may_send()) return {};
  encode_segment(board_.send_next(now), into);
  if (timeout_at_ == kNever) timeout_at_ = now + board_.timeout();
  if (const double rate = congestion_->pacing(); rate > 0) pace_at_ = std::max(pace_at_, now) + from_seconds(1 / rate);
  return {settings_.route, kSegment, kSegment, Ecn::NotEct};
}

}  // namespace sim::tcp
