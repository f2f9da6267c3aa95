// Train: the first packets of a path leave faster than it can take them, and the times at which they arrive tell what
// it can. So the second round trip goes at the path's own rate, not at a tenth of it.
#pragma once
#include <deque>
#include <optional>

#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {

struct Departure {
  PacketNumber number;
  std::uint64_t sent = 0;  // octets sent up to and with it
  std::size_t size = 0;    // its own
  TimePoint left{};
};

class Train {
 public:
  // `hint`: what two packets of the handshake showed, or an earlier train.
  explicit Train(std::optional<BitsPerSecond> hint, Duration rtt);

  std::size_t packets() const { return packets_; }

  // Small packets are no load: how far apart they arrive tells of timers and of processors.
  void on_departure(const Departure& packet);
  // When it arrived, on the peer's clock; it may have been acknowledged before. nullptr: no packet of the train. One
  // that left well after the one before begins the train: what came before it was not sent as fast as could be.
  const Departure* on_arrival(PacketNumber number, Duration received);

  struct Measured {
    BitsPerSecond rate;
    bool is_limit;  // packets arrived further apart than they left: a bottleneck was seen, not only our own pace
  };
  std::optional<Measured> measured() const;  // once enough of them have arrived
  std::size_t arrived() const { return arrived_; }

 private:
  struct Arrival {
    std::uint64_t sent = 0;
    TimePoint left{};
    Duration received{};
  };
  std::optional<Measured> measure() const;

  std::size_t packets_;
  std::size_t load_;  // octets: smaller packets do not count
  Duration apart_ = kTrainApart;
  Duration kept_;
  std::deque<Departure> departures_;
  std::size_t arrived_ = 0;  // in a row
  Arrival first_;
  Arrival last_;
  std::optional<Measured> before_;  // by the row before
};

}  // namespace booster::transport::rate
