#include "tests/sim/link/codel.h"

#include <cmath>

namespace sim {
namespace {

constexpr std::size_t kOnePacket = 1500;  // a queue of one packet is no standing queue
constexpr int kRecently = 16;             // intervals within which a new dropping phase takes up the old rate

}  // namespace

TimePoint Codel::next_after(TimePoint at) const {
  return at + from_seconds(seconds(settings_.interval) / std::sqrt(static_cast<double>(count_)));
}

bool Codel::above_target(Duration waited, std::size_t behind, TimePoint now) {
  if (waited < settings_.target || behind <= kOnePacket) {
    first_above_ = kNever;
    return false;
  }
  if (first_above_ == kNever) first_above_ = now + settings_.interval;
  return now >= first_above_;
}

bool Codel::drops(Duration waited, std::size_t behind, TimePoint now) {
  if (!above_target(waited, behind, now)) {
    dropping_ = false;
    return false;
  }
  if (dropping_) {
    if (now < drop_next_) return false;
    ++count_;
    drop_next_ = next_after(drop_next_);
    return true;
  }
  dropping_ = true;
  const std::uint32_t since_last = count_ - last_count_;
  count_ = since_last > 1 && now - drop_next_ < kRecently * settings_.interval ? since_last : 1;
  drop_next_ = next_after(now);
  last_count_ = count_;
  return true;
}

}  // namespace sim
