#include "booster/transport/rate/pacer.h"

#include <algorithm>

#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {

double Pacer::most() const {
  return std::max(packet_ * kBurstPackets, static_cast<double>(bytes_in(kBurstTime, rate_)));
}

// Octets; 0 on a path where so few packets would be in one that waiting for them saves nothing.
double Pacer::group() const {
  const auto half = static_cast<double>(bytes_in(kBurstTime / 2, rate_));
  return half < packet_ * kGroupPackets ? 0 : half;
}

double Pacer::credit_at(TimePoint now) const {
  const double earned = std::chrono::duration<double>(now - at_).count() * static_cast<double>(rate_.value) / 8;
  return std::min(credit_ + std::max(earned, 0.0), most());
}

void Pacer::set_rate(BitsPerSecond rate, std::size_t packet, TimePoint now) {
  credit_ = credit_at(now);
  at_ = std::max(at_, now);
  rate_ = rate;
  packet_ = static_cast<double>(packet);
}

bool Pacer::may_send(TimePoint now) const {
  const double credit = credit_at(now);
  return credit > 0 && (!used_up_ || credit >= group());
}

std::uint64_t Pacer::credit(TimePoint now) const {
  return static_cast<std::uint64_t>(std::max(0.0, credit_at(now)));
}

void Pacer::on_sent(std::size_t bytes, TimePoint now) {
  const double before = credit_at(now);
  credit_ = before - static_cast<double>(bytes);
  used_up_ = credit_ <= 0 || (used_up_ && before < group());
  at_ = std::max(at_, now);
}

TimePoint Pacer::next(TimePoint now) const {
  if (may_send(now)) return now;
  // Whole octets, one of them more: so that it may be sent then.
  const auto missing = static_cast<std::uint64_t>(std::max(group() - credit_at(now), 0.0)) + 1;
  return now + time_for(missing, rate_);
}

}  // namespace booster::transport::rate
