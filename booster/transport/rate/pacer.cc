#include "booster/transport/rate/pacer.h"

#include <algorithm>

#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {

double Pacer::most() const {
  return std::max(packet_ * kBurstPackets, static_cast<double>(bytes_in(kBurstTime, rate_)));
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
  return credit_at(now) > 0;
}

std::uint64_t Pacer::credit(TimePoint now) const {
  return static_cast<std::uint64_t>(std::max(0.0, credit_at(now)));
}

void Pacer::on_sent(std::size_t bytes, TimePoint now) {
  credit_ = credit_at(now) - static_cast<double>(bytes);
  at_ = std::max(at_, now);
}

TimePoint Pacer::next(TimePoint now) const {
  const double credit = credit_at(now);
  if (credit > 0) return now;
  // A whole packet's credit, not a fraction of an octet: so that timers are not finer than packets.
  const auto missing = static_cast<std::uint64_t>(-credit) + 1;
  return now + time_for(missing, rate_);
}

}  // namespace booster::transport::rate
