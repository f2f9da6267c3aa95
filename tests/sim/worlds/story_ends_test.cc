// Silence, sleep, and the ways a tunnel ends.
#include "tests/sim/worlds/scene.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

TEST(EndStory, AGatewayThatRestartedSaysSoAtOnce) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 5'000'000);
  scene.world.run_for(500ms);
  const TimePoint then = scene.world.now();
  scene.gateway.restart(scene.there->local_now());
  scene.there->wake();
  ASSERT_TRUE(scene.until([&] { return scene.closed(); }, 5s));
  EXPECT_LE(seconds(scene.world.now() - then), kRtt);
  ASSERT_NE(scene.client.last<transport::Closed>(), nullptr);
  EXPECT_TRUE(scene.client.last<transport::Closed>()->unknown_here);
}

TEST(EndStory, UdpIsBlockedAfterAWhile) {
  Scene scene;
  scene.begin();
  scene.send_up(session::Class::Bodies, 50'000'000);
  scene.world.run_for(2s);
  const double before = scene.link_octets();
  scene.up->set_up(false);
  scene.down->set_up(false);
  const TimePoint then = scene.world.now();
  ASSERT_TRUE(scene.until([&] { return scene.client.last<transport::Silent>() != nullptr; }, 10s));
  EXPECT_LE(seconds(scene.world.now() - then), 3.5);
  EXPECT_NE(scene.client.connection().silent_since(), kNever);
  // Told once, and the connection itself goes on trying for as long as the session lives.
  scene.world.run_for(600s);
  EXPECT_FALSE(scene.closed());
  EXPECT_LT(scene.link_octets() - before, 400'000);
  ASSERT_TRUE(scene.until([&] { return scene.closed(); }, 400s));
  EXPECT_EQ(scene.client.last<transport::Closed>()->error.code, booster::Errc::Timeout);
}

TEST(EndStory, ALongOutageIsSurvived) {
  for (const Duration length : {Duration(1s), Duration(20s), Duration(120s), Duration(880s)}) {
    Scene scene;
    scene.begin();
    scene.send_down(session::Class::Bodies, 3'000'000);
    scene.world.run_for(500ms);
    scene.up->set_up(false);
    scene.down->set_up(false);
    scene.world.run_for(length);
    scene.up->set_up(true);
    scene.down->set_up(true);
    const std::uint64_t before = scene.client.traffic().received();
    ASSERT_TRUE(scene.until([&] { return scene.client.traffic().received() > before; }, 10s)) << seconds(length);
    ASSERT_TRUE(scene.until([&] { return scene.client.traffic().ended() == 1; }, 20s)) << seconds(length);
  }
}

// With an answer owed, for longer than a delay in a frame can say.
TEST(EndStory, TheClientSleepsForADay) {
  Scene scene;
  scene.begin();
  scene.send_down(session::Class::Bodies, 3'000'000);
  scene.world.run_for(500ms);
  scene.here->jump_clock(std::chrono::hours(24));
  scene.here->wake();
  scene.world.run_for(1s);
  EXPECT_TRUE(scene.closed());  // and can be called again
}

TEST(EndStory, AShortSleepDoesNotSpoilTheTimers) {
  Scene scene;
  scene.begin();
  scene.send_up(session::Class::Bodies, 2'000'000);
  scene.world.run_for(500ms);
  scene.here->jump_clock(60s);
  scene.here->wake();
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 10s));
  EXPECT_LT(seconds(scene.client.connection().smoothed_rtt()), 3 * kRtt);
}

TEST(EndStory, IdleCostsOnlyKeepalives) {
  Scene scene;
  scene.begin();
  scene.world.run_for(60s);
  const double before = scene.link_octets();
  scene.world.run_for(600s);
  EXPECT_LT(scene.link_octets() - before, 600.0 / 25 * 2 * 60);
  EXPECT_FALSE(scene.closed());
}

