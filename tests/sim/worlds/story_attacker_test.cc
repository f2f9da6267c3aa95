// Someone on the path, and hosts that lie about their address.
#include "tests/sim/fabric/random.h"
#include "tests/sim/worlds/conduct.h"
#include "tests/sim/worlds/scene.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

const Address kStranger = address("203.0.113.66", 666);

void transfer(Scene& scene, std::uint64_t octets, Duration limit) {
  scene.send_up(session::Class::Bodies, octets);
  scene.send_down(session::Class::Bodies, octets);
  ASSERT_TRUE(
      scene.until([&] { return scene.client.traffic().all_sent() && scene.client.traffic().ended() == 1; }, limit));
  EXPECT_TRUE(scene.client.traffic().intact() && scene.gateway.guest(0)->traffic.intact());
  EXPECT_EQ(scene.client.traffic().received(), octets);
  EXPECT_EQ(scene.gateway.guest(0)->traffic.received(), octets);
}

// Each packet comes again at once and later, from where it came and from elsewhere: nothing is taken twice, nothing
// moves.
TEST(AttackerStory, ReplaysMoveNothing) {
  Scene scene;
  Conduct conduct(scene.gateway);
  scene.there->watch(conduct);
  const Attack replay = [](Attacker& self, Datagram& seen, TimePoint) {
    Forged again = Forged::like(seen);
    self.inject(again, 30ms);
    self.inject(again, 1s);
    again.source = kStranger;
    self.inject(again, 40ms);
    return Fate::Pass;
  };
  scene.begin();
  scene.on_up->set_attack(replay);
  scene.on_down->set_attack(replay);
  transfer(scene, 300'000, 10s);
  EXPECT_EQ(scene.gateway.connection(0)->moves(), 0U);
  EXPECT_EQ(scene.client.connection().moves(), 0U);
  EXPECT_LE(conduct.worst(), 3);
}

// RFC 9000 §9.3.3: the attacker's copy is faster than the packet itself.
TEST(AttackerStory, AFasterCopyFromElsewhereDoesNotTakeThePathAway) {
  Scene scene;
  Conduct conduct(scene.gateway);
  scene.there->watch(conduct);
  scene.begin();
  scene.on_up->set_attack([](Attacker& self, Datagram& seen, TimePoint) {
    Forged copy = Forged::like(seen);
    copy.source = kStranger;
    self.inject(copy);
    self.hold(5ms);
    return Fate::Pass;
  });
  transfer(scene, 300'000, 20s);
  EXPECT_EQ(scene.gateway.connection(0)->moves(), 0U);
  EXPECT_EQ(scene.gateway.connection(0)->active().route.remote, scene.first);
  EXPECT_LE(conduct.worst(), 3);
  EXPECT_LE(conduct.largest(), 300U);
}

// A gateway's packets from an address that is not the gateway's are nobody's.
TEST(AttackerStory, TheClientAnswersNoStranger) {
  Scene scene;
  TrafficMeter meter;
  scene.here->watch(meter);
  scene.begin();
  scene.on_down->set_attack([](Attacker& self, Datagram& seen, TimePoint) {
    Forged copy = Forged::like(seen);
    copy.source = kStranger;
    self.inject(copy);
    return Fate::Swallow;
  });
  scene.send_down(session::Class::Bodies, 20'000);
  scene.world.run_for(5s);
  EXPECT_EQ(meter.sent_to(kStranger).bytes, 0U);
  scene.on_down->set_attack(Scene::pass);
  EXPECT_TRUE(scene.until([&] { return scene.client.traffic().ended() == 1; }, 10s));
}

// A bit at every position, the length at every place, with the original lost or late.
TEST(AttackerStory, DamageOfEveryKindIsALossAtMost) {
  Scene scene;
  std::size_t at = 0;
  const Attack damage = [&](Attacker& self, Datagram& seen, TimePoint) {
    Forged bad = Forged::like(seen);
    ++at;
    if (at % 3 == 0) {
      bad.bytes.resize(at % (bad.bytes.size() + 1));
      if (bad.bytes.empty()) bad.bytes.resize(1);
    } else {
      bad.bytes[at / 8 % bad.bytes.size()] ^= static_cast<std::byte>(1U << (at % 8));
    }
    self.inject(bad);
    return at % 10 == 0 ? Fate::Swallow : Fate::Pass;
  };
  scene.on_up->set_attack(damage);
  scene.on_down->set_attack(damage);
  scene.call();
  ASSERT_TRUE(
      scene.until([&] { return scene.client.connection().confirmed() && scene.gateway.guest(0) != nullptr; }, 20s));
  for (int round = 0; round < 10; ++round) scene.send_up(session::Class::Bodies, 60'000);
  scene.send_down(session::Class::Bodies, 600'000);
  ASSERT_TRUE(
      scene.until([&] { return scene.client.traffic().all_sent() && scene.client.traffic().ended() == 1; }, 60s));
  EXPECT_TRUE(scene.client.traffic().intact() && scene.gateway.guest(0)->traffic.intact());
}

TEST(AttackerStory, ForgedResetsEndNothing) {
  Scene scene;
  Random random(5);
  scene.begin();
  scene.on_up->set_attack([&](Attacker&, Datagram& seen, TimePoint) {
    Forged reset{scene.server, seen.source, Ecn::NotEct, std::vector<std::byte>(40)};
    for (std::byte& each : reset.bytes) each = static_cast<std::byte>(random.next());
    reset.bytes[0] = std::byte{0x44};
    scene.world.inject(reset, {scene.down});
    return Fate::Pass;
  });
  transfer(scene, 200'000, 10s);
}

// Made from ids on the wire: a tag over the wrong id is one over nothing.
TEST(AttackerStory, ForgedRetriesAreDropped) {
  Scene scene;
  scene.on_up->set_attack([&](Attacker&, Datagram& seen, TimePoint) {
    if ((seen.bytes[0] & std::byte{0x80}) == std::byte{0}) return Fate::Pass;
    Forged retry{scene.server, seen.source, Ecn::NotEct, {}};
    for (const int byte : {0xa0, 0x50, 0x42, 0, 1, 6}) retry.bytes.push_back(static_cast<std::byte>(byte));
    const std::size_t source = 6 + std::to_integer<std::size_t>(seen.bytes[5]);
    retry.bytes.insert(retry.bytes.end(), seen.bytes.begin() + static_cast<std::ptrdiff_t>(source + 1),
                       seen.bytes.begin() + static_cast<std::ptrdiff_t>(source + 7));
    retry.bytes.push_back(std::byte{6});
    retry.bytes.resize(retry.bytes.size() + 6 + 20 + 16, std::byte{0x11});
    scene.world.inject(retry, {scene.down});
    return Fate::Pass;
  });
  scene.begin();
  transfer(scene, 50'000, 5s);
}

// First packets from addresses that never hear of it: bounded connections, no more than three times the octets, and
// real clients get in.
TEST(AttackerStory, AFloodOfFirstPackets) {
  transport::DoorLimits door;
  door.retry_above = 16;
  door.half_open = 32;
  Scene scene(scene_link(), {}, door);
  Conduct conduct(scene.gateway);
  scene.there->watch(conduct);
  for (std::uint16_t i = 0; i < 2000; ++i) {
    const Address from = address("10.7.7.7", static_cast<std::uint16_t>(1000 + i));
    ClientEnd newcomer(100U + i, {.route = {from, scene.server}});
    newcomer.call(kEpoch);
    Forged forged{from, scene.server, Ecn::NotEct, std::vector<std::byte>(1500)};
    forged.bytes.resize(newcomer.next_datagrams(forged.bytes, kEpoch).bytes);
    scene.world.at(i * 1ms, [&scene, forged] { scene.world.inject(forged, {scene.up}); });
  }
  scene.world.run_for(1s);
  scene.call();
  EXPECT_TRUE(scene.until([&] { return scene.client.connection().confirmed(); }, 8s));
  EXPECT_LE(scene.gateway.door().connections(), 17U);
  EXPECT_LE(conduct.worst(), 3);
  scene.world.run_for(40s);
  EXPECT_EQ(scene.gateway.door().half_open(), 0U);
}

}  // namespace
}  // namespace sim
