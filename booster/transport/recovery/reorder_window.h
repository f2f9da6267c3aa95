// How long a packet may stay behind later ones before it counts as lost.                  Source: RFC 8985 §6.2, §7.2
#pragma once
#include "booster/transport/recovery/rtt.h"

namespace booster::transport::recovery {

class ReorderWindow {
 public:
  Duration value(const Rtt& rtt) const;
  bool reordering_seen() const { return seen_; }

  void on_reordering() { seen_ = true; }
  void on_spurious_loss();  // once a round
  void on_round();          // a round trip went by

 private:
  bool seen_ = false;
  int quarters_ = 1;  // of the minimum RTT
  int rounds_left_ = 0;
};

}  // namespace booster::transport::recovery
