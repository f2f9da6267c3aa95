// A world drawn from a seed: link, mishaps, traffic; and what became of it.
#pragma once
#include <string>
#include <vector>

#include "tests/sim/ends/ends.h"
#include "tests/sim/world.h"

namespace sim {

// Something that happens, so long after both ends know that they have keys.
struct Mishap {
  enum class Kind : std::uint8_t { Outage, Mtu, Rebind, Move, Jump };
  Kind kind = Kind::Outage;
  Duration at{};
  Duration length{};      // Outage; Jump: how far the client's clock jumps
  std::size_t mtu = 0;    // Mtu
  bool old_works = true;  // Move: the address before stays
};

struct DrawnStream {
  session::Class of = session::Class::Bodies;
  std::uint64_t size = 0;
  bool up = false;
};

struct Drawn {
  std::uint64_t seed = 0;
  double rate = 0;  // of the slower direction
  double loss = 0;  // of the worse direction, corruption included
  Duration rtt{};
  LinkPair link;
  bool nat = false;
  bool ipv6 = false;
  double skew = 0;
  std::vector<DrawnStream> streams;
  std::vector<Mishap> mishaps;

  std::uint64_t octets() const;
  Duration outages() const;
  bool bursts() const { return link.up.loss.to_bad > 0 || link.down.loss.to_bad > 0; }
  Duration time_limit() const;            // generous
  std::uint64_t link_limit() const;       // octets of IP packets, both ways
  std::uint64_t in_flight_limit() const;  // octets of one end
};

Drawn draw(std::uint64_t seed);
std::string text(const Drawn& world);

struct Fared {
  std::string broken;  // what did not hold; empty: all did
  std::string slow;    // beyond what the link's figures let expect, in time or octets
  double seconds = 0;
  double link_octets = 0;
  std::uint64_t events = 0;
  std::string trace;
};
Fared run(const Drawn& world, bool keep_trace,
          const std::shared_ptr<Exchanges>& exchanges = std::make_shared<FakeExchanges>());

}  // namespace sim
