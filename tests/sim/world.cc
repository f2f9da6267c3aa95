#include "tests/sim/world.h"

#include <bit>
#include <cstdio>

#include "codec/base/check.h"

namespace sim {
namespace {

constexpr std::size_t kScratch = 65'536;  // what one send with GSO takes at most

}  // namespace

World::World(std::uint64_t seed, std::size_t trace_kept) : seed_(seed), trace_(trace_kept), scratch_(kScratch) {
  name("world");  // element 0: forgeries come from there
}

ElementId World::name(std::string_view element) {
  const ElementId id = trace_.name(element);
  host_by_element_.resize(std::size_t{id} + 1);
  return id;
}

Host& World::add_node(std::string_view name_of_it, Node& node, std::vector<Address> addresses) {
  const ElementId id = name(name_of_it);
  Host& host = *hosts_.emplace_back(std::make_unique<Host>(fabric(), outbox(), id, node, std::move(addresses)));
  host_by_element_[id] = &host;
  return host;
}

Link& World::add_link(std::string_view name_of_it, LinkSettings settings) {
  const ElementId id = name(name_of_it);
  return *links_.emplace_back(std::make_unique<Link>(fabric(), id, std::move(settings), seed_of(seed_, name_of_it)));
}

Duplex World::add_links(std::string_view name_of_it, const LinkPair& pair) {
  const std::string base(name_of_it);
  Link& up = add_link(base + " up", pair.up);
  return {up, add_link(base + " down", pair.down)};
}

Nat& World::add_nat(std::string_view name_of_it, const NatSettings& settings) {
  const ElementId id = name(name_of_it);
  return *nats_.emplace_back(std::make_unique<Nat>(fabric(), id, settings, seed_of(seed_, name_of_it)));
}

Gate& World::add_gate(std::string_view name_of_it) {
  return *gates_.emplace_back(std::make_unique<Gate>(fabric(), name(name_of_it)));
}

Attacker& World::add_attacker(std::string_view name_of_it, Attack attack) {
  return *attackers_.emplace_back(std::make_unique<Attacker>(fabric(), name(name_of_it), std::move(attack)));
}

const Chain* World::keep(Chain chain) {
  return &chains_.emplace_back(std::move(chain));
}

void World::connect(const Address& a, const Address& b, Chain there, Chain back) {
  route(a, b, std::move(there));
  route(b, a, std::move(back));
}

void World::route(const Address& source, const Address& destination, Chain chain) {
  routes_[{source.ip, destination.ip}] = keep(std::move(chain));
}

Duplex World::connect(std::string_view name_of_it, const Address& a, const Address& b, const LinkPair& pair) {
  const Duplex links = add_links(name_of_it, pair);
  connect(a, b, {&links.up}, {&links.down});
  return links;
}

void World::disconnect(const Address& a, const Address& b) {
  routes_.erase({a.ip, b.ip});
  routes_.erase({b.ip, a.ip});
}

const Chain* World::chain_between(const Address& source, const Address& destination) const {
  const auto found = routes_.find({source.ip, destination.ip});
  return found == routes_.end() ? nullptr : found->second;
}

std::pair<Host*, const Address*> World::host_of(const Address& address) const {
  for (const auto& host : hosts_)
    if (const Address* own = host->owned(address)) return {host.get(), own};
  return {nullptr, nullptr};
}

void World::send(Host& from, const Route& route, std::span<const std::byte> bytes, Ecn ecn) {
  Datagram& datagram = take(from.id());
  datagram.source = route.local;
  datagram.destination = route.remote;
  datagram.ecn = ecn;
  datagram.bytes.assign(bytes.begin(), bytes.end());
  const Address* own = from.local_for(route.local);
  if (own != nullptr) datagram.source = with_port(*own, route.local.port != 0 ? route.local.port : own->port);
  datagram.source.interface = datagram.destination.interface = 0;  // no wire carries it
  datagram.charged = datagram.wire();
  from.on_sent(datagram);
  note(datagram, What::Sent, from.id());
  if (own == nullptr) return drop(datagram, What::DroppedHost, from.id());
  datagram.chain = chain_between(datagram.source, datagram.destination);
  if (datagram.chain == nullptr) return drop(datagram, What::DroppedRoute, from.id());
  forward(datagram);
}

void World::inject(const Forged& forged, Chain chain) {
  Datagram& datagram = take(0);
  forged.write_to(datagram);
  note(datagram, What::Injected, 0);
  datagram.chain = keep(std::move(chain));
  forward(datagram);
}

void World::forward(Datagram& datagram) {
  if (datagram.place < datagram.chain->size()) {
    Hop& hop = *(*datagram.chain)[datagram.place++];
    return hop.on_datagram(datagram, now_);
  }
  if (!busy_) return deliver(datagram);
  events_.push(now_, *this, std::bit_cast<std::uint64_t>(&datagram));  // a chain without links
}

void World::deliver(Datagram& datagram) {
  const auto [host, own] = host_of(datagram.destination);
  if (host == nullptr) return drop(datagram, What::DroppedHost, datagram.origin);
  if (host->asleep()) return drop(datagram, What::DroppedAsleep, host->id());
  note(datagram, What::Delivered, host->id());
  trace_.digest().add(datagram.bytes);
  host->receive(datagram, *own);
  end(datagram);
}

void World::end(Datagram& datagram) {
  Host* origin = host_by_element_[datagram.origin];
  if (origin != nullptr) origin->on_ended(datagram);
  pool_.give_back(datagram);
}

void World::drop(Datagram& datagram, What why, ElementId who) {
  note(datagram, why, who);
  end(datagram);
}

Datagram& World::take(ElementId origin) {
  Datagram& datagram = pool_.take();
  datagram.origin = origin;
  datagram.serial = ++serial_;
  return datagram;
}

Datagram& World::copy(const Datagram& datagram) {
  Datagram& second = take(datagram.origin);
  const std::uint64_t serial = second.serial;
  second = datagram;
  second.serial = serial;
  second.charged = 0;
  return second;
}

void World::note(const Datagram& datagram, What what, ElementId who) {
  trace_.add({now_, datagram.serial, static_cast<std::uint32_t>(datagram.wire()), datagram.source.port,
              datagram.destination.port, who, what});
}

void World::spins(const Host& host, const char* what) {
  std::fprintf(stderr, "%sworld %llu: node %s: %s\n", trace_.dump(50).c_str(), static_cast<unsigned long long>(seed_),
               trace_.name_of(host.id()).c_str(), what);
  CHECK(!"a node that spins");
}

void World::at(Duration since_epoch, std::function<void()> action) {
  CHECK(kEpoch + since_epoch >= now_);
  actions_.push_back(std::move(action));
  events_.push(kEpoch + since_epoch, *this, (actions_.size() - 1) * 2 + 1);  // odd: no datagram's place
}

void World::on_event(std::uint64_t tag, TimePoint /*now*/) {
  if (tag % 2 == 0) return deliver(*std::bit_cast<Datagram*>(tag));
  const std::function<void()> action = std::move(actions_[tag / 2]);
  action();
}

void World::step() {
  const Event event = events_.pop();
  now_ = event.at;
  ++handled_;
  event.who->on_event(event.tag, now_);
}

void World::run_until(TimePoint end_of_run) {
  while (events_.next() <= end_of_run && !events_.empty()) step();
  now_ = std::max(now_, end_of_run);
}

bool World::run_until(const std::function<bool()>& predicate, TimePoint limit) {
  while (!predicate()) {
    if (events_.empty() || events_.next() > limit) {
      now_ = std::max(now_, limit);
      return false;
    }
    step();
  }
  return true;
}

}  // namespace sim
