// The machine a node runs on: addresses, clock, timer, sleep.
#pragma once
#include <string>
#include <vector>

#include "tests/sim/clock.h"
#include "tests/sim/fabric/fabric.h"
#include "tests/sim/node.h"

namespace sim {

class Host;

// Where a host's datagrams go; the world.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual void send(Host& from, const Route& route, std::span<const std::byte> bytes, Ecn ecn) = 0;
  virtual std::span<std::byte> scratch() = 0;                  // for one run of datagrams
  virtual void spins(const Host& host, const char* what) = 0;  // a node that never comes to rest; does not return
  virtual void busy(bool asking) = 0;                          // while set, nothing may be delivered
};

class Host : private Element {
 public:
  Host(Fabric& fabric, Outbox& outbox, ElementId id, Node& node, std::vector<Address> addresses);

  void wake();  // after the test called the node itself: asks it for datagrams and its deadline

  // Addresses. Port 0: all ports. The first is the default, for datagrams whose local address is unspecified.
  void add_address(const Address& address);
  void remove_address(const Address& address);  // an interface went away: what comes to it or leaves it is lost
  void set_default(const Address& address);
  const Address* owned(const Address& address) const;  // the one that covers it, or null
  const std::vector<Address>& addresses() const { return addresses_; }
  const Address* local_for(const Address& wanted) const;

  // Clock and sleep.
  TimePoint local_now() const { return clock_.local(fabric_.now()); }
  void set_skew(double parts_per_million);
  void jump_clock(Duration forward);
  void sleep(Duration length);  // neither runs nor receives; its clock goes on
  bool asleep() const { return fabric_.now() < awake_at_; }

  void watch(Watcher& watcher) { watchers_.push_back(&watcher); }
  std::size_t bytes_in_flight() const { return in_flight_; }  // sent, neither arrived nor lost; IP packets
  std::size_t peak_in_flight() const { return peak_in_flight_; }

  ElementId id() const { return id_; }
  Node& node() { return node_; }

  // For the world.
  void receive(const Datagram& datagram, const Address& local);
  void on_sent(const Datagram& datagram);
  void on_ended(const Datagram& datagram) { in_flight_ -= datagram.charged; }

 private:
  void on_event(std::uint64_t tag, TimePoint now) override;
  void settle();
  void send_run(const DatagramRun& run, std::span<const std::byte> bytes);
  void arm();

  Fabric& fabric_;
  Outbox& outbox_;
  ElementId id_;
  Node& node_;
  std::vector<Address> addresses_;
  Clock clock_;
  TimePoint armed_ = kNever;
  TimePoint awake_at_ = TimePoint::min();
  TimePoint last_fired_ = TimePoint::min();
  std::size_t fired_at_once_ = 0;
  std::vector<Watcher*> watchers_;
  std::size_t in_flight_ = 0;
  std::size_t peak_in_flight_ = 0;
};

}  // namespace sim
