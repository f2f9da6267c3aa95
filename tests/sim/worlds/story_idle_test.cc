// A tunnel over which nothing happens, behind NATs that forget: what it costs, and how late a mail is that is pushed.
#include "tests/sim/worlds/scene.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr double kMail = 6'000;
// While it searches: a step of 30 s and the patience with the gateway's three questions.
constexpr double kSearching = 30 + 4;

class Sizes : public Watcher {
 public:
  void on_sent(const Datagram& datagram, TimePoint) override { note(datagram); }
  void on_received(const Datagram& datagram, TimePoint) override { note(datagram); }
  void begin() { *this = {}; }
  double octets() const { return octets_; }  // of IP packets
  std::size_t largest() const { return largest_; }
  int count() const { return count_; }

 private:
  void note(const Datagram& datagram) {
    const std::size_t size = datagram.wire();
    octets_ += static_cast<double>(size);
    largest_ = std::max(largest_, size);
    ++count_;
  }
  double octets_ = 0;
  std::size_t largest_ = 0;
  int count_ = 0;
};

struct IdleScene : Scene {
  explicit IdleScene(const NatSettings& settings, const LinkPair& link = scene_link(),
                     const std::optional<transport::path::IdleLife>& known = std::nullopt)
      : Scene(link, {}, {}, 1, known) {
    nat = &world.add_nat("nat", settings);
    world.route(first, server, {up, &nat->outward()});
    world.route(server, settings.public_ip, {&nat->inward(), down});
    here->watch(sizes);
  }
  // Seconds until a mail that is pushed now is there.
  double push() {
    const std::size_t before = client.traffic().ended();
    const TimePoint then = world.now();
    send_down(session::Class::Bodies, static_cast<std::uint64_t>(kMail));
    if (!until([&] { return client.traffic().ended() > before; }, 900s)) return 900;
    return seconds(world.now() - then);
  }
  Duration interval() { return client.connection().keepalive().interval(); }

  Nat* nat;
  Sizes sizes;
};

NatSettings nat_of(Duration idle, bool keeps_ports) {
  return {.public_ip = address("198.51.100.1"), .idle = idle, .keeps_ports = keeps_ports};
}

TEST(IdleStory, TheNatsTimeoutIsLearned) {
  for (const Duration idle : {Duration(20s), Duration(30s), Duration(60s), Duration(120s), Duration(300s)}) {
    for (const bool keeps_ports : {false, true}) {
      IdleScene scene(nat_of(idle, keeps_ports));
      scene.begin();
      scene.world.run_for(std::chrono::hours(2));
      EXPECT_TRUE(scene.client.connection().keepalive().settled()) << seconds(idle);
      EXPECT_LT(scene.interval(), idle);
      EXPECT_GE(scene.interval(), idle * 3 / 4) << seconds(idle);
      // Learned: nothing is lost any more, whenever it comes.
      for (int i = 0; i < 20; ++i) {
        scene.world.run_for(std::chrono::duration_cast<Duration>(97s + i * 13s));
        EXPECT_LT(scene.push(), 10 * kRtt) << seconds(idle) << " " << i;
      }
    }
  }
}

TEST(IdleStory, WhileItSearchesAPushWaitsForAStepAtMost) {
  for (const Duration idle : {Duration(30s), Duration(40s), Duration(60s), Duration(120s), Duration(200s)}) {
    double worst = 0;
    for (int i = 0; i < 40; ++i) {
      IdleScene scene(nat_of(idle, i % 2 == 0));
      scene.begin();
      scene.world.run_for(std::chrono::duration_cast<Duration>(61s * i));
      worst = std::max(worst, scene.push());
    }
    EXPECT_LT(worst, kSearching) << seconds(idle);
  }
}

TEST(IdleStory, AfterAnHourAMailIsThereAtOnceAndTheHourCostLittle) {
  for (const Duration idle : {Duration(30s), Duration(120s)}) {
    IdleScene scene(nat_of(idle, false));
    scene.begin();
    scene.world.run_for(std::chrono::hours(1));
    scene.sizes.begin();
    scene.world.run_for(std::chrono::hours(1));
    // A question and its answer each time, and each 32nd of either is acknowledged.
    const double asked = 3600 / seconds(scene.interval());
    EXPECT_LE(scene.sizes.octets(), asked * 2 * 60 + asked / 32 * 2 * 80);
    EXPECT_GE(scene.sizes.octets(), asked * 100);
    EXPECT_LT(scene.push(), 5 * kRtt);
  }
}

