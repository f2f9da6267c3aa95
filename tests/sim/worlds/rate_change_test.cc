// Links that change: rate, delay, jitter, silence.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/fabric/random.h"
#include "tests/sim/worlds/rate_links.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

TEST(RateChange, AHalvedRateIsFollowedAtOnceAndADoubledOneSoon) {
  RateStory story(1, rate_link(8e6, 60ms, 500ms));
  story.transfer().send(kEndless);
  story.run_to(5s);
  story.set_rate(4e6);
  story.run_for(160ms);  // a round trip and 100 ms
  story.mark();
  story.run_for(100ms);
  EXPECT_LT(story.sent(), 4.2e6);
  story.run_for(740ms);
  story.mark();
  story.run_for(1s);
  EXPECT_LT(story.wait_most(), 30ms);
  EXPECT_GT(story.through(), 3.7e6);
  story.set_rate(8e6);
  story.run_for(1500ms);
  story.mark();
  story.run_for(1s);
  EXPECT_GT(story.through(), 7.2e6);
}

// Opportunities to send at a rate that walks between 1 and 20 Mbit/s.
LinkSettings walking_trace(std::uint64_t seed, double* mean) {
  LinkSettings settings;
  Random random(seed);
  double at = 0;
  double rate = 6e6;
  for (int i = 1; at < 15'000; ++i) {
    if (i % 60 == 0) rate = std::clamp(rate * (random.unit() < .5 ? .7 : 1.4), 1e6, 20e6);
    at += -std::log(1 - random.unit()) * 12'000 / rate * 1000;
    settings.trace.push_back(std::chrono::milliseconds(static_cast<std::int64_t>(at)));
  }
  *mean = static_cast<double>(settings.trace.size()) * 12e6 / at;
  return settings;
}

TEST(RateChange, ACellsScheduleIsUsed) {
  for (std::uint64_t seed = 1; seed <= seeds(3); ++seed) {
    double mean = 0;
    const LinkSettings trace = walking_trace(seed, &mean);
    RateStory story(seed, rate_link(mean, 60ms, 500ms, trace));
    story.transfer().send(kEndless);
    story.run_to(15s);
    EXPECT_GT(story.share(), .65) << seed;
    EXPECT_LT(story.wait_mean(), 200ms) << seed;
  }
}

TEST(RateChange, ALongerPathIsNoQueue) {
  RateStory story(1, rate_link(10e6, 60ms, 200ms));
  story.transfer().send(kEndless);
  story.run_to(5s);
  LinkSettings longer = story.link().settings();
  longer.delay += 50ms;
  story.configure(longer);
  story.mark();
  story.run_to(10s);
  EXPECT_GT(story.share(), .8);
  story.mark();
  story.run_to(15s);
  EXPECT_GT(story.share(), .92);
  EXPECT_LT(story.wait_mean(), 25ms);
}

TEST(RateChange, JitterNeitherStarvesNorFills) {
  struct Case {
    Duration jitter;
    double least;
  };
  for (const Case& each : {Case{5ms, .88}, Case{10ms, .72}, Case{30ms, .15}}) {
    for (const bool reorder : {false, true}) {
      LinkPair pair = rate_link(10e6, 100ms, 200ms, {.jitter = each.jitter, .reorder = reorder});
      pair.up.jitter = each.jitter;
      pair.up.reorder = reorder;
      for (std::uint64_t seed = 1; seed <= seeds(2); ++seed) {
        RateStory story(seed, pair);
        story.transfer().send(kEndless);
        story.run_to(15s);
        EXPECT_GT(story.share(), each.least) << seconds(each.jitter) << reorder << seed;
        EXPECT_LT(story.wait_mean(), 30ms);
      }
    }
  }
}

TEST(RateChange, AnOutageEndsWithTheRateThatWas) {
  for (const Duration length : {1s, 5s, 20s, 60s}) {
    RateStory story(1, rate_link(5e6, 100ms, 100ms));
    story.transfer().send(kEndless);
    story.run_to(5s + length / 100);
    story.links().up.set_up(false);
    story.links().down.set_up(false);
    story.run_for(length);
    story.links().up.set_up(true);
    story.links().down.set_up(true);
    const std::uint64_t before = story.transfer().received();
    story.run_for(155ms);  // a round trip, and 50 ms until the next probe
    EXPECT_GT(story.transfer().received(), before + 5'000) << seconds(length);
    story.run_for(300ms);
    story.mark();
    story.run_for(1s);
    EXPECT_GT(story.through(), 4.8e6) << seconds(length);
    EXPECT_LT(story.wait_most(), 60ms);
  }
}

TEST(RateChange, AnIdlePathIsNotForgotten) {
  RateStory story(1, rate_link(10e6, 100ms, 200ms));
  story.transfer().send(3'000'000);
  story.run_to(4s);
  for (int burst = 0; burst < 3; ++burst) {
    for (int i = 0; i < 20; ++i) {
      story.transfer().send(3'000);
      story.run_for(100ms);
    }
    EXPECT_NEAR(static_cast<double>(story.transfer().capacity().value), 9.8e6, .6e6);
    story.mark();
    story.transfer().send(1'000'000);
    story.run_for(1s);
    EXPECT_NEAR(story.goodput(), 8e6, 1e5);  // all of it
    EXPECT_LT(story.wait_most(), 40ms);
  }
}

}  // namespace
}  // namespace sim
