#include "tests/sim/link/link.h"

#include <gtest/gtest.h>

#include "tests/sim/link/feed.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using Arrivals = std::vector<Fed>;

TEST(Link, RateSpacesAndDelayShifts) {
  FedLink fed({.bits_per_second = 1e6, .delay = 50ms});
  for (int i = 0; i < 3; ++i) fed.feeder.feed(0ms, 1250);
  EXPECT_EQ(fed.run(), (Arrivals{{60ms, 0}, {70ms, 1}, {80ms, 2}}));
  EXPECT_EQ(fed.link.statistics().queue_delay.mean(), 20ms);
  EXPECT_EQ(fed.link.statistics().queue_peak, 3750U);
}

TEST(Link, WithoutARateNothingWaits) {
  FedLink fed({.queue_bytes = 100, .delay = 1ms});
  for (int i = 0; i < 3; ++i) fed.feeder.feed(5ms, 1500);
  EXPECT_EQ(fed.run(), (Arrivals{{6ms, 0}, {6ms, 1}, {6ms, 2}}));
}

TEST(Link, AScheduleOfRatesCutsThroughPackets) {
  FedLink fed({.schedule = {{0s, 1e6}, {5ms, 2e6}, {10ms, 0}, {1s, 1e6}}});
  for (int i = 0; i < 3; ++i) fed.feeder.feed(0ms, 1250);
  // 5 ms at half, the rest of the first in 2.5 ms; 2.5 ms of the second, which then waits for 1 s.
  EXPECT_EQ(fed.run(), (Arrivals{{7500us, 0}, {1005ms, 1}, {1015ms, 2}}));
}

TEST(Link, AScheduleThatEndsInSilenceKeepsWhatWaits) {
  FedLink fed({.schedule = {{0s, 1e6}, {10ms, 0}}});
  for (int i = 0; i < 2; ++i) fed.feeder.feed(0ms, 1250);
  fed.world.at(1min, [&] { fed.link.configure({.bits_per_second = 1e6}); });
  EXPECT_EQ(fed.run(), (Arrivals{{10ms, 0}, {1min + 10ms, 1}}));
}

TEST(Link, ATraceLetsPacketsGoAtItsInstants) {
  FedLink fed({.trace = {10ms, 20ms, 20ms, 50ms}});
  for (int i = 0; i < 5; ++i) fed.feeder.feed(0ms, 1500);
  EXPECT_EQ(fed.run(), (Arrivals{{10ms, 0}, {20ms, 1}, {20ms, 2}, {50ms, 3}, {60ms, 4}}));
}

TEST(Link, TheQueueDropsItsTailByBytesOrTime) {
  for (const LinkSettings& settings : {LinkSettings{.bits_per_second = 1e6, .queue_bytes = 2500},
                                       LinkSettings{.bits_per_second = 1e6, .queue_time = 20ms}}) {
    FedLink fed(settings);
    for (int i = 0; i < 4; ++i) fed.feeder.feed(0ms, 1250);
    fed.feeder.feed(10ms, 1250);  // the first has just left
    EXPECT_EQ(fed.run(), (Arrivals{{10ms, 0}, {20ms, 1}, {30ms, 4}}));
    EXPECT_EQ(fed.link.statistics().dropped(What::DroppedQueue), (Count{2, 2500}));
    EXPECT_EQ(fed.world.trace().count(What::DroppedQueue), 2U);
  }
}

TEST(Link, MarksWhatCanBeMarkedAboveTheThreshold) {
  FedLink fed({.bits_per_second = 1e6, .ecn_bytes = 2000});
  for (const Ecn ecn : {Ecn::Ect0, Ecn::Ect0, Ecn::NotEct, Ecn::Ect1, Ecn::Ce}) fed.feeder.feed(0ms, 1250, ecn);
  fed.run();
  std::vector<Ecn> seen;
  for (const auto& arrival : fed.collector.arrivals) seen.push_back(arrival.ecn);
  EXPECT_EQ(seen, (std::vector<Ecn>{Ecn::Ect0, Ecn::Ect0, Ecn::NotEct, Ecn::Ce, Ecn::Ce}));
  EXPECT_EQ(fed.link.statistics().marked, 1U);
}

