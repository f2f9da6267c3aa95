// The two ends of a tunnel over one link, each direction with someone on it who lets all pass until told otherwise.
#pragma once
#include <gtest/gtest.h>

#include "tests/sim/ends/ends.h"
#include "tests/sim/meters.h"
#include "tests/sim/world.h"

namespace sim {

constexpr Duration kSceneRtt = std::chrono::milliseconds(100);
constexpr double kRtt = .1;

inline LinkPair scene_link(double bits_per_second = 10e6) {
  LinkSettings way;
  way.bits_per_second = bits_per_second;
  way.queue_bytes = 64 << 10;
  way.delay = kSceneRtt / 2;
  return {way, way};
}

class Scene {
 public:
  explicit Scene(const LinkPair& link = scene_link(), const FakeHandshake::Flights& flights = {},
                 transport::DoorLimits door = {}, std::uint64_t seed = 1,
                 const std::optional<transport::path::IdleLife>& idle_life = std::nullopt)
      : world(seed),
        exchanges(std::make_shared<FakeExchanges>(flights)),
        client(seed, {.route = {first, server}, .idle_life = idle_life, .exchanges = exchanges}),
        gateway(seed, exchanges, door) {
    here = &world.add_node("client", client, {first});
    there = &world.add_node("gateway", gateway, {server});
    const Duplex links = world.add_links("path", link);
    up = &links.up;
    down = &links.down;
    on_up = &world.add_attacker("on up", pass);
    on_down = &world.add_attacker("on down", pass);
    world.connect(first, server, {on_up, up}, {on_down, down});
    world.connect(second, server, {on_up, up}, {on_down, down});
  }

  static Fate pass(Attacker&, Datagram&, TimePoint) { return Fate::Pass; }

  void call() {
    client.call(here->local_now());
    here->wake();
  }
  // Both know that they have keys, and the gateway has its session.
  void begin() {
    call();
    ASSERT_TRUE(
        until([this] { return client.connection().confirmed() && gateway.guest(0) != nullptr; }, 5 * kSceneRtt));
  }
  void send_up(session::Class of, std::uint64_t size) {
    client.traffic().send(of, size);
    here->wake();
  }
  void send_down(session::Class of, std::uint64_t size) {
    gateway.guest(0)->traffic.send(of, size);
    there->wake();
  }
  bool until(const std::function<bool()>& what, Duration limit) { return world.run_until(what, limit); }
  bool closed() { return client.connection().closed(); }
  double link_octets() const {
    return static_cast<double>(up->statistics().offered.bytes + down->statistics().offered.bytes);
  }

  Address first = address("10.0.0.1", 5000);
  Address second = address("10.0.0.2", 5000);
  Address server = address("192.0.2.1", 443);
  World world;
  std::shared_ptr<Exchanges> exchanges;
  ClientEnd client;
  GatewayEnd gateway;
  Host* here;
  Host* there;
  Link* up;
  Link* down;
  Attacker* on_up;
  Attacker* on_down;
};

}  // namespace sim
