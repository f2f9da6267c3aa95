// A deterministic network in virtual time. README.md shows how a world is written.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "tests/sim/host.h"
#include "tests/sim/link/link.h"
#include "tests/sim/middle/attacker.h"
#include "tests/sim/middle/gate.h"
#include "tests/sim/middle/nat.h"

namespace sim {

struct Duplex {
  Link& up;
  Link& down;
};

class World : private Fabric, private Outbox, private Element {
 public:
  explicit World(std::uint64_t seed, std::size_t trace_kept = 8192);

  // Elements. Names are unique: an element's random sequence comes from the seed and its name.
  // Owns all but the nodes, which outlive it or at least are not run after they are gone.
  Host& add_node(std::string_view name, Node& node, std::vector<Address> addresses);
  Link& add_link(std::string_view name, LinkSettings settings);
  Duplex add_links(std::string_view name, const LinkPair& pair);  // "NAME up" and "NAME down"
  Nat& add_nat(std::string_view name, const NatSettings& settings);
  Gate& add_gate(std::string_view name);
  Attacker& add_attacker(std::string_view name, Attack attack);

  // From now on datagrams between these ips pass these hops. What is under way stays on its old chain.
  void connect(const Address& a, const Address& b, Chain there, Chain back);
  Duplex connect(std::string_view name, const Address& a, const Address& b, const LinkPair& pair);
  void route(const Address& source, const Address& destination, Chain chain);  // one way, as behind a NAT
  void disconnect(const Address& a, const Address& b);

  // For a hop of the test's own: gives it what it needs, and its id. It outlives the world's runs.
  Fabric& fabric() { return *this; }
  ElementId add_name(std::string_view element) { return name(element); }

  // Time.
  TimePoint now() const override { return now_; }
  Duration elapsed() const { return now_ - kEpoch; }
  void at(Duration since_epoch, std::function<void()> action);
  void run_until(TimePoint end);
  void run_for(Duration length) { run_until(now_ + length); }
  // True: the predicate held, at now(). False: not before the limit, or nothing would ever happen again.
  bool run_until(const std::function<bool()>& predicate, TimePoint limit);
  bool run_until(const std::function<bool()>& predicate, Duration limit) { return run_until(predicate, now_ + limit); }

  // A datagram from nowhere: as of a host that lies about its address. It passes `chain`.
  void inject(const Forged& forged, Chain chain);

  std::uint64_t seed() const { return seed_; }
  std::uint64_t digest() const { return trace_.digest().value(); }
  const Trace& trace() const { return trace_; }
  std::uint64_t events() const { return handled_; }
  std::size_t datagrams_under_way() const { return pool_.in_use(); }

 private:
  using Ip = std::array<std::byte, 16>;

  // Fabric
  void schedule(TimePoint at, Element& who, std::uint64_t tag) override { events_.push(at, who, tag); }
  void forward(Datagram& datagram) override;
  void drop(Datagram& datagram, What why, ElementId who) override;
  Datagram& take(ElementId origin) override;
  Datagram& copy(const Datagram& datagram) override;
  void note(const Datagram& datagram, What what, ElementId who) override;
  // Outbox
  void send(Host& from, const Route& route, std::span<const std::byte> bytes, Ecn ecn) override;
  std::span<std::byte> scratch() override { return scratch_; }
  void spins(const Host& host, const char* what) override;
  void busy(bool asking) override { busy_ = asking; }
  // Element: deliveries that had to wait, actions of the test
  void on_event(std::uint64_t tag, TimePoint now) override;

  Outbox& outbox() { return *this; }
  ElementId name(std::string_view element);
  void step();
  void deliver(Datagram& datagram);
  void end(Datagram& datagram);
  std::pair<Host*, const Address*> host_of(const Address& address) const;
  const Chain* chain_between(const Address& source, const Address& destination) const;
  const Chain* keep(Chain chain);

  std::uint64_t seed_;
  TimePoint now_ = kEpoch;
  EventQueue events_;
  std::uint64_t handled_ = 0;
  DatagramPool pool_;
  std::uint64_t serial_ = 0;
  Trace trace_;
  std::vector<std::byte> scratch_;
  bool busy_ = false;

  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<Host*> host_by_element_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<std::unique_ptr<Nat>> nats_;
  std::vector<std::unique_ptr<Gate>> gates_;
  std::vector<std::unique_ptr<Attacker>> attackers_;
  std::deque<Chain> chains_;
  std::map<std::pair<Ip, Ip>, const Chain*> routes_;
  std::deque<std::function<void()>> actions_;
};

}  // namespace sim
