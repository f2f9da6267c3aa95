#include "tests/sim/middle/nat.h"

#include "codec/base/check.h"

namespace sim {
namespace {

constexpr std::uint64_t kFirstPort = 1024;  // RFC 4787 §4.2.2: not the well-known ones
constexpr std::uint64_t kPorts = 65'536 - kFirstPort;

}  // namespace

Nat::Nat(Fabric& fabric, ElementId id, const NatSettings& settings, std::uint64_t seed)
    : fabric_(fabric), id_(id), settings_(settings), random_(seed) {}

Address Nat::end_of(Address address) {
  address.interface = 0;
  return address;
}

void Nat::rebind(std::optional<Address> public_ip) {
  by_inner_.clear();
  by_port_.clear();
  if (public_ip) settings_.public_ip = *public_ip;
}

std::optional<Address> Nat::outer_of(const Address& inner) const {
  const auto found = by_inner_.lower_bound({end_of(inner), Address{}});
  if (found == by_inner_.end() || found->first.first != end_of(inner)) return std::nullopt;
  return with_port(settings_.public_ip, found->second);
}

Nat::Key Nat::key_of(const Datagram& datagram) const {
  return {end_of(datagram.source), settings_.symmetric ? end_of(datagram.destination) : Address{}};
}

std::uint16_t Nat::free_port() {
  CHECK(by_port_.size() < kPorts / 2);
  for (;;) {
    const auto port = static_cast<std::uint16_t>(kFirstPort + random_.next() % kPorts);
    if (!by_port_.contains(port)) return port;
  }
}

// As port-preserving translators do: the inner port where it is free.                     RFC 4787 §4.2.1
std::uint16_t Nat::outer_port(const Address& inner) {
  return settings_.keeps_ports && !by_port_.contains(inner.port) ? inner.port : free_port();
}

std::uint16_t Nat::mapped_port(const Datagram& datagram, TimePoint now) {
  const Key key = key_of(datagram);
  if (const auto found = by_inner_.find(key); found != by_inner_.end()) {
    if (now - by_port_.at(found->second).used < settings_.idle) return found->second;
    by_port_.erase(found->second);
  }
  const std::uint16_t port = outer_port(key.first);
  by_inner_[key] = port;
  by_port_[port] = {key.first, {}, now};
  fabric_.note(datagram, What::Mapped, id_);
  return port;
}

void Nat::pass_outward(Datagram& datagram, TimePoint now) {
  const std::uint16_t port = mapped_port(datagram, now);
  Mapping& mapping = by_port_.at(port);
  mapping.used = now;
  mapping.remotes.insert(end_of(datagram.destination));
  datagram.source = with_port(settings_.public_ip, port);
  fabric_.forward(datagram);
}

void Nat::pass_inward(Datagram& datagram, TimePoint now) {
  const auto found = by_port_.find(datagram.destination.port);
  const bool known = found != by_port_.end() && same_host(datagram.destination, settings_.public_ip) &&
                     now - found->second.used < settings_.idle;
  const bool filtered = settings_.filters || settings_.symmetric;
  if (!known || (filtered && !found->second.remotes.contains(end_of(datagram.source))))
    return fabric_.drop(datagram, What::DroppedNat, id_);
  if (settings_.inbound_refreshes) found->second.used = now;
  datagram.destination = found->second.inner;
  fabric_.forward(datagram);
}

}  // namespace sim
