#include "booster/transport/rate/rivals.h"

#include <gtest/gtest.h>

#include <vector>

namespace booster::transport::rate {
namespace {

// Rounds in which we give way by 20 ms each, and the queue does this.
Rivals::Verdict verdict_on(Rivals& rivals, const std::vector<int>& queues) {
  for (const int queue : queues) {
    const auto verdict =
        rivals.on_round(milliseconds(queue), milliseconds(15), milliseconds(20), milliseconds(1), milliseconds(300));
    if (verdict != Rivals::Verdict::Open) return verdict;
  }
  return Rivals::Verdict::Open;
}

TEST(Rivals, AQueueOfOursFallsWhenWeGiveWay) {
  Rivals rivals;
  EXPECT_EQ(verdict_on(rivals, {60, 60, 40, 20, 5, 5}), Rivals::Verdict::Open);
  EXPECT_FALSE(rivals.present());
}

TEST(Rivals, OthersFillWhatWeLeave) {
  Rivals rivals;
  EXPECT_EQ(verdict_on(rivals, {60, 60, 62, 50, 70, 66, 72}), Rivals::Verdict::Rivals);
  rivals.begin({10'000'000});
  EXPECT_TRUE(rivals.present());
  verdict_on(rivals, {2, 2, 60, 2, 2, 2});  // BBR is away for a moment
  EXPECT_TRUE(rivals.present());
  verdict_on(rivals, {2, 2});
  EXPECT_FALSE(rivals.present());
}

TEST(Rivals, ABitLessThanHalfOfTheLinkIsOurs) {
  Rivals rivals;
  rivals.begin({10'000'000});
  EXPECT_NEAR(static_cast<double>(rivals.ours().value), 4.5e6, 1e3);
  // It is half as fast as was thought.
  for (int i = 0; i < 30; ++i) {
    const BitsPerSecond sent = rivals.ours();
    rivals.on_share(static_cast<double>(sent.value) / 5e6, sent, true);
  }
  EXPECT_NEAR(static_cast<double>(rivals.ours().value), 2.25e6, 1e5);
}

TEST(Rivals, WhoHasTheWholeLinkIsAlone) {
  Rivals rivals;
  rivals.begin({10'000'000});
  rivals.on_share(1, {10'000'000}, true);  // a queue that overflows is others'
  EXPECT_TRUE(rivals.present());
  rivals.on_share(1, {10'000'000}, false);
  EXPECT_FALSE(rivals.present());
}

TEST(Rivals, WhatStandsStillThroughSoundingsIsThePathAfterAll) {
  Rivals rivals;
  rivals.begin({10'000'000});
  Rivals::Verdict verdict = Rivals::Verdict::Open;
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(rivals.present()) << i;
    verdict = rivals.on_round(milliseconds(90), milliseconds(15), {}, milliseconds(1), milliseconds(100));
  }
  EXPECT_EQ(verdict, Rivals::Verdict::Path);
  EXPECT_FALSE(rivals.present());
}

TEST(Rivals, WhatStandsStillIsThePath) {
  Rivals rivals;
  EXPECT_EQ(verdict_on(rivals, {50, 50, 51, 50, 51, 50}), Rivals::Verdict::Path);
  EXPECT_FALSE(rivals.present());
}

}  // namespace
}  // namespace booster::transport::rate
