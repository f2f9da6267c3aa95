#include "booster/transport/rate/turns.h"

#include <gtest/gtest.h>

namespace booster::transport::rate {
namespace {

constexpr Duration kTurn = milliseconds(40);

// Two packets between two points; each fifth time one more is lost, for which the bottleneck took `lost`.
Turns turns_of(Duration lost, Duration jitter, int points = 60) {
  Turns turns;
  for (int i = 0; i < points; ++i) {
    const bool loses = i % 5 == 0;
    const Duration noise = (i % 3 - 1) * jitter;
    turns.on_arrivals(2 * kTurn + (loses ? lost : Duration{}) + noise, 2, loses ? 1 : 0);
  }
  return turns;
}

TEST(Turns, WhatTheRadioLosesTookItsTurn) {
  EXPECT_EQ(turns_of(kTurn, {}).share(), 1);
  EXPECT_EQ(turns_of(kTurn, milliseconds(10)).share(), 1);
}

TEST(Turns, WhatAFullQueueTurnsAwayTakesNone) {
  EXPECT_LT(turns_of({}, {}).share(), .01);
  const Turns shaken = turns_of({}, milliseconds(10));
  EXPECT_LT(shaken.share(), .3);
  EXPECT_TRUE(shaken.turned_away());
}

TEST(Turns, SomeOfBothIsAShare) {
  EXPECT_NEAR(turns_of(kTurn / 4, {}).share(), .25, .01);
}

TEST(Turns, WithFewLossesOrMuchJitterNothingIsClaimed) {
  EXPECT_EQ(turns_of({}, {}, 15).share(), 1);
  EXPECT_EQ(turns_of({}, milliseconds(80)).share(), 1);
}

TEST(Turns, WhatWasTurnedAwayLongAgoIsForgotten) {
  Turns turns = turns_of({}, {});
  for (int i = 0; i < 120; ++i) turns.on_arrivals(2 * kTurn, 2, 0);
  EXPECT_FALSE(turns.turned_away());
}

}  // namespace
}  // namespace booster::transport::rate
