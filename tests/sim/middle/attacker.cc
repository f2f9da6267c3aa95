#include "tests/sim/middle/attacker.h"

#include <bit>

#include "codec/base/check.h"

namespace sim {

void Forged::write_to(Datagram& datagram) const {
  datagram.source = source;
  datagram.destination = destination;
  datagram.ecn = ecn;
  datagram.bytes = bytes;
}

void Attacker::on_datagram(Datagram& datagram, TimePoint now) {
  chain_ = datagram.chain;
  place_ = datagram.place;
  held_ = {};
  if (attack_ && attack_(*this, datagram, now) == Fate::Swallow)
    return fabric_.drop(datagram, What::DroppedAttack, id_);
  if (held_ > Duration::zero()) return fabric_.schedule(now + held_, *this, std::bit_cast<std::uint64_t>(&datagram));
  fabric_.forward(datagram);
}

void Attacker::inject(const Forged& forged, Duration after) {
  CHECK(chain_ != nullptr);  // it has seen nothing yet: World::inject takes a chain
  Datagram& datagram = fabric_.take(id_);
  forged.write_to(datagram);
  datagram.chain = chain_;
  datagram.place = place_;
  fabric_.note(datagram, What::Injected, id_);
  fabric_.schedule(fabric_.now() + after, *this, std::bit_cast<std::uint64_t>(&datagram));
}

void Attacker::on_event(std::uint64_t tag, TimePoint /*now*/) {
  fabric_.forward(*std::bit_cast<Datagram*>(tag));
}

}  // namespace sim