TEST(Link, LargerThanTheMtuVanishesAlsoWhenItShrinksInMidRun) {
  FedLink fed({.mtu = 1400});
  for (int i = 0; i < 2; ++i) fed.feeder.feed(i * 1s, 1400);
  fed.feeder.feed(1s, 1401);
  fed.world.at(500ms, [&] { fed.link.set_mtu(1280); });
  EXPECT_EQ(fed.run(), (Arrivals{{0ms, 0}}));
  EXPECT_EQ(fed.link.statistics().dropped(What::DroppedSize).packets, 2U);
}

TEST(Link, OutagesLoseWhatLeavesMeanwhile) {
  FedLink fed({.outage = OutageSettings{1s, 15s}, .outages = {{3s, 5s}}});
  for (int i = 0; i < 30; ++i) fed.feeder.feed(i * 1s, 100);
  const Arrivals arrivals = fed.run();
  std::vector<std::uint64_t> lost;
  for (std::uint64_t i = 0, next = 0; i < 30; ++i)
    next < arrivals.size() && arrivals[next].number == i ? static_cast<void>(++next) : lost.push_back(i);
  EXPECT_EQ(lost, (std::vector<std::uint64_t>{3, 4, 14, 29}));
  EXPECT_EQ(fed.link.statistics().dropped(What::DroppedOutage).packets, 4U);
}

TEST(Link, DownLosesWhatIsInItAndWhatComes) {
  FedLink fed({.bits_per_second = 1e6, .delay = 50ms});
  for (int i = 0; i < 3; ++i) fed.feeder.feed(0ms, 1250);
  fed.feeder.feed(20ms, 1250);
  fed.feeder.feed(30ms, 1250);
  fed.world.at(15ms, [&] { fed.link.set_up(false); });
  fed.world.at(25ms, [&] { fed.link.set_up(true); });
  EXPECT_EQ(fed.run(), (Arrivals{{90ms, 4}}));
  EXPECT_EQ(fed.link.statistics().dropped(What::DroppedDown).packets, 4U);
  EXPECT_EQ(fed.link.statistics().offered.packets, 5U);
}

TEST(Link, APolicerLetsItsBurstThroughAndThenItsRate) {
  FedLink fed({.bits_per_second = 10e6, .police = PoliceSettings{1e6, 10'000}});
  for (int i = 0; i < 1000; ++i) fed.feeder.feed(i * 1ms, 1000);
  fed.run();
  EXPECT_NEAR(static_cast<double>(fed.link.statistics().delivered.bytes), 10'000 + 125'000, 1500);
}

TEST(Link, AShaperMakesWait) {
  FedLink fed({.shape = ShapeSettings{1e6, 2500}});
  for (int i = 0; i < 4; ++i) fed.feeder.feed(1s, 1250);
  EXPECT_EQ(fed.run(), (Arrivals{{1s, 0}, {1s, 1}, {1010ms, 2}, {1020ms, 3}}));
}

TEST(Link, CountsBalanceWhateverItDoes) {
  FedLink fed({.bits_per_second = 2e6,
               .queue_bytes = 20'000,
               .codel = CodelSettings{},
               .loss = random_loss(.1),
               .outages = {{1s, 2s}},
               .corrupt = .05,
               .duplicate = .05,
               .delay = 10ms,
               .jitter = 5ms,
               .hold_back = ReorderSettings{.1, 20ms},
               .mtu = 1400});
  for (int i = 0; i < 5000; ++i) fed.feeder.feed(i * 2ms, 100 + static_cast<std::size_t>(i) % 1400);
  fed.run();
  const LinkStatistics& all = fed.link.statistics();
  for (const What kind : {What::DroppedQueue, What::DroppedLoss, What::DroppedOutage, What::DroppedSize})
    EXPECT_GT(all.dropped(kind).packets, 0U) << name_of(kind);
  EXPECT_EQ(all.offered.packets + all.duplicated, all.delivered.packets + all.dropped().packets);
  EXPECT_EQ(all.delivered.packets, fed.collector.arrivals.size());
  EXPECT_EQ(fed.world.datagrams_under_way(), 0U);
  EXPECT_EQ(fed.source.bytes_in_flight(), 0U);
}

TEST(Link, ThroughputIsCountedInWindows) {
  FedLink fed({.schedule = {{0s, 1e6}, {2s, 2e6}}});
  fed.link.measure_throughput(1s);
  for (int i = 0; i < 1000; ++i) fed.feeder.feed(0s, 1250);
  fed.run(4500ms);
  const auto& series = fed.link.statistics().delivered_bytes;
  ASSERT_EQ(series.size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(static_cast<double>(series[i]), i < 2 ? 125'000 : 250'000, 1250);
}

}  // namespace
}  // namespace sim
