#include "booster/transport/rate/swings.h"

#include <gtest/gtest.h>

namespace booster::transport::rate {
namespace {

constexpr Duration kRound = milliseconds(60);
constexpr TimePoint kSwingsBegin = TimePoint{} + std::chrono::hours(1);

BitsPerSecond swinging(double value) {
  return {static_cast<std::uint64_t>(value * 1e6)};
}

struct Fed {
  Swings swings;
  TimePoint now = kSwingsBegin;
  void round(double rate) {
    swings.on_sample(swinging(rate), now, kRound);
    now += kRound;
  }
};

TEST(Swings, ASteadyRateHasNone) {
  Fed fed;
  for (int i = 0; i < 100; ++i) fed.round(i % 2 == 0 ? 10 : 10.8);
  EXPECT_FALSE(fed.swings.present());
}

TEST(Swings, OneStepIsNone) {
  Fed fed;
  for (int i = 0; i < 40; ++i) fed.round(i < 20 ? 10 : 2);
  EXPECT_FALSE(fed.swings.present());
}

TEST(Swings, AreSeenWithinASecondAndForgottenInTwo) {
  Fed fed;
  for (int i = 0; i < 20; ++i) fed.round(i % 2 == 0 ? 3 : 9);
  EXPECT_TRUE(fed.swings.present());
  for (int i = 0; i < 35; ++i) fed.round(6);
  EXPECT_FALSE(fed.swings.present());
}

TEST(Swings, TheBetterRoundTripsOfTheLastSecondsCount) {
  Fed fed;
  for (int i = 0; i < 10; ++i) fed.round(50);  // long ago
  for (int i = 0; i < 40; ++i) fed.round(i % 5 == 0 ? 8 : 4);
  EXPECT_EQ(fed.swings.high(), swinging(8));
}

}  // namespace
}  // namespace booster::transport::rate
