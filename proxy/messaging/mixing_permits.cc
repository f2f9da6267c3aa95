#include "proxy/messaging/mixing_permits.h"

#include <algorithm>

namespace proxy::messaging {
namespace {

constexpr auto kRecent = std::chrono::seconds(10);  // a few mails at once are no load; a minute of them is

}  // namespace

Duration CpuShare::most() const {
  return kRecent * percent_ / 100;
}

void CpuShare::fill(TimePoint now) {
  if (filled_ && now > *filled_) left_ = std::min(most(), left_ + (now - *filled_) / 100 * percent_);
  filled_ = now;
}

void CpuShare::spend(Duration cpu, TimePoint now) {
  fill(now);
  left_ -= cpu;
}

bool CpuShare::has_headroom(TimePoint now) {
  fill(now);
  empty_ = empty_ ? left_ * 2 < most() : left_ <= Duration::zero();
  return !empty_ && percent_ > 0;
}

// The same limit again changes nothing: what was spent stays spent.
void MixingPermits::limit(std::uint32_t percent, Now now) {
  now_ = std::move(now);
  if (share_ && percent == percent_) return;
  percent_ = percent;
  share_.emplace(percent);
}

bool MixingPermits::has_headroom() {
  return !share_ || share_->has_headroom(now_());
}

void MixingPermits::spend(Duration cpu) {
  if (share_) share_->spend(cpu, now_());
}

bool MixingPermits::take() {
  if (given_ >= most_ || !has_headroom()) return false;
  ++given_;
  return true;
}

}  // namespace proxy::messaging
