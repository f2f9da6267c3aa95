#include "booster/transport/rate/delivery.h"

#include <algorithm>

namespace booster::transport::rate {
namespace {

constexpr Duration kPointsKept = seconds(4);
constexpr std::size_t kMostPoints = 512;

}  // namespace

void Delivery::on_point(Point point) {
  if (!points_.empty() && (point.received < points_.back().received || point.sent <= points_.back().sent)) return;
  points_.push_back(point);
  while (points_.size() > 2 && (points_.size() > kMostPoints || point.received - points_[1].received > kPointsKept)) {
    points_.pop_front();
  }
}

std::optional<Delivery::Rates> Delivery::over(Duration window, std::uint64_t bytes) const {
  if (points_.size() < 2) return std::nullopt;
  const Point& last = points_.back();
  for (std::size_t i = points_.size() - 1; i-- > 0;) {
    const Point& first = points_[i];
    const Duration over = last.received - first.received;
    if (over < window || last.sent - first.sent < bytes) continue;
    const std::uint64_t sent = last.sent - first.sent;
    return Rates{rate_of(sent, over), rate_of(last.arrived - first.arrived, over),
                 rate_of(sent, last.left - first.left), over};
  }
  return std::nullopt;
}

double in_seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

BitsPerSecond rate_of(std::uint64_t bytes, Duration over) {
  if (over <= Duration{}) return kMost;
  const double bits = static_cast<double>(bytes) * 8 / in_seconds(over);
  return {static_cast<std::uint64_t>(std::clamp(bits, 1.0, static_cast<double>(kMost.value)))};
}

Duration time_for(std::uint64_t bytes, BitsPerSecond rate) {
  const double time = static_cast<double>(bytes) * 8 / static_cast<double>(std::max(rate, kLeast).value);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(time));
}

std::uint64_t bytes_in(Duration time, BitsPerSecond rate) {
  return static_cast<std::uint64_t>(std::max(0.0, in_seconds(time)) * static_cast<double>(rate.value) / 8);
}

BitsPerSecond scaled(BitsPerSecond rate, double factor) {
  const double value = static_cast<double>(rate.value) * factor;
  return {static_cast<std::uint64_t>(
      std::clamp(value, static_cast<double>(kLeast.value), static_cast<double>(kMost.value)))};
}

}  // namespace booster::transport::rate
