// How a tunnel begins: how soon the first octet is there, and what a lost packet costs.
#include <algorithm>

#include "tests/sim/worlds/scene.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

// The client asks, the gateway answers.
struct Question {
  explicit Question(Scene& scene) : scene(scene) {
    scene.gateway.on_guest([](GatewayEnd::Guest& guest) { guest.traffic.send(session::Class::Interactive, 600); });
    scene.client.traffic().send(session::Class::Interactive, 200);
    scene.call();
  }
  bool answered(Duration limit) {
    return scene.until([this] { return scene.client.traffic().ended() == 1 && scene.client.traffic().all_sent(); },
                       limit);
  }
  Scene& scene;
};

TEST(HandshakeStory, FirstOctetColdWithinTwoRoundTrips) {
  Scene scene;
  Question question(scene);
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > 0; }, 5s));
  EXPECT_LE(seconds(scene.world.elapsed()), 2 * kRtt + .010);
  EXPECT_LT(scene.link_octets(), 8'000);
}

// Of a handshake of two packets each way, one after the other.
TEST(HandshakeStory, AnySinglePacketMayBeLost) {
  FakeHandshake::Flights flights;
  flights.gateway = 1800;
  flights.client_finished = 1400;
  for (int lost = 0; lost < 16; ++lost) {
    Scene scene(scene_link(), flights);
    int seen = 0;
    const Attack lose = [&](Attacker&, Datagram&, TimePoint) { return seen++ == lost ? Fate::Swallow : Fate::Pass; };
    scene.on_up->set_attack(lose);
    scene.on_down->set_attack(lose);
    Question question(scene);
    EXPECT_TRUE(question.answered(4s)) << "packet " << lost << "\n" << scene.world.trace().dump();
    // Two time-outs of which nothing was known before, at worst.
    EXPECT_LE(seconds(scene.world.elapsed()), 2 + 4 * kRtt) << "packet " << lost;
    EXPECT_LT(scene.link_octets(), 20'000) << "packet " << lost;
    EXPECT_TRUE(scene.until([&] { return scene.client.connection().confirmed(); }, 3s)) << "packet " << lost;
  }
}

// Data in the client's first flight waits at the gateway for the keys, and has arrived when it came: together it would
// seem a path without end.
TEST(HandshakeStory, WhatWaitsForTheKeysTellsTheRateAllTheSame) {
  constexpr double kRate = 130e3;
  constexpr std::uint64_t kSize = 100'000;
  LinkPair link = scene_link(kRate);
  link.up.queue_bytes = link.down.queue_bytes = 12'000;
  for (int lost = 0; lost < 5; ++lost) {
    Scene scene(link);
    int seen = 0;
    scene.on_up->set_attack(
        [&](Attacker&, Datagram&, TimePoint) { return seen++ == lost ? Fate::Swallow : Fate::Pass; });
    scene.client.traffic().send(session::Class::Bodies, kSize);
    scene.call();
    ASSERT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 30s)) << lost;
    EXPECT_LT(scene.link_octets(), 1.7 * kSize) << lost;
  }
}

TEST(HandshakeStory, EveryFirstPacketOfEachEndMayBeLostAtOnce) {
  Scene scene;
  int up = 0, down = 0;
  scene.on_up->set_attack([&](Attacker&, Datagram&, TimePoint) { return up++ < 2 ? Fate::Swallow : Fate::Pass; });
  scene.on_down->set_attack([&](Attacker&, Datagram&, TimePoint) { return down++ < 2 ? Fate::Swallow : Fate::Pass; });
  Question question(scene);
  EXPECT_TRUE(question.answered(15s));
}

TEST(HandshakeStory, ARetryCostsOneRoundTrip) {
  transport::DoorLimits door;
  door.retry_above = 0;
  Scene scene(scene_link(), {}, door);
  Question question(scene);
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > 0; }, 5s));
  EXPECT_LE(seconds(scene.world.elapsed()), 3 * kRtt + .010);
}

// Its packets come again when all is done: they open no second connection that stays.
TEST(HandshakeStory, TheFirstPacketAgainLater) {
  Scene scene;
  std::optional<Forged> first;
  scene.on_up->set_attack([&](Attacker&, Datagram& seen, TimePoint) {
    if (!first) first = Forged::like(seen);
    return Fate::Pass;
  });
  scene.begin();
  scene.world.inject(*first, {scene.up});
  scene.send_up(session::Class::Bodies, 50'000);
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 5s));
  scene.world.run_for(40s);
  EXPECT_EQ(scene.gateway.door().connections(), 1U);
  EXPECT_EQ(scene.gateway.door().half_open(), 0U);
  EXPECT_FALSE(scene.closed());
}

TEST(HandshakeStory, NobodyThere) {
  Scene scene;
  scene.up->set_up(false);
  scene.call();
  ASSERT_TRUE(scene.until([&] { return scene.closed(); }, 40s));
  EXPECT_EQ(scene.client.last<transport::Closed>()->error.code, booster::Errc::Timeout);
  EXPECT_LE(seconds(scene.world.elapsed()), 30.001);
  EXPECT_LT(scene.link_octets(), 16'000);
}

// The gateway gives up a newcomer that has not proved who it is; the client that thinks it has notices.
TEST(HandshakeStory, AnOutageRightAfterTheFirstFlights) {
  Scene scene;
  scene.call();
  ASSERT_TRUE(scene.until([&] { return scene.client.connection().established(); }, 1s));
  scene.up->set_up(false);
  scene.world.at(60s, [&] { scene.up->set_up(true); });
  ASSERT_TRUE(scene.until([&] { return scene.closed(); }, 61s));
  EXPECT_LE(seconds(scene.world.elapsed()), 30.2);
  scene.world.run_for(40s);
  EXPECT_EQ(scene.gateway.door().half_open(), 0U);
}

}  // namespace
}  // namespace sim
