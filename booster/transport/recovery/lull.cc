#include "booster/transport/recovery/lull.h"

#include <algorithm>

namespace booster::transport::recovery {

void Lull::on_packet(TimePoint now, Duration rtt) {
  const Duration quiet = std::max(rtt, kShortestLull);
  if (now - last_ > quiet) run_ = 0;
  ++run_;
  had_stream_ = had_stream_ || run_ >= kLullRun;
  last_ = now;
  deadline_ = run_ >= kLullRun ? now + quiet : kNever;
}

void Lull::on_asked() {
  run_ = 0;
  deadline_ = kNever;
}

}  // namespace booster::transport::recovery
