#include <gtest/gtest.h>

#include "tests/sim/link/bottleneck.h"
#include "tests/sim/link/statistics.h"
#include "tests/sim/link/token_bucket.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

TEST(TokenBucket, TakesWhatIsThereAndRefillsToItsBurst) {
  TokenBucket bucket(8e6, 3000, kEpoch);  // a byte each microsecond
  EXPECT_TRUE(bucket.take(2000, kEpoch));
  EXPECT_FALSE(bucket.take(2000, kEpoch + 999us));
  EXPECT_TRUE(bucket.take(2000, kEpoch + 1ms));
  EXPECT_FALSE(bucket.take(3001, kEpoch + 1h));
}

TEST(TokenBucket, WaitingIsInOrderAndLargePacketsPassAFullBucket) {
  TokenBucket bucket(8e6, 1000, kEpoch);
  EXPECT_EQ(bucket.wait_for(1500, kEpoch), kEpoch);          // into debt
  EXPECT_EQ(bucket.wait_for(500, kEpoch), kEpoch + 1ms);     // debt and its own
  EXPECT_EQ(bucket.wait_for(500, kEpoch), kEpoch + 1500us);  // though it came at the epoch
}

TEST(Bottleneck, AScheduleTellsItsRateAtEachTime) {
  Bottleneck bottleneck({.schedule = {{0s, 1e6}, {1s, 3e6}}}, kEpoch);
  EXPECT_EQ(bottleneck.bits_per_second(kEpoch), 1e6);
  EXPECT_EQ(bottleneck.bits_per_second(kEpoch + 1s), 3e6);
  EXPECT_EQ(bottleneck.depart(kEpoch + 999ms, 500), kEpoch + 1001ms);  // 1000 bits in the first ms, 3000 in the next
}

TEST(Bottleneck, ATracesRateIsItsMean) {
  const Bottleneck bottleneck({.trace = {10ms, 20ms}}, kEpoch);
  EXPECT_EQ(bottleneck.bits_per_second(kEpoch), 1.2e6);
}

TEST(DelayHistogram, KnowsMeanAndQuantilesWithinThreePercent) {
  DelayHistogram histogram;
  EXPECT_EQ(histogram.quantile(.99), 0ms);
  for (int i = 1; i <= 1000; ++i) histogram.add(i * 1ms);
  EXPECT_EQ(histogram.mean(), 500500us);
  for (const double share : {.1, .5, .9, .99}) EXPECT_NEAR(seconds(histogram.quantile(share)), share, share * .03);
  EXPECT_EQ(histogram.count(), 1000U);
}

}  // namespace
}  // namespace sim
