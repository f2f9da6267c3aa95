// Lull: packets came one after the other, and no more come. Who sends them finds an outage by itself, and its end half
// a round trip after the first question that passes; who waits for them asks as well, so that the sender hears of the
// end as soon as the way up carries.                                                               Source: PROTOCOL.md
// §5
#pragma once
#include <cstdint>

#include "booster/transport/recovery/limits.h"

namespace booster::transport::recovery {

class Lull {
 public:
  void on_packet(TimePoint now, Duration rtt);      // one that asks for an ACK
  TimePoint deadline() const { return deadline_; }  // time to ask, once
  void on_asked();
  bool had_stream() const { return had_stream_; }

 private:
  std::uint64_t run_ = 0;  // packets in a row
  bool had_stream_ = false;
  TimePoint last_{};
  TimePoint deadline_ = kNever;
};

}  // namespace booster::transport::recovery
