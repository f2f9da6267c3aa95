#include "tests/sim/link/impairment.h"

#include <algorithm>

namespace sim {

Impairment::Settings Impairment::part_of(const LinkSettings& settings) {
  return {settings.outage, settings.outages, settings.corrupt, settings.duplicate,
          settings.delay,  settings.jitter,  settings.reorder, settings.hold_back};
}

Impairment::Impairment(const LinkSettings& settings, std::uint64_t seed, TimePoint epoch)
    : settings_(part_of(settings)),
      epoch_(epoch),
      loss_(settings.loss, seed_of(seed, "loss")),
      jitter_(seed_of(seed, "jitter")),
      corruption_(seed_of(seed, "corruption")),
      duplication_(seed_of(seed, "duplication")),
      holding_(seed_of(seed, "holding")) {}

void Impairment::configure(const LinkSettings& settings, TimePoint epoch) {
  settings_ = part_of(settings);
  epoch_ = epoch;
  loss_.configure(settings.loss);
}

bool Impairment::lost() {
  return loss_.next();
}

bool Impairment::in_outage(TimePoint at) const {
  const Duration since = at - epoch_;
  if (const auto& periodic = settings_.outage;
      periodic && since % periodic->every >= periodic->every - periodic->length)
    return true;
  return std::any_of(settings_.outages.begin(), settings_.outages.end(),
                     [&](const Window& window) { return window.from <= since && since < window.to; });
}

bool Impairment::doubled() {
  return settings_.duplicate > 0 && duplication_.unit() < settings_.duplicate;
}

bool Impairment::corrupts(std::span<std::byte> bytes) {
  if (settings_.corrupt <= 0 || corruption_.unit() >= settings_.corrupt || bytes.empty()) return false;
  const std::uint64_t flips = 1 + corruption_.next() % 3;
  const std::uint64_t first = corruption_.next() % (bytes.size() * 8);
  for (std::uint64_t i = 0; i < flips; ++i) {  // neighbours, so that no flip undoes another
    const std::uint64_t bit = (first + i) % (bytes.size() * 8);
    bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
  }
  return true;
}

bool Impairment::held_back() {
  return settings_.hold_back && holding_.unit() < settings_.hold_back->share;
}

TimePoint Impairment::arrival(TimePoint at, bool held_back) {
  TimePoint due = at + settings_.delay;
  if (settings_.jitter > Duration::zero()) {
    const double share = jitter_.unit() * 2 - 1;
    due = std::max(due + std::chrono::duration_cast<Duration>(settings_.jitter * share), at);
  }
  if (held_back) return due + settings_.hold_back->late;
  if (!settings_.reorder) due = std::max(due, last_arrival_);
  last_arrival_ = due;
  return due;
}

}  // namespace sim
