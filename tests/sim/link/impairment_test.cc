#include "tests/sim/link/impairment.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/link/codel.h"
#include "tests/sim/link/feed.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr int kMany = 20'000;

std::vector<Fed> feed_many(FedLink& fed, Duration apart = 1ms) {
  for (int i = 0; i < kMany; ++i) fed.feeder.feed(i * apart, 100);
  return fed.run();
}

TEST(Impairment, RandomLossLosesItsShare) {
  FedLink fed({.loss = random_loss(.05)});
  EXPECT_NEAR(static_cast<double>(feed_many(fed).size()), kMany * .95, 150);
}

TEST(Impairment, BurstLossLosesItsShareInBursts) {
  FedLink fed({.loss = burst_loss(.05, 8)});
  const auto arrivals = feed_many(fed);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), kMany * .95, 400);
  int bursts = 0;
  for (std::size_t i = 1; i < arrivals.size(); ++i)
    if (arrivals[i].number > arrivals[i - 1].number + 1) ++bursts;
  EXPECT_NEAR((kMany - static_cast<double>(arrivals.size())) / bursts, 8, 1.5);
}

TEST(Impairment, CorruptionFlipsOneToThreeBitsOfItsShare) {
  FedLink fed({.corrupt = .1});
  feed_many(fed);
  int changed = 0;
  for (std::size_t i = 0; i < fed.collector.arrivals.size(); ++i) {
    const auto& bytes = fed.collector.arrivals[i].bytes;
    int flips = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const std::size_t wanted = at < 8 ? i >> (8 * at) & 0xffU : 0;
      flips += std::popcount(std::to_integer<unsigned>(bytes[at]) ^ static_cast<unsigned>(wanted));
    }
    EXPECT_LE(flips, 3);
    if (flips > 0) ++changed;
  }
  EXPECT_EQ(static_cast<std::uint64_t>(changed), fed.link.statistics().corrupted);
  EXPECT_NEAR(changed, kMany * .1, 200);
}

TEST(Impairment, DuplicationAddsItsShare) {
  FedLink fed({.duplicate = .1});
  EXPECT_NEAR(static_cast<double>(feed_many(fed).size()), kMany * 1.1, 200);
}

TEST(Impairment, HoldingBackLetsOthersOvertake) {
  FedLink fed({.delay = 10ms, .hold_back = ReorderSettings{.02, 5ms}});
  const auto arrivals = feed_many(fed);
  int late = 0;
  for (const Fed& arrival : arrivals) {
    const Duration took = arrival.at - static_cast<int>(arrival.number) * 1ms;
    EXPECT_TRUE(took == 10ms || took == 15ms);
    if (took == 15ms) ++late;
  }
  EXPECT_EQ(static_cast<std::uint64_t>(late), fed.link.statistics().held_back);
  EXPECT_NEAR(late, kMany * .02, 80);
}

TEST(Impairment, JitterKeepsTheOrderUnlessAsked) {
  for (const bool reorder : {false, true}) {
    FedLink fed({.delay = 50ms, .jitter = 20ms, .reorder = reorder});
    const auto arrivals = feed_many(fed);
    EXPECT_EQ(std::is_sorted(arrivals.begin(), arrivals.end(),
                             [](const Fed& a, const Fed& b) { return a.number < b.number; }),
              !reorder);
    for (const Fed& arrival : arrivals) EXPECT_GE(arrival.at, static_cast<int>(arrival.number) * 1ms + 30ms);
  }
}

TEST(Impairment, OneLeavesTheOthersRandomSequencesAlone) {
  const auto survivors = [](const LinkSettings& settings) {
    FedLink fed(settings);
    std::vector<std::uint64_t> numbers;
    for (const Fed& arrival : feed_many(fed)) numbers.push_back(arrival.number);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  };
  const auto plain = survivors({.loss = random_loss(.1)});
  EXPECT_EQ(plain, survivors({.loss = random_loss(.1), .jitter = 5ms}));
  EXPECT_EQ(plain, survivors({.loss = random_loss(.1), .hold_back = ReorderSettings{.1, 3ms}}));
}

// RFC 8289 §4: a standing queue is brought to the target, a burst is let through.
TEST(Codel, BringsAStandingQueueDownAndLetsABurstThrough) {
  FedLink standing({.bits_per_second = 8e6, .codel = CodelSettings{}});
  for (int i = 0; i < 30'000; ++i) standing.feeder.feed(i * 990us, 1000);  // 1 % more than the rate
  standing.run();
  const LinkStatistics& all = standing.link.statistics();
  EXPECT_GT(all.dropped(What::DroppedCodel).packets, 100U);
  EXPECT_LT(all.queue_delay.quantile(.9), 20ms);

  FedLink burst({.bits_per_second = 8e6, .codel = CodelSettings{}});
  for (int i = 0; i < 90; ++i) burst.feeder.feed(0ms, 1000);
  EXPECT_EQ(burst.run().size(), 90U);
}

TEST(Codel, MarksInsteadOfDroppingWhereItCan) {
  FedLink fed({.bits_per_second = 8e6, .codel = CodelSettings{}});
  for (int i = 0; i < 10'000; ++i) fed.feeder.feed(i * 900us, 1000, Ecn::Ect0);
  EXPECT_EQ(fed.run().size(), 10'000U);
  EXPECT_GT(fed.link.statistics().marked, 10U);
}

TEST(Codel, DropsComeCloserByTheSquareRootOfTheirNumber) {
  Codel codel({});
  std::vector<Duration> at;
  for (Duration now{}; now < 1s; now += 1ms)
    if (codel.drops(50ms, 100'000, kEpoch + now)) at.push_back(now);
  ASSERT_GE(at.size(), 4U);
  EXPECT_EQ(at[0], 100ms);
  EXPECT_EQ(at[1], 200ms);  // + interval
  EXPECT_EQ(at[2], 271ms);  // + interval / sqrt 2
  EXPECT_EQ(at[3], 329ms);  // + interval / sqrt 3
}

}  // namespace
}  // namespace sim
