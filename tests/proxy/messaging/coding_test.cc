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

TEST(Coding, MixingIsLeftWhereTheLinkWaitsForIt) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  const BitsPerSecond link{700'000};
  EXPECT_EQ(choice.choose(Load::Bulk, link).encoding, Encoding::Mix);
  EXPECT_EQ(choice.choose(Load::Bulk, link, BitsPerSecond{600'000}).encoding, Encoding::Mix);
  const BitsPerSecond slow{300'000};
  EXPECT_EQ(choice.choose(Load::Bulk, link, slow).encoding, Encoding::ZstdWindow);
  EXPECT_EQ(permits.given(), 0U);
  EXPECT_EQ(choice.choose(Load::Bulk, link, slow).encoding, Encoding::ZstdWindow);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{200'000}, slow).encoding, Encoding::ZstdWindow)
      << "not yet clearly";
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{140'000}, slow).encoding, Encoding::Mix);
}

TEST(Coding, MixingIsTriedAgainWithOtherMail) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  const BitsPerSecond link{700'000};
  const BitsPerSecond slow{300'000};
  (void)choice.choose(Load::Bulk, link);
  EXPECT_EQ(choice.choose(Load::Bulk, link, slow).encoding, Encoding::ZstdWindow);
  int others = 0;
  while (choice.choose(Load::Bulk, link, slow).encoding != Encoding::Mix) ASSERT_LT(++others, 1000);
  EXPECT_GT(others, 100);
}

TEST(MixingPace, IsOfTheLastSeconds) {
  MixingPace pace;
  pace.add(100'000, std::chrono::milliseconds(900));
  EXPECT_FALSE(pace.value());
  pace.add(25'000, std::chrono::milliseconds(100));
  EXPECT_EQ(pace.value(), BitsPerSecond{1'000'000});
  for (int i = 0; i < 40; ++i) pace.add(12'500, std::chrono::seconds(1));
  ASSERT_TRUE(pace.value());
  EXPECT_LT(pace.value()->value, 101'000U);
}

TEST(Coding, WhatGoesAloneIsPackedThoroughlyWhileItIsSmall) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  const Alone small{4'000, 10'000};
  const Alone large{4'000'000, 0};
  EXPECT_EQ(choice.choose(small, std::nullopt), kAlone);
  EXPECT_EQ(choice.choose(large, std::nullopt).level, kAloneLarge.level);
  EXPECT_EQ(choice.choose(small, BitsPerSecond{2'000'000}).encoding, Encoding::Mix);
  choice.give_back_permit();
  EXPECT_EQ(permits.given(), 0U);
  EXPECT_EQ(choice.choose(large, BitsPerSecond{2'000'000}).encoding, Encoding::ZstdWindow);
  EXPECT_EQ(choice.choose(large, BitsPerSecond{500'000}).encoding, Encoding::Mix);
  EXPECT_EQ(unmixed(small), kAlone);
  EXPECT_EQ(unmixed(large).level, kAloneLarge.level);
}

TEST(Coding, AWindowHoldsWhatItIsCodedAgainst) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  const Alone revision{1'000'000, 1'000'000};
  EXPECT_GE(1 << choice.choose(revision, std::nullopt).window_log, 2'000'000);
  EXPECT_GE(1 << unmixed(revision).window_log, 2'000'000);
  EXPECT_EQ(choice.choose(revision, BitsPerSecond{100'000}).encoding, Encoding::ZstdWindow) << "learned too slowly";
  EXPECT_EQ(choice.choose(Alone{40'000'000, 0}, std::nullopt).window_log, codec::compress::kMaxWindowLog);
}

TEST(Coding, ContainersAreOpenedUnlessTheLinkIsKnownToBeFast) {
  using codec::content::Containers;
  EXPECT_EQ(containers(std::nullopt), Containers::Opened);
  EXPECT_EQ(containers(BitsPerSecond{2'000'000}), Containers::Opened);
  EXPECT_EQ(containers(BitsPerSecond{1'000'000'000}), Containers::Left);
}

TEST(Coding, AFastLinkIsPackedInHaste) {
  CodingChoice choice(nullptr);
  const BitsPerSecond lan{940'000'000};
  EXPECT_FALSE(choice.in_haste(std::nullopt));
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{70'000'000}), kBulk);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{100'000'000}), kQuick);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{400'000'000}), kQuicker);
  EXPECT_EQ(choice.choose(Load::Bulk, lan), kQuickest);
  EXPECT_EQ(choice.choose(Load::Trickle, lan), kQuickest);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{500'000'000}), kQuickest) << "until it is clearly another";
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{300'000'000}), kQuicker);
  EXPECT_EQ(choice.choose(Load::Bulk, BitsPerSecond{30'000'000}), kBulk);
  EXPECT_EQ(choice.choose(Load::Bulk, lan), kQuickest) << "at once";
  EXPECT_EQ(choice.choose(Load::Bulk, std::nullopt), kBulk);
}

TEST(Coding, WhatRefersIsNotLeftToLz4) {
  CodingChoice choice(nullptr);
  const BitsPerSecond lan{940'000'000};
  const Alone plain{4'000, 0};
  const Alone referring{4'000, 1'000'000};
  EXPECT_EQ(choice.choose(plain, lan), kQuickest);
  EXPECT_EQ(choice.choose(referring, lan).level, kQuicker.level);
  EXPECT_GE(1 << choice.choose(referring, lan).window_log, 1'000'000);
}

TEST(Coding, WhatIsSeenBeforeTheFirstBitIsLittle) {
  MixingPermits permits(1);
  CodingChoice choice(&permits);
  EXPECT_EQ(choice.choose(Alone{4'000, kReferences}, BitsPerSecond{100'000}).encoding, Encoding::Mix);
  EXPECT_EQ(choice.choose(Alone{4'000, kReferences + 1}, BitsPerSecond{100'000}).encoding, Encoding::ZstdWindow);
}

}  // namespace
}  // namespace proxy::messaging
