// CUBIC.                                                                                     Source: RFC 9438
// Without HyStart++ (RFC 9406): slow start ends with a loss.
#pragma once
#include <limits>
#include <optional>

#include "tests/sim/tcp/congestion.h"

namespace sim::tcp {

class Cubic : public Congestion {
 public:
  void on_ack(const Acked& ack) override;
  void on_loss(const Acked& ack) override;
  void on_recovered() override {}
  void on_timeout(TimePoint now, std::uint64_t in_flight) override;
  double window() const override { return window_; }
  double pacing() const override { return 0; }
  bool in_slow_start() const { return window_ < threshold_; }

 private:
  void reduce(double in_flight);
  void begin_epoch(TimePoint now);
  void avoid_congestion(const Acked& ack);
  double cubic(Duration since) const;  // (1) of §4.2

  double window_ = kInitialWindow;
  double threshold_ = std::numeric_limits<double>::infinity();
  double max_ = 0;       // W_max
  double prior_ = 0;     // cwnd_prior: before the last reduction
  double k_ = 0;         // seconds
  double estimate_ = 0;  // W_est: what Reno would have
  bool timed_out_ = false;
  std::optional<TimePoint> epoch_;
};

}  // namespace sim::tcp
