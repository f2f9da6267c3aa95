// What a gateway may send to whom, watched from outside.
#pragma once
#include <map>

#include "tests/sim/ends/ends.h"

namespace sim {

// To an address that has not shown to receive: at most three times what came from it (RFC 9000 §8.1), and once there
// are keys nothing as large as data, unless the client itself has gone on to a path there.
class Conduct : public Watcher {
 public:
  explicit Conduct(GatewayEnd& gateway) : gateway_(gateway) {}

  double worst() const { return worst_; }  // ratio to an address not validated
  std::size_t largest() const { return largest_; }

  void on_received(const Datagram& datagram, TimePoint) override {
    from_[datagram.source] += datagram.bytes.size();
    // Who sends a long packet to an id that the gateway gave out has received it.
    const bool answers = datagram.bytes.size() > 6 && std::to_integer<int>(datagram.bytes[0] >> 7) == 1 &&
                         datagram.bytes[5] == std::byte{transport::packet::kIdSize};
    if (answers) proved_[datagram.source] = true;
  }
  void on_sent(const Datagram& datagram, TimePoint) override {
    const transport::Connection* const connection = gateway_.connection(0);
    const Route route{datagram.source, datagram.destination};
    if (connection != nullptr && connection->is_proved(route)) proved_[datagram.destination] = true;
    if (proved_[datagram.destination]) return;
    const auto sent = static_cast<double>(to_[datagram.destination] += datagram.bytes.size());
    worst_ = std::max(worst_, sent / static_cast<double>(std::max<std::uint64_t>(from_[datagram.destination], 1)));
    if (connection == nullptr || !connection->established() || connection->active().route == route) return;
    largest_ = std::max(largest_, datagram.bytes.size());
  }

 private:
  GatewayEnd& gateway_;
  std::map<Address, std::uint64_t> from_;
  std::map<Address, std::uint64_t> to_;
  std::map<Address, bool> proved_;
  double worst_ = 0;
  std::size_t largest_ = 0;
};

}  // namespace sim
