#include "booster/transport/rate/swings.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace booster::transport::rate {
namespace {

constexpr Duration kShortestStep = milliseconds(20);
constexpr Duration kShortestLook = milliseconds(10);
constexpr double kStepWeight = 1. / 16;
constexpr double kLarge = .25;  // of a step: real drives make .2 to .6, a competing flow or one change of rate .1
constexpr double kSmall = .15;
constexpr double kHigh = .9;  // of round trips that took less

}  // namespace

void Swings::on_sample(BitsPerSecond through, TimePoint now, Duration round_trip) {
  if (now >= next_step_) {
    next_step_ = now + std::max(round_trip, kShortestStep);
    const auto rate = static_cast<double>(through.value);
    const auto before = static_cast<double>(last_.value);
    if (before > 0) size_ += (std::abs(rate - before) / std::max(rate, before) - size_) * kStepWeight;
    last_ = through;
    present_ = size_ > (present_ ? kSmall : kLarge);
  }
  if (now < next_look_) return;
  next_look_ = now + std::max(round_trip / 4, kShortestLook);
  samples_.push_back({now, through});
  while (now - samples_.front().at > std::max<Duration>(kSwingsKept, 10 * round_trip)) samples_.pop_front();
  std::vector<std::uint64_t> rates;
  rates.reserve(samples_.size());
  for (const Sample& each : samples_) rates.push_back(each.rate.value);
  const auto place = rates.begin() + static_cast<std::ptrdiff_t>(kHigh * static_cast<double>(rates.size() - 1));
  std::nth_element(rates.begin(), place, rates.end());
  high_ = {*place};
}

}  // namespace booster::transport::rate