TEST(IdleStory, QuestionAndAnswerHaveAtMostSixtyOctets) {
  IdleScene scene(nat_of(std::chrono::hours(1), false));
  scene.begin();
  scene.world.run_for(60s);
  scene.sizes.begin();
  scene.world.run_for(600s);
  EXPECT_GE(scene.sizes.count(), 6);
  EXPECT_LE(scene.sizes.count(), 40);
  EXPECT_LE(scene.sizes.largest(), 60U);
}

// Nothing outside tells that the mapping is a new one; only that nothing came down.
TEST(IdleStory, ANatThatForgetsSoonerThanItDidIsNoticed) {
  IdleScene scene(nat_of(300s, true));
  scene.begin();
  scene.world.run_for(std::chrono::hours(2));
  EXPECT_GT(scene.interval(), Duration(200s));
  scene.nat->set_idle(45s);
  scene.world.run_for(50s);
  EXPECT_LT(scene.push(), 300 + 4);
  scene.world.run_for(std::chrono::hours(1));
  EXPECT_LT(scene.interval(), Duration(45s));
  EXPECT_LT(scene.push(), 5 * kRtt);
}

TEST(IdleStory, ARebindingIsRepairedByTheNextQuestion) {
  IdleScene scene(nat_of(120s, false));
  scene.begin();
  scene.world.run_for(std::chrono::hours(1));
  scene.nat->rebind();
  EXPECT_LT(scene.push(), seconds(scene.interval()) + 4);
  EXPECT_LT(scene.push(), 5 * kRtt);
}

TEST(IdleStory, LossIsNotTakenForForgetting) {
  LinkPair link = scene_link();
  link.up.loss = random_loss(.05);
  link.down.loss = random_loss(.05);
  IdleScene scene(nat_of(300s, false), link);
  scene.begin();
  scene.world.run_for(std::chrono::hours(6));
  EXPECT_GE(scene.interval(), Duration(120s));
}

TEST(IdleStory, AnOutageIsNotTakenForForgetting) {
  IdleScene scene(nat_of(300s, false));
  scene.begin();
  scene.world.run_for(std::chrono::hours(2));
  const Duration before = scene.interval();
  for (int i = 0; i < 3; ++i) {
    scene.up->set_up(false);
    scene.down->set_up(false);
    scene.world.run_for(std::chrono::duration_cast<Duration>(before + 60s));
    scene.up->set_up(true);
    scene.down->set_up(true);
    scene.world.run_for(60s);
  }
  EXPECT_FALSE(scene.closed());
  EXPECT_EQ(scene.interval(), before);
}

// CLOCK_BOOTTIME: what was slept counts, so the way is opened again at once, and nothing is learned from it.
TEST(IdleStory, WhoWakesMakesItselfHeardAtOnce) {
  IdleScene scene(nat_of(120s, false));
  scene.begin();
  scene.world.run_for(std::chrono::hours(1));
  const Duration before = scene.interval();
  scene.here->sleep(600s);
  scene.world.run_for(601s);
  EXPECT_LT(scene.push(), 10 * kRtt);
  EXPECT_EQ(scene.interval(), before);
}

TEST(IdleStory, WhatWasLearnedOfTheNetworkIsNotSearchedAgain) {
  IdleScene scene(nat_of(120s, false));
  scene.begin();
  scene.world.run_for(std::chrono::hours(1));
  const auto known = scene.client.connection().keepalive().known();
  ASSERT_TRUE(known);
  IdleScene again(nat_of(120s, false), scene_link(), known);
  again.begin();
  EXPECT_EQ(again.interval(), scene.interval());
  again.world.run_for(std::chrono::hours(1));
  EXPECT_EQ(again.interval(), scene.interval());
}

}  // namespace
}  // namespace sim
