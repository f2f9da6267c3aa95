#include "booster/transport/recovery/reorder_window.h"

#include <algorithm>

namespace booster::transport::recovery {

Duration ReorderWindow::value(const Rtt& rtt) const {
  return std::clamp(rtt.minimum() / 4 * quarters_, kGranularity, std::max(rtt.smoothed(), kGranularity));
}

void ReorderWindow::on_spurious_loss() {
  seen_ = true;
  quarters_ = std::min(quarters_ + 1, kMostWindow);
  rounds_left_ = kWindowRounds;
}

void ReorderWindow::on_round() {
  if (rounds_left_ == 0 || --rounds_left_ > 0) return;
  quarters_ = 1;
}

}  // namespace booster::transport::recovery
