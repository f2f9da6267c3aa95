// One program under test, without sockets and without a clock: what the transport's Connection is too.
#pragma once
#include <span>

#include "tests/sim/fabric/datagram.h"

namespace sim {

// Times are those of the node's own clock.
class Node {
 public:
  virtual ~Node() = default;
  // `route.local` is the address of ours that it came to. `bytes` live until return.
  virtual void on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) = 0;
  virtual void on_deadline(TimePoint now) = 0;
  virtual TimePoint next_deadline() const = 0;
  // Called after every input until it gives no bytes. An unspecified local ip stands for the host's default address.
  virtual DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) = 0;
};

// Sees what a node sends and receives; for invariants and figures.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_sent(const Datagram& datagram, TimePoint now) = 0;
  virtual void on_received(const Datagram& datagram, TimePoint now) = 0;
};

}  // namespace sim
