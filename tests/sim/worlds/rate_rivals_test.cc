// Beside others at one bottleneck of 10 Mbit/s, 100 ms and a queue of one product.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/fabric/random.h"
#include "tests/sim/worlds/rate_links.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

double share_beside(tcp::Control control, int flows, std::uint64_t seed) {
  RateStory story(seed, rate_link(10e6, 100ms, 100ms));
  story.transfer().send(kEndless);
  story.run_to(37ms * static_cast<std::int64_t>(seed));
  for (int i = 0; i < flows; ++i) {
    story.add_flow(control);
    story.run_for(300ms);
  }
  story.run_to(10s);
  story.mark();
  story.run_to(50s);
  return story.share();
}

// Whoever came first, and however long before: every run is judged.
double share_of_two(tcp::Control control, Duration round_trip, bool we_first, std::uint64_t seed) {
  Random random(seed);
  for (int i = 0; i < 5; ++i) random.unit();
  const double rate = 3e6 * std::pow(10, random.unit());
  const Duration second = from_seconds(2 + 10 * random.unit());
  RateStory story(seed, rate_link(rate, round_trip, round_trip));
  if (we_first) story.transfer().send(kEndless);
  if (!we_first) story.add_flow(control);
  story.run_to(second);
  if (!we_first) story.transfer().send(kEndless);
  if (we_first) story.add_flow(control);
  story.run_for(15s);
  story.mark();
  story.run_for(45s);
  return story.share();
}

// PROTOCOL.md §7, known limits: one of ten that come late to a BBR flow gets less for a while.
void expect_fair(tcp::Control control, Duration round_trip, bool late = true) {
  for (const bool we_first : {true, false}) {
    if (!we_first && !late) continue;
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= seeds(6); ++seed) {
      const double share = share_of_two(control, round_trip, we_first, seed);
      const bool late_to_bbr = !we_first && control == tcp::Control::Bbr;
      EXPECT_GT(share, late_to_bbr ? .1 : .25) << seconds(round_trip) << " " << we_first << " " << seed;
      EXPECT_LT(share, .75) << seconds(round_trip) << " " << we_first << " " << seed;
      sum += share / static_cast<double>(seeds(6));
    }
    EXPECT_GT(sum, .35) << seconds(round_trip) << " " << we_first;
    EXPECT_LT(sum, .6) << seconds(round_trip) << " " << we_first;
  }
}

TEST(RateRivals, ACubicFlowAndWeShareTheLink) {
  for (const Duration round_trip : {80ms, 200ms}) expect_fair(tcp::Control::Cubic, round_trip);
}

TEST(RateRivals, ABbrFlowAndWeShareTheLink) {
  for (const Duration round_trip : {30ms, 80ms}) expect_fair(tcp::Control::Bbr, round_trip);
  expect_fair(tcp::Control::Bbr, 200ms, false);
}

// As with BBR version 1, what we take does not fall with the number of loss-based flows.
TEST(RateRivals, FourCubicFlowsLeaveUsOurPartAndKeepSome) {
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) sum += share_beside(tcp::Control::Cubic, 4, seed) / 3;
  EXPECT_GT(sum, .15);  // one of ten is held down to a few hundredths: PROTOCOL.md §7, known limits
  EXPECT_LT(sum, .8);
}

TEST(RateRivals, TwoOfOursShare) {
  for (std::uint64_t seed = 1; seed <= seeds(3); ++seed) {
    RateStory story(seed, rate_link(10e6, 100ms, 100ms));
    story.transfer().send(kEndless);
    story.run_to(3s + 137ms * static_cast<std::int64_t>(seed));
    story.add_transfer().send(kEndless);
    story.run_to(10s);
    story.mark();
    story.run_to(30s);
    EXPECT_GT(story.share(0), .3) << seed;
    EXPECT_GT(story.share(1), .3) << seed;
    EXPECT_GT(story.share(0) + story.share(1), .9) << seed;
  }
}

}  // namespace
}  // namespace sim
