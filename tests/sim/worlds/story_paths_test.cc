// A tunnel whose addresses or sizes change under way.
#include "tests/sim/worlds/conduct.h"
#include "tests/sim/worlds/scene.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

TEST(PathStory, TheClientMovesAndItsOldAddressIsGone) {
  Scene scene;
  Conduct conduct(scene.gateway);
  scene.there->watch(conduct);
  TrafficMeter meter;
  scene.there->watch(meter);
  scene.begin();
  scene.send_down(session::Class::Bodies, 3'000'000);
  scene.world.run_for(1s);
  const TimePoint moved = scene.world.now();
  scene.here->add_address(scene.second);
  ASSERT_TRUE(scene.client.move({scene.second, scene.server}, scene.here->local_now()));
  scene.here->remove_address(scene.first);
  scene.here->wake();
  // The oldest of what is missing comes a round trip later; the gateway's question has to be answered before the rest.
  std::uint64_t before = scene.client.traffic().received();
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > before; }, 2s));
  EXPECT_LE(seconds(scene.world.now() - moved), kRtt + .020);
  EXPECT_FALSE(scene.gateway.connection(0)->is_proved({scene.server, scene.second}));
  ASSERT_TRUE(scene.until([&] { return meter.sent_to(scene.second).bytes > 4000; }, 2s));
  EXPECT_LE(seconds(scene.world.now() - moved), 1.5 * kRtt + .030);
  before = scene.client.traffic().received();
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > before + 20'000; }, 2s));
  EXPECT_LE(seconds(scene.world.now() - moved), 4.5 * kRtt);
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().ended() == 1; }, 10s));
  EXPECT_TRUE(scene.client.traffic().intact());
  EXPECT_LE(conduct.worst(), 3);
  EXPECT_LE(conduct.largest(), 300U);
  EXPECT_TRUE(scene.until([&] { return scene.gateway.connection(0)->paths() == 1; }, 1s));  // the old one is retired
}

// A NAT or a firewall lets the new way up pass and not the way back: what the gateway followed does not answer.
TEST(PathStory, AMoveThatOnlyWorksUpwardsComesBack) {
  Scene scene;
  Conduct conduct(scene.gateway);
  scene.there->watch(conduct);
  scene.begin();
  scene.send_down(session::Class::Bodies, 30'000'000);
  scene.world.run_for(1s);
  scene.here->add_address(scene.second);
  ASSERT_TRUE(scene.client.move({scene.second, scene.server}, scene.here->local_now()));
  scene.here->wake();
  ASSERT_TRUE(scene.until([&] { return scene.gateway.connection(0)->active().route.remote == scene.second; }, 1s));
  scene.here->remove_address(scene.second);
  const std::uint64_t before = scene.client.traffic().received();
  ASSERT_TRUE(scene.until([&] { return scene.gateway.connection(0)->active().route.remote == scene.first; }, 10s));
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > before + 500'000; }, 10s));
  EXPECT_TRUE(scene.client.traffic().intact());
  EXPECT_LE(conduct.worst(), 3);
}

TEST(PathStory, AnUploadGoesOnAtOnceFromTheNewAddress) {
  Scene scene;
  scene.begin();
  scene.send_up(session::Class::Bodies, 3'000'000);
  scene.world.run_for(1s);
  const TimePoint moved = scene.world.now();
  scene.here->add_address(scene.second);
  ASSERT_TRUE(scene.client.move({scene.second, scene.server}, scene.here->local_now()));
  scene.here->remove_address(scene.first);
  scene.here->wake();
  ASSERT_TRUE(scene.until([&] { return scene.gateway.connection(0)->paths() == 2; }, 1s));
  EXPECT_LE(seconds(scene.world.now() - moved), 1.2 * kRtt);  // half of one, and our own queue
  EXPECT_FALSE(scene.gateway.connection(0)->is_proved({scene.server, scene.second}));
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 10s));
}

// The gateway learns which path this is from its first packets: until one was heard, each that asks brings it.
TEST(PathStory, AMoveWhoseFirstPacketsAreAllLost) {
  Scene scene;
  int seen = 0;
  // Finished arrives, and the ids of further paths behind it in the same datagram do not.
  scene.on_up->set_attack([&](Attacker&, Datagram& datagram, TimePoint) {
    if (seen++ > 0) datagram.bytes.back() ^= std::byte{1};
    return Fate::Pass;
  });
  scene.client.traffic().send(session::Class::Bodies, 300'000);
  scene.call();
  ASSERT_TRUE(scene.until([&] { return scene.client.connection().confirmed(); }, 5 * kSceneRtt));
  scene.here->add_address(scene.second);
  scene.on_up->set_attack([](Attacker&, Datagram&, TimePoint) { return Fate::Swallow; });
  ASSERT_TRUE(scene.client.move({scene.second, scene.server}, scene.here->local_now()));
  scene.here->remove_address(scene.first);
  scene.here->wake();
  scene.world.run_for(4s);  // all four questions
  scene.on_up->set_attack(Scene::pass);
  ASSERT_TRUE(scene.until([&] { return scene.gateway.guest(0) != nullptr; }, 1s));  // the greeting came, too
  EXPECT_EQ(scene.gateway.connection(0)->active().route.remote, scene.second);
  EXPECT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 5s));
}

