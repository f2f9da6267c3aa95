#include "booster/transport/rate/loss_kinds.h"

#include <gtest/gtest.h>

#include "booster/transport/rate/held.h"

namespace booster::transport::rate {
namespace {

TEST(LossKinds, ConstantLossIsTheRadios) {
  LossKinds loss;
  for (const Pace pace : {Pace::Below, Pace::Level, Pace::Above}) loss.on_outcome(pace, 180, 20);
  EXPECT_FALSE(loss.follows_rate());
  EXPECT_FALSE(loss.exceeds_radio(90, 10));
  EXPECT_NEAR(loss.radio(), .1, .001);
}

TEST(LossKinds, LossThatGrowsWithTheRateIsOurs) {
  LossKinds loss;
  loss.on_outcome(Pace::Below, 200, 0);
  loss.on_outcome(Pace::Level, 200, 2);
  loss.on_outcome(Pace::Above, 180, 20);
  EXPECT_TRUE(loss.follows_rate());
  EXPECT_TRUE(loss.exceeds_radio(60, 40));
  EXPECT_LT(loss.radio(), .01);
}

TEST(LossKinds, AFewLongBurstsProveNothing) {
  LossKinds loss;
  loss.on_outcome(Pace::Below, 200, 0);
  loss.on_burst();
  loss.on_outcome(Pace::Above, 180, 20);
  EXPECT_GT(loss.burst(), 10);
  EXPECT_FALSE(loss.follows_rate());
}

TEST(LossKinds, WhatArrivedAfterAllWasNotLost) {
  LossKinds loss;
  loss.on_outcome(Pace::Level, 90, 10);
  loss.on_regret(10);
  EXPECT_EQ(loss.all(), 0);
}

TEST(Held, CreepsUntilLossSaysMore) {
  LossKinds loss;
  loss.on_outcome(Pace::Below, 100, 0);
  Held held;
  held.begin({4'000'000}, TimePoint{});
  held.on_outcome(100, 0);
  EXPECT_GT(held.next_step(loss, false).factor, 1);
  held.on_outcome(95, 5);
  const Held::Step little = held.next_step(loss, false);
  EXPECT_NEAR(little.factor, .975, .001);
  EXPECT_FALSE(little.gross);
  held.on_outcome(50, 50);
  const Held::Step much = held.next_step(loss, false);
  EXPECT_NEAR(much.factor, .5, .001);
  EXPECT_TRUE(much.gross);
}

TEST(Held, EndsWhenTheLossDoesNotComeBack) {
  Held held;
  held.begin({4'000'000}, TimePoint{});
  EXPECT_FALSE(held.over({4'000'000}, TimePoint{}));
  EXPECT_TRUE(held.over({4'000'001}, TimePoint{}));
  EXPECT_TRUE(held.over({1}, TimePoint{} + seconds(2)));
}

}  // namespace
}  // namespace booster::transport::rate
