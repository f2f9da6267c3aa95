#include "tests/sim/middle/nat.h"

#include <gtest/gtest.h>

#include "tests/sim/toy.h"
#include "tests/sim/world.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

const Address kInner = address("192.168.0.2", 5000);
const Address kPublic = address("198.51.100.7");
const Address kFirst = address("192.0.2.1", 443);
const Address kSecond = address("192.0.2.2", 443);

// Sends one datagram to a remote when it is told to.
class Caller : public Node {
 public:
  void call(Host& host, const Address& remote, std::size_t bytes = 100) {
    remote_ = remote;
    bytes_ = bytes;
    host.wake();
  }
  const std::vector<Route>& heard() const { return heard_; }

  void on_datagram(const Route& route, std::span<const std::byte>, Ecn, TimePoint) override { heard_.push_back(route); }
  void on_deadline(TimePoint) override {}
  TimePoint next_deadline() const override { return kNever; }
  DatagramRun next_datagrams(std::span<std::byte>, TimePoint) override {
    return {{address("0.0.0.0"), remote_}, bytes_, std::exchange(bytes_, 0), Ecn::NotEct};
  }

 private:
  Address remote_;
  std::size_t bytes_ = 0;
  std::vector<Route> heard_;
};

struct NatWorld {
  explicit NatWorld(NatSettings settings) : nat(world.add_nat("nat", with_public(settings))) {
    inside = &world.add_node("inside", client, {kInner});
    first_host = &world.add_node("first", first, {kFirst});
    second_host = &world.add_node("second", second, {kSecond});
    for (const Address& server : {kFirst, kSecond}) {
      world.route(kInner, server, {&up, &nat.outward()});
      world.route(server, kPublic, {&nat.inward(), &down});
    }
  }
  static NatSettings with_public(NatSettings settings) {
    settings.public_ip = kPublic;
    return settings;
  }
  // Both hear from the client; the address by which each knows it.
  Address seen_by(Caller& server, const Address& address) {
    const std::size_t before = server.heard().size();
    client.call(*inside, address);
    world.run_for(100ms);
    return server.heard().size() > before ? server.heard().back().remote : Address{};
  }
  bool answered_by(Caller& server, Host& host, const Address& to) {
    const std::size_t before = client.heard().size();
    server.call(host, to);
    world.run_for(100ms);
    return client.heard().size() > before;
  }

  World world{1};
  Link& up = world.add_link("up", {.delay = 10ms});
  Link& down = world.add_link("down", {.delay = 10ms});
  Nat& nat;
  Caller client, first, second;
  Host *inside = nullptr, *first_host = nullptr, *second_host = nullptr;
};

TEST(Nat, AnswersComeBackToTheInnerAddress) {
  NatWorld nat({});
  const Address outer = nat.seen_by(nat.first, kFirst);
  EXPECT_TRUE(same_host(outer, kPublic));
  EXPECT_EQ(nat.nat.outer_of(kInner), outer);
  EXPECT_TRUE(nat.answered_by(nat.first, *nat.first_host, outer));
  EXPECT_EQ(nat.client.heard().back(), (Route{kInner, kFirst}));
}

TEST(Nat, AConeHasOnePortForAllASymmetricOneForEach) {
  for (const bool symmetric : {false, true}) {
    NatWorld nat({.symmetric = symmetric});
    const Address to_first = nat.seen_by(nat.first, kFirst);
    const Address to_second = nat.seen_by(nat.second, kSecond);
    EXPECT_EQ(to_first == to_second, !symmetric);
    EXPECT_EQ(nat.nat.mappings(), symmetric ? 2U : 1U);
    EXPECT_EQ(nat.answered_by(nat.second, *nat.second_host, to_first), !symmetric);
  }
}

TEST(Nat, AFilterLetsInOnlyWhoWasWrittenTo) {
  for (const bool filters : {false, true}) {
    NatWorld nat({.filters = filters});
    const Address outer = nat.seen_by(nat.first, kFirst);
    EXPECT_EQ(nat.answered_by(nat.second, *nat.second_host, outer), !filters);
  }
}

TEST(Nat, ForgetsAnIdleMapping) {
  NatWorld nat({.idle = 30s});
  const Address before = nat.seen_by(nat.first, kFirst);
  nat.world.run_for(25s);
  EXPECT_TRUE(nat.answered_by(nat.first, *nat.first_host, before));
  nat.world.run_for(25s);
  EXPECT_EQ(nat.seen_by(nat.first, kFirst), before);  // the answer had refreshed it
  nat.world.run_for(31s);
  EXPECT_FALSE(nat.answered_by(nat.first, *nat.first_host, before));
  EXPECT_EQ(nat.world.trace().count(What::DroppedNat), 1U);
  EXPECT_NE(nat.seen_by(nat.first, kFirst), before);
  EXPECT_EQ(nat.nat.mappings(), 1U);
}

TEST(Nat, InboundMayNotRefresh) {
  NatWorld nat({.idle = 30s, .inbound_refreshes = false});
  const Address before = nat.seen_by(nat.first, kFirst);
  nat.world.run_for(20s);
  EXPECT_TRUE(nat.answered_by(nat.first, *nat.first_host, before));
  nat.world.run_for(20s);
  EXPECT_FALSE(nat.answered_by(nat.first, *nat.first_host, before));
}

TEST(Nat, RebindsWhenToldAlsoToAnotherIp) {
  NatWorld nat({});
  const Address before = nat.seen_by(nat.first, kFirst);
  nat.nat.rebind();
  EXPECT_FALSE(nat.answered_by(nat.first, *nat.first_host, before));
  const Address after = nat.seen_by(nat.first, kFirst);
  EXPECT_NE(after, before);
  EXPECT_TRUE(same_host(after, before));
  const Address moved = address("198.51.100.8");
  nat.nat.rebind(moved);
  nat.world.route(kFirst, moved, {&nat.nat.inward(), &nat.down});
  const Address there = nat.seen_by(nat.first, kFirst);
  EXPECT_TRUE(same_host(there, moved));
  EXPECT_TRUE(nat.answered_by(nat.first, *nat.first_host, there));
  EXPECT_FALSE(nat.answered_by(nat.first, *nat.first_host, after));
}

}  // namespace
}  // namespace sim
