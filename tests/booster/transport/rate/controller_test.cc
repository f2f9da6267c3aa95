#include "booster/transport/rate/controller.h"

#include <gtest/gtest.h>

#include "tests/booster/transport/rate/one_bottleneck.h"

namespace booster::transport::rate {
namespace {

double share_after(OneBottleneck& path, double from, double to, double rate) {
  path.run(from);
  path.reset_statistics();
  path.run(to);
  return path.delivered_bits() / (to - from) / rate;
}

TEST(RateController, KeepsASmallQueueAndTheWholeRate) {
  OneBottleneck path({.queue = 1});
  EXPECT_GT(share_after(path, 2, 10, 10e6), .97);
  EXPECT_LT(path.mean_queue(), .02);
  EXPECT_LT(path.most_queue(), .03);
}

TEST(RateController, RadioLossDoesNotSlowIt) {
  for (const double loss : {.01, .05, .1}) {
    OneBottleneck path({.loss = loss});
    EXPECT_GT(share_after(path, 2, 12, 10e6), .94 * (1 - loss)) << loss;
    EXPECT_LT(path.mean_queue(), .03);
  }
}

TEST(RateController, FollowsAHalvedRate) {
  OneBottleneck path({.queue = .5});
  path.run(4);
  path.path().rate = 5e6;
  path.run(4.3);
  EXPECT_LT(static_cast<double>(path.controller().pacing().value), 5.1e6);
  EXPECT_GT(share_after(path, 5.5, 8, 5e6), .95);
  EXPECT_LT(path.mean_queue(), .02);
}

TEST(RateController, AMemoryIsUsedAndCorrected) {
  OneBottleneck right({}, Remembered{{10'000'000}, milliseconds(100)});
  EXPECT_GT(share_after(right, .3, 1, 10e6), .9);
  OneBottleneck high({}, Remembered{{100'000'000}, milliseconds(100)});
  high.run(.4);
  EXPECT_LT(high.controller().capacity().value, 12'000'000U);
}

TEST(RateController, RemembersOnlyWhatItHasSeen) {
  OneBottleneck path({});
  EXPECT_FALSE(path.controller().remember());
  path.run(3);
  const auto kept = path.controller().remember();
  ASSERT_TRUE(kept);
  EXPECT_NEAR(static_cast<double>(kept->rate.value), 10e6, .5e6);
}

TEST(RateController, APolicerHoldsIt) {
  OneBottleneck path({.rate = 100e6, .token_rate = 4e6, .token_bucket = 50'000});
  path.run(4);
  const double before = path.sent_bits();
  path.reset_statistics();
  path.run(14);
  EXPECT_TRUE(path.controller().policed());
  EXPECT_LT((path.sent_bits() - before) / 10, 1.15 * 4e6);
  EXPECT_GT(path.delivered_bits() / 10, .85 * 4e6);
}

TEST(RateController, AMarkCutsTheRateOnceARound) {
  OneBottleneck path({});
  path.run(3);
  const auto before = static_cast<double>(path.controller().capacity().value);
  const TimePoint now = TimePoint{} + seconds(1'000);
  path.controller().on_congestion_mark(now);
  path.controller().on_congestion_mark(now + milliseconds(1));
  EXPECT_NEAR(static_cast<double>(path.controller().capacity().value), .85 * before, 1);
}

}  // namespace
}  // namespace booster::transport::rate
