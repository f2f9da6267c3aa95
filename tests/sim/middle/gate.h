// A firewall in the path: open, or closed for all datagrams (UDP is blocked), or for those it is told to refuse.
#pragma once
#include <functional>

#include "tests/sim/fabric/fabric.h"

namespace sim {

class Gate : public Hop {
 public:
  Gate(Fabric& fabric, ElementId id) : fabric_(fabric), id_(id) {}

  void close() { closed_ = true; }
  void open() { closed_ = false; }
  void close_from(TimePoint at) { closed_from_ = at; }
  void refuse(std::function<bool(const Datagram&)> which) { refused_ = std::move(which); }

  void on_datagram(Datagram& datagram, TimePoint now) override {
    if (closed_ || now >= closed_from_ || (refused_ && refused_(datagram)))
      return fabric_.drop(datagram, What::DroppedGate, id_);
    fabric_.forward(datagram);
  }

 private:
  Fabric& fabric_;
  ElementId id_;
  bool closed_ = false;
  TimePoint closed_from_ = kNever;
  std::function<bool(const Datagram&)> refused_;
};

}  // namespace sim
