#include "booster/carrier/link_rate.h"

#include <gtest/gtest.h>

namespace booster::carrier {
namespace {

constexpr BitsPerSecond kbit(std::uint64_t value) {
  return {value * 1000};
}

TEST(LinkRate, AStartIsNoRate) {
  LinkRate link;
  for (std::uint64_t rate = 100; rate <= 3200; rate *= 2) {
    link.on_sample(kbit(rate), false);
    EXPECT_FALSE(link.value()) << rate;
  }
  link.on_sample(kbit(3300), false);
  EXPECT_FALSE(link.value());
  link.on_sample(kbit(3000), false);
  ASSERT_TRUE(link.value());
  EXPECT_EQ(*link.value(), kbit(3300));
}

TEST(LinkRate, WhatWasNotFilledIsALowerBound) {
  LinkRate link;
  for (int i = 0; i < 9; ++i) link.on_sample(kbit(50), true);
  EXPECT_FALSE(link.value());
  for (int i = 0; i < 4; ++i) link.on_sample(kbit(200), false);
  EXPECT_EQ(link.value(), kbit(200));
  link.on_sample(kbit(20), true);
  EXPECT_EQ(link.value(), kbit(200));
  link.on_sample(kbit(900), true);
  EXPECT_EQ(link.value(), kbit(900));
}

TEST(LinkRate, FollowsAPathThatFades) {
  LinkRate link;
  for (int i = 0; i < 6; ++i) link.on_sample(kbit(4000), false);
  for (int i = 0; i < 5; ++i) link.on_sample(kbit(500), false);
  EXPECT_EQ(link.value(), kbit(500));
  link.on_new_path();
  EXPECT_FALSE(link.value());
}

TEST(LinkRate, OneHighEstimateIsPassedOver) {
  LinkRate link;
  for (int i = 0; i < 4; ++i) link.on_estimate(kbit(300));
  EXPECT_EQ(link.value(), kbit(300));
  link.on_estimate(kbit(480));
  EXPECT_EQ(link.value(), kbit(300));
  for (int i = 0; i < 2; ++i) link.on_estimate(kbit(480));
  EXPECT_EQ(link.value(), kbit(480));
}

TEST(LinkRate, EstimatesThatGrowAreAStartToo) {
  LinkRate link;
  for (std::uint64_t rate = 100; rate <= 3200; rate *= 2) {
    link.on_estimate(kbit(rate));
    EXPECT_FALSE(link.value()) << rate;
  }
}

}  // namespace
}  // namespace booster::carrier
