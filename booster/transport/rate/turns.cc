#include "booster/transport/rate/turns.h"

#include <algorithm>
#include <cmath>

#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {
namespace {

constexpr double kTurnsKept = 100;
constexpr double kEnoughLost = 5;  // packets
constexpr double kClearlyLess = .9;
constexpr double kSure = 3.5;  // standard errors

}  // namespace

void Turns::on_arrivals(Duration apart, double arrived, double lost) {
  const double time = in_seconds(apart);
  for (double* sum :
       {&seen_, &lost_, &arrived_arrived_, &arrived_lost_, &lost_lost_, &time_arrived_, &time_lost_, &time_time_}) {
    *sum *= 1 - 1 / kTurnsKept;
  }
  seen_ += 1;
  lost_ += lost;
  arrived_arrived_ += arrived * arrived;
  arrived_lost_ += arrived * lost;
  lost_lost_ += lost * lost;
  time_arrived_ += time * arrived;
  time_lost_ += time * lost;
  time_time_ += time * time;
  judge();
}

void Turns::judge() {
  share_ = 1;
  const double determinant = arrived_arrived_ * lost_lost_ - arrived_lost_ * arrived_lost_;
  if (lost_ < kEnoughLost || determinant <= 0) return;
  const double of_arrived = (time_arrived_ * lost_lost_ - time_lost_ * arrived_lost_) / determinant;
  const double of_lost = (time_lost_ * arrived_arrived_ - time_arrived_ * arrived_lost_) / determinant;
  if (of_arrived <= 0) return;
  const double left = std::max(time_time_ - of_arrived * time_arrived_ - of_lost * time_lost_, 0.0);
  const double error = std::sqrt(left / std::max(seen_ - 2, 1.0) * arrived_arrived_ / determinant);
  if (of_lost + kSure * error < kClearlyLess * of_arrived) share_ = std::clamp(of_lost / of_arrived, 0.0, 1.0);
}

}  // namespace booster::transport::rate
