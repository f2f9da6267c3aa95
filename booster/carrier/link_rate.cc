#include "booster/carrier/link_rate.h"

#include <algorithm>

namespace booster::carrier {

void LinkRate::on_sample(BitsPerSecond rate, bool app_limited) {
  if (rate.value == 0) return;
  if (app_limited) {  // a lower bound
    if (value_ && rate > *value_) value_ = rate;
    return;
  }
  if (keep(rate)) value_ = *std::ranges::max_element(kept_);
}

void LinkRate::on_estimate(BitsPerSecond rate) {
  if (rate.value == 0 || !keep(rate)) return;
  std::array<BitsPerSecond, kKept> sorted = kept_;
  const std::size_t count = std::min(next_, kKept);
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(count));
  value_ = sorted[count / 2];
}

bool LinkRate::keep(BitsPerSecond rate) {
  kept_[next_++ % kKept] = rate;
  if (rate > best_ && differ(rate, best_)) {
    best_ = rate;
    level_ = 0;
  } else {
    ++level_;
  }
  return value_ || level_ >= kSteady;
}

void LinkRate::on_new_path() {
  *this = LinkRate();
}

bool differ(BitsPerSecond one, BitsPerSecond other) {
  const auto [low, high] = std::minmax(one.value, other.value);
  return high >= low + low / 4 && high != low;
}

}  // namespace booster::carrier
