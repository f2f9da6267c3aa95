// Round-trip time of one path.                                                            Source: RFC 9002 §5
#pragma once
#include <optional>

#include "booster/transport/recovery/limits.h"

namespace booster::transport::recovery {

class Rtt {
 public:
  // `ack_delay` is what the peer says it waited; never more than `most_delay` of it is believed.
  void on_sample(Duration sample, Duration ack_delay, Duration most_delay);

  // Before the first sample: what another path had.
  void guess(Duration smoothed);

  bool known() const { return known_; }
  Duration smoothed() const { return smoothed_; }
  Duration variation() const { return variation_; }
  Duration latest() const { return latest_; }
  Duration minimum() const { return known_ ? minimum_ : smoothed_; }  // since the path began
  // Without an acknowledgement for this long, a probe goes.                               Source: RFC 9002 §6.2.1
  Duration probe_timeout(Duration most_delay) const;

 private:
  bool known_ = false;
  Duration smoothed_ = kInitialRtt;
  Duration variation_ = kInitialRtt / 2;
  Duration latest_ = kInitialRtt;
  Duration minimum_ = kInitialRtt;
};

}  // namespace booster::transport::recovery
