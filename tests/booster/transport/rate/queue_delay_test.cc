#include "booster/transport/rate/queue_delay.h"

#include <gtest/gtest.h>

namespace booster::transport::rate {
namespace {

constexpr Duration kWindow = milliseconds(50);
constexpr TimePoint kStart{seconds(100)};

TEST(QueueDelay, IsWhatComesOnTopOfTheLeast) {
  QueueDelay delay;
  EXPECT_FALSE(delay.known());
  delay.on_sample(milliseconds(-500), kStart, kWindow);  // the peer's clock may stand anywhere
  EXPECT_TRUE(delay.empty());
  delay.on_sample(milliseconds(-470), kStart + milliseconds(60), kWindow);
  EXPECT_EQ(delay.queue(), milliseconds(30));
}

TEST(QueueDelay, TheTrainsFirstPacketSawNoQueue) {
  QueueDelay delay;
  delay.on_early_sample(milliseconds(10), kStart);
  delay.on_sample(milliseconds(40), kStart, kWindow);
  EXPECT_EQ(delay.queue(), milliseconds(30));
}

TEST(QueueDelay, WhatDrainingLeavesIsThePath) {
  QueueDelay delay;
  delay.on_sample(milliseconds(10), kStart, kWindow);
  delay.on_sample(milliseconds(60), kStart + milliseconds(100), kWindow);
  delay.set_floor(delay.above_least());
  EXPECT_EQ(delay.queue(), Duration{});
  delay.on_sample(milliseconds(75), kStart + milliseconds(200), kWindow);
  EXPECT_EQ(delay.queue(), milliseconds(15));
}

TEST(QueueDelay, AnOldLeastIsForgotten) {
  QueueDelay delay;
  delay.on_sample(milliseconds(10), kStart, kWindow);
  for (int i = 1; i <= 8; ++i) delay.on_sample(milliseconds(60), kStart + i * seconds(6), kWindow);
  EXPECT_EQ(delay.queue(), Duration{});
}

}  // namespace
}  // namespace booster::transport::rate