// Ids come with every retired path, so it can go on for as long as it likes.
TEST(PathStory, TwentyMovesInARow) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 30'000'000);
  for (int move = 0; move < 20; ++move) {
    scene.world.run_for(400ms);
    const Address& to = move % 2 == 0 ? scene.second : scene.first;
    scene.here->add_address(to);
    ASSERT_TRUE(scene.client.move({to, scene.server}, scene.here->local_now())) << move;
    scene.here->wake();
  }
  const std::uint64_t before = scene.client.traffic().received();
  scene.world.run_for(2s);
  EXPECT_GT(scene.client.traffic().received(), before + 300'000);
  EXPECT_LE(scene.gateway.connection(0)->paths(), 2U);
}

// Addresses that do not answer, one after the other, do not use up the paths.
TEST(PathStory, MovesToDeadAddressesComeBack) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 200'000'000);
  for (int move = 0; move < 6; ++move) {
    ASSERT_TRUE(scene.client.move({address("10.9.9.9", 5000), scene.server}, scene.here->local_now())) << move;
    scene.here->wake();
    scene.world.run_for(8s);  // the four questions there go unanswered
  }
  EXPECT_NE(scene.client.last<transport::PathFailed>(), nullptr);
  EXPECT_EQ(scene.client.connection().active().route.local, scene.first);
  scene.here->add_address(scene.second);
  ASSERT_TRUE(scene.client.move({scene.second, scene.server}, scene.here->local_now()));
  scene.here->wake();
  EXPECT_TRUE(scene.until([&] { return scene.gateway.connection(0)->active().route.remote == scene.second; }, 1s));
}

// The address before works no more either: the new one is asked until it answers.
TEST(PathStory, AMoveInAnOutageIsNotGivenUp) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 500'000);
  scene.world.run_for(100ms);
  scene.up->set_up(false);
  scene.here->add_address(scene.second);
  ASSERT_TRUE(scene.client.move({scene.second, scene.server}, scene.here->local_now()));
  scene.here->remove_address(scene.first);
  scene.here->wake();
  scene.world.run_for(300s);
  scene.up->set_up(true);
  EXPECT_TRUE(scene.until([&] { return scene.client.traffic().ended() == 1; }, 15s));
}

TEST(PathStory, ATrialChangesNothingUntilItIsGoneTo) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 6'000'000);
  scene.world.run_for(1s);
  scene.here->add_address(scene.second);
  const auto trial = scene.client.try_path({scene.second, scene.server}, scene.here->local_now());
  ASSERT_TRUE(trial);
  scene.here->wake();
  ASSERT_TRUE(scene.until([&] { return scene.client.last<transport::PathProved>() != nullptr; }, 1s));
  EXPECT_EQ(scene.client.last<transport::PathProved>()->path, *trial);
  scene.world.run_for(1s);
  EXPECT_EQ(scene.gateway.connection(0)->active().route.remote, scene.first);
  EXPECT_EQ(scene.gateway.connection(0)->moves(), 0U);
  const TimePoint gone = scene.world.now();
  ASSERT_TRUE(scene.client.connection().go_to(*trial, scene.here->local_now()));
  scene.here->wake();
  ASSERT_TRUE(scene.until([&] { return scene.gateway.connection(0)->active().route.remote == scene.second; }, 1s));
  EXPECT_LE(seconds(scene.world.now() - gone), kRtt);  // half of one, and a queue: nothing is asked any more
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().ended() == 1; }, 10s));
  EXPECT_TRUE(scene.client.traffic().intact());
  EXPECT_EQ(scene.client.connection().paths(), 1U);
}

TEST(PathStory, ATrialThatFailsIsNothingButTold) {
  Scene scene;
  Conduct conduct(scene.gateway);
  scene.there->watch(conduct);
  scene.begin();
  scene.send_down(session::Class::Bodies, 6'000'000);
  scene.world.run_for(1s);
  for (int i = 0; i < 8; ++i) {
    const auto trial = scene.client.try_path({address("10.9.9.9", 5000), scene.server}, scene.here->local_now());
    ASSERT_TRUE(trial) << i;
    scene.here->wake();
    const auto failed = [&] {
      const auto* const told = scene.client.last<transport::PathFailed>();
      return told != nullptr && told->path == *trial;
    };
    ASSERT_TRUE(scene.until(failed, 10s)) << i;
    EXPECT_FALSE(scene.client.connection().go_to(*trial, scene.here->local_now()));
  }
  EXPECT_EQ(scene.gateway.connection(0)->active().route.remote, scene.first);
  EXPECT_TRUE(scene.until([&] { return scene.client.traffic().ended() == 1; }, 10s));
  EXPECT_LE(conduct.worst(), 3);
}

