// What the network gives its elements, and what it asks of them.
#pragma once
#include "tests/sim/fabric/datagram.h"
#include "tests/sim/fabric/event_queue.h"
#include "tests/sim/fabric/trace.h"

namespace sim {

// A thing datagrams pass in one direction. It owns the datagram until it gives it to Fabric::forward or Fabric::drop.
class Hop {
 public:
  virtual ~Hop() = default;
  virtual void on_datagram(Datagram& datagram, TimePoint now) = 0;
};

class Fabric {
 public:
  virtual ~Fabric() = default;
  virtual TimePoint now() const = 0;
  virtual void schedule(TimePoint at, Element& who, std::uint64_t tag) = 0;
  virtual void forward(Datagram& datagram) = 0;  // to its next hop, or its node
  virtual void drop(Datagram& datagram, What why, ElementId who) = 0;
  virtual Datagram& take(ElementId origin) = 0;          // a new one, with a serial and nothing else
  virtual Datagram& copy(const Datagram& datagram) = 0;  // at the same place of the same chain
  virtual void note(const Datagram& datagram, What what, ElementId who) = 0;
};

}  // namespace sim
