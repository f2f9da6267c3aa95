#include "tests/sim/link/bottleneck.h"

#include <algorithm>

#include "codec/base/check.h"

namespace sim {
namespace {

double mean_rate(const std::vector<std::chrono::milliseconds>& trace) {
  const double bits = static_cast<double>(trace.size() * support::link::kOpportunityBytes) * 8;
  return bits / seconds(trace.back());
}

}  // namespace

Bottleneck::Bottleneck(const LinkSettings& settings, TimePoint epoch)
    : rate_(settings.bits_per_second), schedule_(settings.schedule), epoch_(epoch) {
  CHECK(schedule_.empty() || schedule_.front().from == Duration::zero());
  CHECK(std::is_sorted(schedule_.begin(), schedule_.end(),
                       [](const RateStep& a, const RateStep& b) { return a.from < b.from; }));
  if (!settings.trace.empty()) {
    opportunities_.emplace(settings.trace, epoch);
    rate_ = mean_rate(settings.trace);
  }
  if (settings.shape) shaper_.emplace(settings.shape->bits_per_second, settings.shape->burst, epoch);
}

TimePoint Bottleneck::depart(TimePoint ready, std::size_t bytes) {
  if (shaper_) ready = shaper_->wait_for(bytes, ready);
  if (opportunities_) return opportunities_->depart(ready, bytes);
  const double bits = static_cast<double>(bytes) * 8;
  if (!schedule_.empty()) return scheduled(ready, bits);
  return rate_ > 0 ? ready + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bits / rate_)) : ready;
}

std::size_t Bottleneck::step_at(Duration since) const {
  const auto later = std::upper_bound(schedule_.begin(), schedule_.end(), since,
                                      [](Duration at, const RateStep& step) { return at < step.from; });
  return static_cast<std::size_t>(later - schedule_.begin()) - 1;
}

TimePoint Bottleneck::scheduled(TimePoint ready, double bits) const {
  Duration at = ready - epoch_;
  for (std::size_t step = step_at(at);; ++step) {
    const double rate = schedule_[step].bits_per_second;
    const bool last = step + 1 == schedule_.size();
    if (last && rate <= 0) return kNever;
    const double room = last ? bits : rate * seconds(schedule_[step + 1].from - at);
    if (bits <= room && rate > 0) return epoch_ + at + from_seconds(bits / rate);
    bits -= room;
    at = schedule_[step + 1].from;
  }
}

double Bottleneck::bits_per_second(TimePoint now) const {
  return schedule_.empty() ? rate_ : schedule_[step_at(now - epoch_)].bits_per_second;
}

}  // namespace sim