// Its packets are lost in every second place: a trial that is asked again does not count as gone to.
TEST(PathStory, ATrialOverALossyWayIsNoMove) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    LinkPair link = scene_link();
    link.up.loss = random_loss(.5);
    link.down.loss = random_loss(.2);
    Scene scene(link, {}, {}, seed);
    scene.call();
    ASSERT_TRUE(
        scene.until([&] { return scene.client.connection().confirmed() && scene.gateway.guest(0) != nullptr; }, 30s));
    scene.world.run_for(5s);
    scene.here->add_address(scene.second);
    ASSERT_TRUE(scene.client.try_path({scene.second, scene.server}, scene.here->local_now()));
    scene.here->wake();
    scene.world.run_for(10s);
    EXPECT_EQ(scene.gateway.connection(0)->active().route.remote, scene.first) << seed;
    EXPECT_EQ(scene.gateway.connection(0)->moves(), 0U) << seed;
  }
}

TEST(PathStory, WhereTheFirstWayFellSilentASecondIsTakenOnceItAnswers) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 6'000'000);
  scene.send_up(session::Class::Bodies, 6'000'000);
  scene.world.run_for(1s);
  const auto cut = [&](Attacker&, Datagram& datagram, TimePoint) {
    const bool first = datagram.source == scene.first || datagram.destination == scene.first;
    return first ? Fate::Swallow : Fate::Pass;
  };
  scene.on_up->set_attack(cut);
  scene.on_down->set_attack(cut);
  ASSERT_TRUE(scene.until([&] { return scene.client.last<transport::Silent>() != nullptr; }, 10s));
  scene.here->add_address(scene.second);
  const auto trial = scene.client.try_path({scene.second, scene.server}, scene.here->local_now());
  ASSERT_TRUE(trial);
  scene.here->wake();
  ASSERT_TRUE(scene.until([&] { return scene.client.last<transport::PathProved>() != nullptr; }, 1s));
  ASSERT_TRUE(scene.client.connection().go_to(*trial, scene.here->local_now()));
  scene.here->wake();
  const auto done = [&] { return scene.client.traffic().ended() == 1 && scene.client.traffic().all_sent(); };
  EXPECT_TRUE(scene.until(done, 20s));
  EXPECT_TRUE(scene.client.traffic().intact());
}

TEST(PathStory, ANatForgetsTheClient) {
  Scene scene;
  Nat& nat = scene.world.add_nat("nat", {.public_ip = address("198.51.100.1")});
  scene.world.route(scene.first, scene.server, {scene.up, &nat.outward()});
  scene.world.route(scene.server, address("198.51.100.1"), {&nat.inward(), scene.down});
  Conduct conduct(scene.gateway);
  scene.there->watch(conduct);
  scene.begin();
  scene.send_up(session::Class::Bodies, 2'000'000);
  scene.send_down(session::Class::Bodies, 2'000'000);
  scene.world.run_for(500ms);
  nat.rebind();
  const std::uint64_t before = scene.client.traffic().received();
  const TimePoint then = scene.world.now();
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > before + 100'000; }, 3s));
  EXPECT_LE(seconds(scene.world.now() - then), 5.5 * kRtt);
  EXPECT_TRUE(
      scene.until([&] { return scene.client.traffic().ended() == 1 && scene.client.traffic().all_sent(); }, 10s));
  EXPECT_EQ(scene.gateway.connection(0)->moves(), 1U);
  EXPECT_LE(conduct.worst(), 3);
  EXPECT_LE(conduct.largest(), 300U);
}

// Large ones vanish from one moment on, and nobody says so.
TEST(PathStory, ThePathTakesLessThanBefore) {
  for (const std::size_t mtu : {1280U, 1400U, 1492U}) {
    Scene scene;
    scene.begin();
    scene.send_down(session::Class::Bodies, 4'000'000);
    scene.world.run_for(1s);
    EXPECT_EQ(scene.gateway.connection(0)->active().mtu.size(), 1472U);
    scene.down->set_mtu(mtu);
    const std::uint64_t before = scene.client.traffic().received();
    const TimePoint then = scene.world.now();
    ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > before + 200'000; }, 5s)) << mtu;
    EXPECT_LE(seconds(scene.world.now() - then), 12 * kRtt) << mtu;
    ASSERT_TRUE(scene.until([&] { return scene.client.traffic().ended() == 1; }, 10s)) << mtu;
    EXPECT_LE(scene.gateway.connection(0)->active().mtu.size(), mtu - 28) << mtu;
    EXPECT_LT(scene.link_octets(), 6'000'000) << mtu;
  }
}

TEST(PathStory, ABurstDoesNotMakePacketsSmallForLong) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 4'000'000);
  scene.world.run_for(1s);
  scene.down->set_up(false);
  scene.world.run_for(60ms);
  scene.down->set_up(true);
  scene.world.run_for(1s);
  EXPECT_EQ(scene.gateway.connection(0)->active().mtu.size(), 1472U);
}

}  // namespace
}  // namespace sim
