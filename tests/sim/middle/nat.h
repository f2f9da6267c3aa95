// A network address translator. Its two hops stand in the chains of either direction: outward() on the way from the
// hosts behind it, inward() on the way from the world to its public ip.                        Source: RFC 4787 §4, §5
#pragma once
#include <map>
#include <optional>
#include <set>

#include "tests/sim/fabric/fabric.h"
#include "tests/sim/fabric/random.h"

namespace sim {

struct NatSettings {
  Address public_ip{};
  Duration idle = std::chrono::seconds(30);  // RFC 4787 wants 2 min; the worst carriers forget after 30 s
  bool symmetric = false;                    // a port for each remote; false: one for all (cone)
  bool filters = true;                       // lets in only remotes that were written to; a symmetric one always does
  bool inbound_refreshes = true;             // REQ-6 allows both
  bool keeps_ports = false;                  // a mapping made anew has the port of before: nobody outside notices
};

class Nat {
 public:
  Nat(Fabric& fabric, ElementId id, const NatSettings& settings, std::uint64_t seed);

  Hop& outward() { return outward_; }
  Hop& inward() { return inward_; }

  // Forgets all mappings: the next datagram outward gets a new port, and the new public ip, if there is one.
  void set_idle(Duration idle) { settings_.idle = idle; }
  void rebind(std::optional<Address> public_ip = std::nullopt);
  std::size_t mappings() const { return by_inner_.size(); }     // also those that have expired unnoticed
  std::optional<Address> outer_of(const Address& inner) const;  // of any remote

 private:
  class Direction : public Hop {
   public:
    Direction(Nat& nat, void (Nat::*pass)(Datagram&, TimePoint)) : nat_(nat), pass_(pass) {}
    void on_datagram(Datagram& datagram, TimePoint now) override { (nat_.*pass_)(datagram, now); }

   private:
    Nat& nat_;
    void (Nat::*pass_)(Datagram&, TimePoint);
  };
  using Key = std::pair<Address, Address>;  // inner address; remote, or none in a cone
  struct Mapping {
    Address inner;
    std::set<Address> remotes;
    TimePoint used;
  };

  void pass_outward(Datagram& datagram, TimePoint now);
  void pass_inward(Datagram& datagram, TimePoint now);
  Key key_of(const Datagram& datagram) const;
  std::uint16_t mapped_port(const Datagram& datagram, TimePoint now);
  std::uint16_t free_port();
  std::uint16_t outer_port(const Address& inner);
  static Address end_of(Address address);  // without the interface

  Fabric& fabric_;
  ElementId id_;
  NatSettings settings_;
  Random random_;
  Direction outward_{*this, &Nat::pass_outward};
  Direction inward_{*this, &Nat::pass_inward};
  std::map<Key, std::uint16_t> by_inner_;
  std::map<std::uint16_t, Mapping> by_port_;
};

}  // namespace sim
