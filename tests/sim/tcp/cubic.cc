#include "tests/sim/tcp/cubic.h"

#include <algorithm>
#include <cmath>

namespace sim::tcp {
namespace {

constexpr double kC = .4;                                 // §5: "C SHOULD be set to 0.4"
constexpr double kBeta = .7;                              // §4.6
constexpr double kAlpha = 3 * (1 - kBeta) / (1 + kBeta);  // §4.3: as fast as Reno with kBeta
constexpr double kLeast = 2;

}  // namespace

double Cubic::cubic(Duration since) const {
  const double t = seconds(since) - k_;
  return kC * t * t * t + max_;
}

void Cubic::begin_epoch(TimePoint now) {
  epoch_ = now;
  estimate_ = window_;
  // §4.8: the first epoch after a time-out starts on the plateau. So does one whose window is there already.
  if (timed_out_ || window_ >= max_) max_ = window_;
  k_ = std::cbrt((max_ - window_) / kC);
  timed_out_ = false;
}

void Cubic::on_ack(const Acked& ack) {
  if (ack.recovering) return;
  if (in_slow_start()) {
    window_ += static_cast<double>(ack.delivered);
  } else {
    avoid_congestion(ack);
  }
}

void Cubic::avoid_congestion(const Acked& ack) {
  if (!epoch_) begin_epoch(ack.now);
  const Duration since = ack.now - *epoch_;
  const auto acked = static_cast<double>(ack.delivered);
  estimate_ += (estimate_ >= prior_ ? 1 : kAlpha) * acked / window_;  // §4.3
  if (cubic(since) < estimate_) {
    window_ = estimate_;
    return;
  }
  const double target = std::clamp(cubic(since + ack.srtt), window_, 1.5 * window_);  // §4.4, §4.5
  window_ += (target - window_) / window_ * acked;
}

// §4.6, §4.7
void Cubic::reduce(double in_flight) {
  prior_ = window_;
  max_ = window_ < max_ ? window_ * (1 + kBeta) / 2 : window_;  // fast convergence
  threshold_ = std::max(in_flight * kBeta, kLeast);
  epoch_.reset();
}

void Cubic::on_loss(const Acked& ack) {
  reduce(std::min(window_, static_cast<double>(ack.prior_in_flight)));
  window_ = threshold_;
}

void Cubic::on_timeout(TimePoint /*now*/, std::uint64_t in_flight) {
  reduce(static_cast<double>(in_flight));
  window_ = 1;
  timed_out_ = true;
}

}  // namespace sim::tcp
