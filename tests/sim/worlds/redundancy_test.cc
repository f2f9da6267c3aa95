// What somebody waits for arrives at once though the radio loses it.
#include <gtest/gtest.h>

#include "tests/sim/worlds/rate_links.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMessages = support::kSanitized ? 300 : 1000;
constexpr std::uint64_t kMessage = 200;
constexpr Duration kApart = 100ms;
constexpr Duration kHalf = 60ms;  // of the round trip

// A message each 100 ms, as the path's loss becomes known; and how late they were.
std::vector<Duration> late(RateStory& story, std::size_t messages = kMessages) {
  for (std::size_t nth = 0; nth < messages; ++nth) {
    story.transfer().say(kMessage);
    story.run_for(kApart);
  }
  story.run_for(2s);
  std::vector<Duration> times = story.transfer().heard();
  EXPECT_EQ(times.size(), messages);
  EXPECT_TRUE(story.transfer().intact());
  times.erase(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(messages / 10));
  for (Duration& each : times) each -= kHalf;
  std::sort(times.begin(), times.end());
  return times;
}

Duration at(const std::vector<Duration>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

TEST(Redundancy, MessagesDoNotWaitForALossToBeNoticed) {
  struct Case {
    double loss;
    Duration p99;
  };
  for (const Case& each : {Case{.02, 30ms}, Case{.05, 30ms}, Case{.1, 45ms}}) {
    RateStory story(7, rate_link(10e6, 2 * kHalf, 100ms, {.loss = random_loss(each.loss)}));
    story.run_to(1s);
    story.mark();
    const std::vector<Duration> times = late(story);
    EXPECT_LT(at(times, .5), 5ms);
    EXPECT_LT(at(times, .99), each.p99) << each.loss;
  }
}

TEST(Redundancy, NoneOnACleanPath) {
  RateStory story(7, rate_link(10e6, 2 * kHalf, 100ms));
  story.run_to(1s);
  late(story);
  story.transfer().send(500'000);
  story.run_for(3s);
  EXPECT_EQ(story.transfer().sender()->active().copies, 0U);
}

TEST(Redundancy, NoneForBulk) {
  RateStory story(7, rate_link(10e6, 2 * kHalf, 100ms, {.loss = random_loss(.05)}));
  story.transfer().send(kEndless);
  story.run_to(15s);
  EXPECT_LE(story.transfer().sender()->active().copies, 4U) << "its beginning, from before the windows grew";
}

TEST(Redundancy, MessagesBesideABulkTransfer) {
  RateStory story(7, rate_link(10e6, 2 * kHalf, 100ms, {.loss = random_loss(.03)}));
  story.transfer().send(kEndless);
  story.run_to(4s);
  const std::vector<Duration> times = late(story, 250);
  EXPECT_LT(at(times, .99), 60ms);  // 25 of them our own queue
}

}  // namespace
}  // namespace sim
