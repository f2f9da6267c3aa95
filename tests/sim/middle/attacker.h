// Someone on the path, or a host that lies about its address.
#pragma once
#include <functional>

#include "tests/sim/fabric/fabric.h"

namespace sim {

// A datagram as an attacker writes it.
struct Forged {
  Address source;
  Address destination;
  Ecn ecn = Ecn::NotEct;
  std::vector<std::byte> bytes{};

  static Forged like(const Datagram& datagram) {
    return {datagram.source, datagram.destination, datagram.ecn, datagram.bytes};
  }
  void write_to(Datagram& datagram) const;
};

class Attacker;
enum class Fate : std::uint8_t { Pass, Swallow };
// Sees each datagram that passes; may change it, hold it (self.hold), add others (self.inject).
using Attack = std::function<Fate(Attacker& self, Datagram& seen, TimePoint now)>;

class Attacker : public Hop, private Element {
 public:
  Attacker(Fabric& fabric, ElementId id, Attack attack) : fabric_(fabric), id_(id), attack_(std::move(attack)) {}

  void on_datagram(Datagram& datagram, TimePoint now) override;
  void set_attack(Attack attack) { attack_ = std::move(attack); }

  // Goes on from the attacker's place in the chain of the datagram it saw last. Replays are injections of what was
  // seen.
  void inject(const Forged& forged, Duration after = {});
  void hold(Duration length) { held_ = length; }  // the one that is being looked at

 private:
  void on_event(std::uint64_t tag, TimePoint now) override;

  Fabric& fabric_;
  ElementId id_;
  Attack attack_;
  const Chain* chain_ = nullptr;
  std::size_t place_ = 0;
  Duration held_{};
};

}  // namespace sim
