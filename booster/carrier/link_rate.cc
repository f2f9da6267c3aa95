#include "booster/carrier/link_rate.h"

#include <algorithm>

namespace booster::carrier {

void LinkRate::on_sample(BitsPerSecond rate, bool app_limited) {
  if (rate.value == 0) return;
  if (app_limited) {  // a lower bound
    if (value_ && rate > *value_) value_ = rate;
    return;
  }
  kept_[next_++ % kKept] = rate;
  if (rate > best_ && differ(rate, best_)) {
    best_ = rate;
    level_ = 0;
  } else {
    ++level_;
  }
  if (value_ || level_ >= kSteady) value_ = *std::ranges::max_element(kept_);
}

void LinkRate::on_new_path() {
  *this = LinkRate();
}

bool differ(BitsPerSecond one, BitsPerSecond other) {
  const auto [low, high] = std::minmax(one.value, other.value);
  return high >= low + low / 4 && high != low;
}

}  // namespace booster::carrier
