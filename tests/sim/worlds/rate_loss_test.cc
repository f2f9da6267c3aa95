// Which loss is the radio's, and which is our own.
#include <gtest/gtest.h>

#include "tests/sim/worlds/rate_links.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr double kRate = 10e6;

TEST(RateLoss, ConstantLossIsNotTakenForCongestion) {
  struct Case {
    double loss, least;
  };
  for (const Case& each : {Case{0, .94}, Case{.01, .93}, Case{.02, .91}, Case{.05, .88}, Case{.1, .82}, Case{.2, .7}}) {
    for (std::uint64_t seed = 1; seed <= seeds(3); ++seed) {
      RateStory story(seed, rate_link(kRate, 100ms, 100ms, {.loss = random_loss(each.loss)}));
      story.transfer().send(kEndless);
      story.run_to(15s);
      EXPECT_GT(story.share(), each.least - .015)
          << each.loss << " seed " << seed;  // of 15 s the start takes more than of 25
      EXPECT_LT(story.wait_mean(), 25ms);
      EXPECT_LT(story.overhead(), 1.09);
      EXPECT_TRUE(story.transfer().intact());
    }
  }
}

TEST(RateLoss, BurstsAreTheRadiosToo) {
  for (std::uint64_t seed = 1; seed <= seeds(3); ++seed) {
    RateStory story(seed, rate_link(kRate, 100ms, 100ms, {.loss = burst_loss(.03, 8)}));
    story.transfer().send(kEndless);
    story.run_to(15s);
    EXPECT_GT(story.share(), .82) << seed;
    EXPECT_LT(story.wait_mean(), 30ms);
  }
}

TEST(RateLoss, ADeepBufferIsNotFilled) {
  RateStory story(1, rate_link(kRate, 100ms, 1s));
  story.transfer().send(kEndless);
  story.run_to(3s);
  story.mark();
  story.run_to(15s);
  EXPECT_GT(story.share(), .94);
  EXPECT_LT(story.wait_most(), 25ms);
  EXPECT_EQ(story.thrown_away(), 0);
}

TEST(RateLoss, AShallowBufferIsNotOverrun) {
  for (std::uint64_t seed = 1; seed <= seeds(2); ++seed) {
    RateStory story(seed, rate_link(kRate, 100ms, 4ms));
    story.transfer().send(kEndless);
    story.run_to(4s);
    story.mark();
    story.run_to(18s);
    EXPECT_GT(story.share(), .88);
    EXPECT_LT(story.thrown_away(), .1);
  }
}

// Of two packets and more, at any rate and length: a modem, a router with a small memory. At two or three and some
// Mbit/s, a third of what is sent may be lost for a while.
TEST(RateLoss, ABufferOfAFewPacketsIsEnough) {
  for (const double rate : {.06e6, .3e6, 1e6, 4e6, 10e6}) {
    for (const Duration round_trip : {30ms, 100ms, 300ms}) {
      for (const std::size_t packets : {2U, 3U, 5U}) {
        if (support::kSanitized && packets > 2) continue;
        LinkPair link = rate_link(rate, round_trip, 0ms);
        link.down.queue_bytes = packets * 1500;
        RateStory story(1, link);
        story.transfer().send(kEndless);
        story.run_to(15s);
        story.mark();
        story.run_to(30s);
        EXPECT_GT(story.through(), .9 * rate) << rate << " " << seconds(round_trip) << " " << packets;
        EXPECT_LT(story.thrown_away(), rate > 2e6 ? .4 : .2) << rate << " " << seconds(round_trip) << " " << packets;
        EXPECT_TRUE(story.transfer().intact());
      }
    }
  }
}

// What is turned away is no part of the rate: bulk mail is packed by it.
TEST(RateLoss, TheRateIsKnownThroughAQueueOfTwoPackets) {
  constexpr double kSlow = .3e6;
  constexpr int kLooks = 40;
  for (const double radio : {0., .03}) {
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= seeds(5); ++seed) {
      LinkPair link = rate_link(kSlow, 100ms, 0ms, {.loss = random_loss(radio)});
      link.down.queue_bytes = 3750;
      RateStory story(seed, link);
      story.transfer().send(kEndless);
      story.run_to(10s);
      int far = 0;
      for (int i = 0; i < kLooks; ++i) {
        story.run_for(250ms);
        const auto now = static_cast<double>(story.transfer().capacity().value);
        if (now > 1.4 * kSlow) ++far;
        mean += now / kLooks / static_cast<double>(seeds(5));
      }
      EXPECT_LE(far, kLooks / 5) << radio << " " << seed;
    }
    EXPECT_LT(mean, 1.1 * kSlow) << radio;
    EXPECT_GT(mean, .85 * kSlow) << radio;
  }
}

// Delivery is flat at the token rate, no delay tells of it, and the link behind it would take twenty-five times as
// much.
TEST(RateLoss, APolicersRateIsFound) {
  for (const std::size_t bucket : {20'000U, 200'000U}) {
    for (const double radio : {0., .05}) {
      for (std::uint64_t seed = 1; seed <= seeds(2); ++seed) {
        RateStory story(
            seed, rate_link(100e6, 100ms, 100ms, {.police = PoliceSettings{4e6, bucket}, .loss = random_loss(radio)}));
        story.transfer().send(kEndless);
        story.run_to(5s);
        story.mark();
        story.run_to(20s);
        EXPECT_LT(story.sent(), 1.15 * 4e6) << bucket << " " << radio << " " << seed;
        EXPECT_LT(story.thrown_away(), .125) << bucket << " " << radio << " " << seed;
        EXPECT_GT(story.goodput(), .74 * (1 - radio) * 4e6) << bucket << " " << radio << " " << seed;
      }
    }
  }
}

TEST(RateLoss, MarksAreHeeded) {
  RateStory story(1, rate_link(kRate, 100ms, 100ms, {.ecn_bytes = 5'000}));
  story.transfer().send(kEndless);
  story.run_to(10s);
  EXPECT_GT(story.share(), .9);
  EXPECT_LT(story.wait_mean(), 6ms);  // marks begin at 4 ms; unheeded, 10 ms would stand
  EXPECT_EQ(story.thrown_away(), 0);
}

}  // namespace
}  // namespace sim
