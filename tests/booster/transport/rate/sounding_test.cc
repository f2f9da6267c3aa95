#include "booster/transport/rate/sounding.h"

#include <gtest/gtest.h>

#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {
namespace {

// A round of a tenth of a second at half the rate; `ours` of the link was what we sent before, `lost` of it turned
// away.
double sounded(double ours, double lost_before) {
  const TimePoint start = TimePoint{} + seconds(10);
  Sounding sounding;
  sounding.on_outcome(false, static_cast<std::uint64_t>(1000 * (1 - lost_before)),
                      static_cast<std::uint64_t>(1000 * lost_before));
  sounding.begin(start, .5);
  sounding.on_outcome(true, 50, 0);
  for (Duration at = milliseconds(-100); at <= milliseconds(150); at += milliseconds(5)) {
    if (at == milliseconds(100)) sounding.end(start + at);
    // What all send of which the queue takes a part grows or shrinks it.
    const double slope = 1 / (1 - lost_before) - ours / 2 - 1;
    const double fell = -slope * std::clamp(in_seconds(at), 0., .1);
    sounding.on_sample(start + at,
                       milliseconds(100) - std::chrono::duration_cast<Duration>(std::chrono::duration<double>(fell)));
  }
  return sounding.share().value_or(-1);
}

TEST(Sounding, TheQueueFallsByOurPartOfTheLink) {
  EXPECT_NEAR(sounded(.5, 0), .5, .05);
  EXPECT_NEAR(sounded(.1, 0), .1, .02);
  EXPECT_NEAR(sounded(1, 0), 1, .1);
}

TEST(Sounding, WhatIsTurnedAwayCameInAllTheSame) {
  EXPECT_NEAR(sounded(.5, .1), .5, .05);
}

TEST(Sounding, SaysNothingBeforeItIsOver) {
  Sounding sounding;
  sounding.begin(TimePoint{} + seconds(1), .5);
  sounding.on_sample(TimePoint{} + seconds(1), milliseconds(5));
  EXPECT_FALSE(sounding.share());
}

}  // namespace
}  // namespace booster::transport::rate
