#include "tests/sim/host.h"

#include <gtest/gtest.h>

#include "tests/sim/clock.h"
#include "tests/sim/toy.h"
#include "tests/sim/world.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

const Address kHere = address("10.0.0.1", 5000);
const Address kThere = address("192.0.2.1", 443);

// Fires every second by its own clock and writes down when.
class Ticker : public Node {
 public:
  void on_datagram(const Route&, std::span<const std::byte>, Ecn, TimePoint) override { ++received; }
  void on_deadline(TimePoint now) override {
    fired.push_back(now);
    next = now + 1s;
  }
  TimePoint next_deadline() const override { return next; }
  DatagramRun next_datagrams(std::span<std::byte>, TimePoint) override { return {}; }

  std::vector<TimePoint> fired;
  TimePoint next = kEpoch + 1s;
  int received = 0;
};

TEST(Clock, SkewsAndJumpsForwardOnly) {
  Clock clock;
  clock.set_skew(100, kEpoch);
  EXPECT_EQ(clock.local(kEpoch + 10s), kEpoch + 10s + 1ms);
  clock.jump(1h, kEpoch + 10s);
  clock.set_skew(-100, kEpoch + 10s);
  EXPECT_EQ(clock.local(kEpoch + 20s), kEpoch + 1h + 20s);
}

TEST(Clock, TheWorldsTimeOfALocalOneIsTheFirstThatShowsIt) {
  for (const double skew : {-5000., -37., 0., 1., 250., 5000.}) {
    Clock clock;
    clock.set_skew(skew, kEpoch + 3s);
    for (Duration ahead = -1s; ahead < 100s; ahead += 777'777'777ns) {
      const TimePoint local = kEpoch + 3s + ahead;
      const TimePoint world = clock.world(local);
      EXPECT_GE(clock.local(world), local);
      EXPECT_LE(clock.local(world - 2ns), local);
    }
    EXPECT_EQ(clock.world(kNever), kNever);
  }
}

TEST(Host, FiresDeadlinesByTheNodesOwnClock) {
  World world(1);
  Ticker ticker;
  Host& host = world.add_node("ticker", ticker, {kHere});
  host.set_skew(1000);  // one in a thousand too fast
  world.run_until(kEpoch + 1000s + 1ms);
  EXPECT_EQ(ticker.fired.size(), 1001U);
  EXPECT_GE(ticker.fired.front(), kEpoch + 1s);
  EXPECT_LE(ticker.fired.front(), kEpoch + 1s + 1us);
}

TEST(Host, AJumpMakesDeadlinesDueAtOnce) {
  World world(1);
  Ticker ticker;
  Host& host = world.add_node("ticker", ticker, {kHere});
  host.wake();
  world.at(500ms, [&] { host.jump_clock(1h); });
  world.run_until(kEpoch + 600ms);
  ASSERT_EQ(ticker.fired.size(), 1U);
  EXPECT_EQ(ticker.fired[0], kEpoch + 1h + 500ms);
  world.run_until(kEpoch + 1600ms);
  EXPECT_EQ(ticker.fired.size(), 2U);
}

TEST(Host, ASleeperNeitherRunsNorReceivesAndItsClockGoesOn) {
  World world(1);
  Ticker ticker;
  ToySender sender({.route = {kThere, kHere}, .datagrams = 1, .retry = 1s});
  Host& host = world.add_node("ticker", ticker, {kHere});
  Host& other = world.add_node("other", sender, {kThere});
  world.connect("path", kHere, kThere, profile("lan"));
  host.wake();
  other.wake();
  world.at(2500ms, [&] { host.sleep(10s); });
  world.run_until(kEpoch + 12'400ms);
  EXPECT_EQ(ticker.fired.size(), 2U);
  EXPECT_EQ(ticker.received, 3);  // at 0, 1 and 2 s
  EXPECT_EQ(world.trace().count(What::DroppedAsleep), 10U);
  world.run_until(kEpoch + 12'600ms);
  ASSERT_EQ(ticker.fired.size(), 3U);
  EXPECT_EQ(ticker.fired[2], kEpoch + 12'500ms);
}

TEST(Host, OneThatNeverComesToRestIsNamed) {
  class Spinner : public Ticker {
   public:
    void on_deadline(TimePoint) override {}
  };
  World world(9);
  Spinner spinner;
  world.add_node("top", spinner, {kHere}).wake();
  EXPECT_DEATH(world.run_until(kEpoch + 2s), "world 9: node top: its deadline stays in the past");
}

}  // namespace
}  // namespace sim
