#include "booster/transport/recovery/redundancy.h"

#include <gtest/gtest.h>

namespace booster::transport::recovery {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kBegin = TimePoint{} + std::chrono::hours(1);
constexpr std::size_t kSmall = 300;
constexpr std::size_t kFull = 1'400;

// A path that loses 3 %, 100 ms, 10 Mbit/s: a copy 12.5 ms later.
Redundancy::Measured lossy(double loss = .03) {
  return {.loss = loss, .rtt = 100ms, .rate = {10'000'000}};
}
Redundancy::Sent urgent(std::uint64_t number) {
  return {.number = {number}, .size = kSmall, .urgent = true, .last = true};
}
Redundancy::Sent bulk(std::uint64_t number, bool last = false) {
  return {.number = {number}, .size = kFull, .urgent = false, .last = last};
}

TEST(Redundancy, AMessageGoesAgainALittleLater) {
  Redundancy redundancy;
  redundancy.on_sent(urgent(7), lossy(), kBegin);
  EXPECT_EQ(redundancy.deadline(), kBegin + 12500us);
  EXPECT_TRUE(redundancy.take_due(kBegin + 12ms).empty());
  const auto due = redundancy.take_due(kBegin + 13ms);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].number, PacketNumber{7});
  EXPECT_TRUE(due[0].whole);
  EXPECT_EQ(redundancy.deadline(), kNever);
}

TEST(Redundancy, TwiceWhereOneCopyIsLostTooOften) {
  Redundancy redundancy;
  redundancy.on_sent(urgent(1), lossy(.1), kBegin);
  EXPECT_EQ(redundancy.take_due(kBegin + 13ms).size(), 1U);
  EXPECT_EQ(redundancy.take_due(kBegin + 26ms).size(), 1U);
  EXPECT_EQ(redundancy.deadline(), kNever);
}

TEST(Redundancy, SoonWhereLossesStandAlone) {
  Redundancy redundancy;
  Redundancy::Measured path = lossy();
  path.bursts = false;
  redundancy.on_sent(urgent(1), path, kBegin);
  EXPECT_EQ(redundancy.deadline(), kBegin + 5ms);
}

TEST(Redundancy, NeverOnACleanPathOrAShortOne) {
  Redundancy redundancy;
  redundancy.on_sent(urgent(1), lossy(.001), kBegin);
  redundancy.on_sent(urgent(2), {.loss = .1, .rtt = 20ms, .rate = {10'000'000}}, kBegin);
  EXPECT_EQ(redundancy.deadline(), kNever);
}

// 300 octets take 30 ms of 80 kbit/s, 1,400 take 140 ms: longer than what they might save.
TEST(Redundancy, NothingThatThePathTakesLongFor) {
  Redundancy redundancy;
  const Redundancy::Measured slow{.loss = .03, .rtt = 400ms, .rate = {80'000}};
  redundancy.on_sent(bulk(1, true), slow, kBegin);
  EXPECT_EQ(redundancy.deadline(), kNever);
  redundancy.on_sent(urgent(2), slow, kBegin);
  EXPECT_EQ(redundancy.deadline(), kBegin + 25ms);
}

TEST(Redundancy, BulkOnlyAtItsEnd) {
  Redundancy redundancy;
  for (std::uint64_t number = 0; number < 50; ++number) redundancy.on_sent(bulk(number), lossy(), kBegin);
  EXPECT_EQ(redundancy.deadline(), kNever);
  redundancy.on_sent(bulk(50, true), lossy(), kBegin);
  EXPECT_NE(redundancy.deadline(), kNever);
  redundancy.on_sent(bulk(51), lossy(), kBegin + 1ms);  // it went on
  EXPECT_EQ(redundancy.deadline(), kNever);
}

TEST(Redundancy, OfAPacketThatOthersFollowOnlyWhatIsUrgent) {
  Redundancy redundancy;
  Redundancy::Sent mixed = urgent(1);
  redundancy.on_sent(mixed, lossy(), kBegin);
  redundancy.on_sent(bulk(2), lossy(), kBegin);
  const auto due = redundancy.take_due(kBegin + 13ms);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].number, PacketNumber{1});
  EXPECT_FALSE(due[0].whole);
}

TEST(Redundancy, ALongAnswerIsNoMessage) {
  Redundancy redundancy;
  for (std::uint64_t number = 0; number < 20; ++number) {
    Redundancy::Sent each = urgent(number);
    each.last = false;
    redundancy.on_sent(each, lossy(), kBegin);
  }
  EXPECT_EQ(redundancy.deadline(), kNever);
  redundancy.on_sent(urgent(20), lossy(), kBegin);
  const auto due = redundancy.take_due(kBegin + 13ms);
  ASSERT_EQ(due.size(), 1U) << "its end is the end of a burst";
  EXPECT_TRUE(due[0].whole);
}

// A twentieth of 1 Mbit/s: 6,250 octets a second, twice that saved up.
TEST(Redundancy, KeepsWithinItsBudget) {
  Redundancy redundancy;
  const Redundancy::Measured path{.loss = .03, .rtt = 100ms, .rate = {1'000'000}};
  std::size_t octets = 0;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const TimePoint now = kBegin + number * 10ms;
    redundancy.on_sent(urgent(number), path, now);
    octets += redundancy.take_due(now + 13ms).size() * kSmall;
  }
  EXPECT_LE(octets, 10U * 6'250 + 12'500);
  EXPECT_GT(octets, 9U * 6'250);
}

}  // namespace
}  // namespace booster::transport::recovery
