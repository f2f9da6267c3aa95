// Pacer: packets leave at a rate, by credit; never more than a small burst at once. On a fast path they leave in groups
// of half of one: to wake for each packet would cost more than to send it.                 Source: RFC 9002 §7.7
#pragma once
#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Pacer {
 public:
  void set_rate(BitsPerSecond rate, std::size_t packet, TimePoint now);
  BitsPerSecond rate() const { return rate_; }
  bool may_send(TimePoint now) const;
  // Octets that may go at once.
  std::uint64_t credit(TimePoint now) const;
  void on_sent(std::size_t bytes, TimePoint now);
  TimePoint next(TimePoint now) const;  // when may_send() is true; `now` if it is already

 private:
  double most() const;
  double group() const;
  double credit_at(TimePoint now) const;

  BitsPerSecond rate_ = kTrainRate;
  double packet_ = 1200;
  double credit_ = 2400;
  bool used_up_ = false;  // the credit; goes on with a group
  TimePoint at_{};
};

}  // namespace booster::transport::rate
