// When an ACK is due: after so many packets or so long, sooner where it tells of a gap, within a share of the uplink.
// Source: RFC 9000 §13.2, draft-ietf-quic-ack-frequency
#pragma once
#include <cstdint>
#include <optional>

#include "booster/transport/recovery/limits.h"

namespace booster::transport::recovery {

class AckSchedule {
 public:
  // An eighth of the round trip, unless the peer wants something else.
  void set_default(Duration rtt);
  // An ACK takes about `ack_bytes` of a way that carries `rate`: they may use 2 % of it.
  void set_way_back(BitsPerSecond rate, std::size_t ack_bytes);

  // `opens_gap`: the packet is not the next one after the largest, or fills a gap. `at_once`: a probe or CE.
  void on_packet(bool eliciting, bool opens_gap, bool at_once, TimePoint now);
  void on_sent(TimePoint now);  // an ACK went out

  bool due(TimePoint now) const { return now >= deadline_; }
  bool owed() const { return waiting_ > 0; }  // worth its bytes in a packet that goes anyway
  TimePoint deadline() const { return deadline_; }
  Duration most_delay() const { return delay_; }

 private:
  Duration delay_ = kMostAckDelay;
  Duration apart_{};  // ACKs that nobody waits for leave at least so long between them
  std::uint64_t waiting_ = 0;
  TimePoint last_{};
  TimePoint deadline_ = kNever;
};

}  // namespace booster::transport::recovery
