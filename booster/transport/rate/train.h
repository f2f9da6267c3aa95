// Train: the first packets of a path leave faster than it can take them, and the times at which they arrive tell what
// it can. So the second round trip goes at the path's own rate, not at a tenth of it.
#pragma once
#include <optional>

#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {

class Train {
 public:
  // `hint`: what two packets of the handshake showed.
  explicit Train(std::optional<BitsPerSecond> hint, Duration rtt);

  std::size_t packets() const { return packets_; }

  // A packet: octets sent up to and with it, when it left, when it arrived there. One that left well after the one
  // before begins the train: what came before it was not sent as fast as could be.
  void on_arrival(std::uint64_t sent, TimePoint left, Duration received);

  struct Measured {
    BitsPerSecond rate;
    bool is_limit;  // packets arrived further apart than they left: a bottleneck was seen, not only our own pace
  };
  std::optional<Measured> measured() const;  // once enough of them have arrived
  std::size_t arrived() const { return arrived_; }

 private:
  struct Arrival {
    std::uint64_t sent;
    TimePoint left;
    Duration received;
  };
  std::size_t packets_;
  Duration apart_ = kTrainApart;
  std::size_t arrived_ = 0;
  Arrival first_{};
  Arrival last_{};
};

}  // namespace booster::transport::rate
