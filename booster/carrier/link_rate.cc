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
  if (rate.value > best_.value + best_.value / 4) {
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

}  // namespace booster::carrier
