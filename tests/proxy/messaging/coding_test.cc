#include "proxy/messaging/coding.h"

#include <gtest/gtest.h>

namespace proxy::messaging {
namespace {

using codec::compress::Encoding;

TEST(Coding, AnUnknownLinkAndAFastOneArePackedByZstd) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  EXPECT_EQ(choice.choose(Load::Bulk, std::nullopt), kBulk);
  EXPECT_EQ(choice.choose(Load::Trickle, std::nullopt), kTrickle);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{20'000'000}), kBulk);
  EXPECT_EQ(permits.given(), 0U);
}

TEST(Coding, ASlowLinkIsWorthACore) {
  MixingPermits permits(1);
  {
    CodingChoice choice(&permits);
    EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{200'000}).encoding, Encoding::Mix);
    EXPECT_EQ(choice.choose(Load::Trickle, BitsPerSecond{2'000'000}).encoding, Encoding::Mix);
    EXPECT_EQ(permits.given(), 1U);
    CodingChoice second(&permits);
    EXPECT_EQ(second.choose(Load::Bulk, BitsPerSecond{200'000}).encoding, Encoding::ZstdWindow) << "no permit is left";
    CodingChoice never(nullptr);
    EXPECT_EQ(never.choose(Load::Bulk, BitsPerSecond{200'000}).encoding, Encoding::ZstdWindow);
  }
  EXPECT_EQ(permits.given(), 0U);
}

TEST(Coding, StaysUntilTheLinkIsClearlyAnother) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  EXPECT_TRUE(choice.choose(Load::Bulk, BitsPerSecond{700'000}).encoding == Encoding::Mix);
  EXPECT_TRUE(choice.choose(Load::Bulk, BitsPerSecond{1'500'000}).encoding == Encoding::Mix);
  EXPECT_TRUE(choice.choose(Load::Bulk, BitsPerSecond{1'700'000}).encoding == Encoding::ZstdWindow);
  EXPECT_FALSE(choice.mixing());
  EXPECT_EQ(permits.given(), 0U);
  const MessageOptions thorough = choice.choose(Load::Bulk, BitsPerSecond{2'000'000});
  EXPECT_GT(thorough.level, kBulk.level);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{5'000'000}), thorough);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{7'000'000}), kBulk);
}

TEST(Coding, WhatGoesAloneIsPackedThoroughlyWhileItIsSmall) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  EXPECT_EQ(choice.choose(alone(4'000), std::nullopt), kAlone);
  EXPECT_EQ(choice.choose(alone(4'000'000), std::nullopt), kAloneLarge);
  EXPECT_EQ(choice.choose(alone(4'000), BitsPerSecond{2'000'000}).encoding, Encoding::Mix);
  choice.rest();
  EXPECT_EQ(permits.given(), 0U);
  EXPECT_EQ(unmixed(alone(4'000)), kAlone);
  EXPECT_EQ(unmixed(alone(4'000'000)), kAloneLarge);
}

}  // namespace
}  // namespace proxy::messaging