TEST(EndStory, EitherEndCloses) {
  for (const bool by_client : {true, false}) {
    Scene scene;
    scene.begin();
    scene.send_down(session::Class::Bodies, 1'000'000);
    scene.world.run_for(300ms);
    const booster::Error why(booster::Errc::Closed, "enough for today");
    if (by_client) {
      scene.client.connection().close(why, scene.here->local_now());
      scene.here->wake();
    } else {
      scene.gateway.connection(0)->close(why, scene.there->local_now());
      scene.gateway.door().wake(*scene.gateway.connection(0));
      scene.there->wake();
    }
    scene.world.run_for(kSceneRtt);
    EXPECT_TRUE(scene.closed());
    scene.world.run_for(10s);
    EXPECT_EQ(scene.gateway.door().connections(), 0U);
    ASSERT_NE(scene.client.last<transport::Closed>(), nullptr);
    EXPECT_EQ(scene.client.last<transport::Closed>()->by_peer, !by_client);
  }
}

// Who has not heard it goes on asking, and is told again.
TEST(EndStory, TheCloseIsLost) {
  Scene scene;
  scene.begin();
  scene.send_up(session::Class::Bodies, 1'000'000);
  scene.world.run_for(300ms);
  int lost = 0;
  scene.on_down->set_attack([&](Attacker&, Datagram&, TimePoint) { return lost++ < 1 ? Fate::Swallow : Fate::Pass; });
  scene.gateway.connection(0)->close(booster::Error(booster::Errc::Closed, "enough"), scene.there->local_now());
  scene.gateway.door().wake(*scene.gateway.connection(0));
  scene.there->wake();
  ASSERT_TRUE(scene.until([&] { return scene.closed(); }, 2s));
  EXPECT_TRUE(scene.client.last<transport::Closed>()->by_peer);
  scene.world.run_for(10s);
  EXPECT_EQ(scene.gateway.door().connections(), 0U);
}

TEST(EndStory, KeysAreUpdatedUnderLoss) {
  for (const bool both : {false, true}) {
    LinkPair link = scene_link();
    link.up.loss = link.down.loss = random_loss(.05);
    Scene scene(link);
    scene.begin();
    scene.send_up(session::Class::Bodies, 2'000'000);
    scene.send_down(session::Class::Bodies, 2'000'000);
    for (int update = 0; update < 8; ++update) {
      scene.client.connection().wear_key(std::uint64_t{1} << 22);
      if (both) scene.gateway.connection(0)->wear_key(std::uint64_t{1} << 22);
      scene.world.run_for(250ms);
    }
    EXPECT_TRUE(
        scene.until([&] { return scene.client.traffic().all_sent() && scene.client.traffic().ended() == 1; }, 20s));
    EXPECT_TRUE(scene.client.traffic().intact());
  }
}

// An update and a move at once: the first packet of a path is of a phase that nobody has seen there.
TEST(EndStory, KeysAreUpdatedWhileTheClientMoves) {
  Scene scene;
  scene.begin();
  scene.send_up(session::Class::Bodies, 3'000'000);
  scene.here->add_address(scene.second);
  for (int move = 0; move < 6; ++move) {
    scene.client.connection().wear_key(std::uint64_t{1} << 22);
    scene.world.run_for(kSceneRtt);
    scene.client.connection().wear_key(std::uint64_t{1} << 22);
    (void)scene.client.move({move % 2 == 0 ? scene.second : scene.first, scene.server}, scene.here->local_now());
    scene.here->wake();
    scene.world.run_for(3 * kSceneRtt);
  }
  EXPECT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 10s));
}

// What somebody waits for leaves in the next packet: it stands behind what is in the network, not behind what is to
// come.
TEST(EndStory, AnInteractiveAnswerBesideABulkTransfer) {
  Scene scene(scene_link(2e6));
  scene.begin();
  scene.send_down(session::Class::Attachments, 5'000'000);
  scene.world.run_for(4s);
  const TimePoint asked = scene.world.now();
  scene.send_down(session::Class::Interactive, 1'000);
  const auto came = [&] {
    const auto& in = scene.client.traffic().incoming();
    return std::any_of(in.begin(), in.end(), [](const auto& each) {
      return each.second.of == session::Class::Interactive && each.second.ended;
    });
  };
  ASSERT_TRUE(scene.until(came, 5s));
  EXPECT_LE(seconds(scene.world.now() - asked), kRtt / 2 + .080);
}

}  // namespace
}  // namespace sim
