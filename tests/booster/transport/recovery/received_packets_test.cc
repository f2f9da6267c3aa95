#include <gtest/gtest.h>

#include "booster/transport/recovery/ack_schedule.h"
#include "booster/transport/recovery/received_packets.h"

namespace booster::transport::recovery {
namespace {

using std::chrono::milliseconds;
constexpr TimePoint kNow{std::chrono::seconds(100)};

ReceivedPackets received(std::initializer_list<std::uint64_t> numbers) {
  ReceivedPackets packets;
  for (const std::uint64_t number : numbers) {
    EXPECT_FALSE(packets.is_old({number}));
    packets.add({number}, Ecn::NotEct, kNow);
  }
  return packets;
}

TEST(ReceivedPackets, RangesJoin) {
  const auto packets = received({5, 1, 3, 2, 7, 6});
  ASSERT_EQ(packets.ranges().size(), 2U);
  EXPECT_EQ(packets.ranges()[0], (NumberRange{{5}, {7}}));
  EXPECT_EQ(packets.ranges()[1], (NumberRange{{1}, {3}}));
  EXPECT_TRUE(packets.is_old({6}));
  EXPECT_FALSE(packets.is_old({4}));
}

TEST(ReceivedPackets, EachRangeIsToldThreeTimesAndTheNewestAlways) {
  auto packets = received({1, 3, 5});
  for (int i = 0; i < kRangeRepeats; ++i) EXPECT_EQ(packets.tell(10).size(), 3U);
  EXPECT_EQ(packets.tell(10), (std::vector<NumberRange>{{{5}, {5}}}));
  packets.add({2}, Ecn::NotEct, kNow);  // changed: told anew
  EXPECT_EQ(packets.tell(10).size(), 2U);
}

// What an ACK has no room for has not been told.
TEST(ReceivedPackets, WhatDidNotFitIsToldLater) {
  auto packets = received({1, 3, 5, 7});
  for (int i = 0; i < kRangeRepeats; ++i)
    EXPECT_EQ(packets.tell(2), (std::vector<NumberRange>{{{7}, {7}}, {{5}, {5}}}));
  EXPECT_EQ(packets.tell(2), (std::vector<NumberRange>{{{7}, {7}}, {{3}, {3}}}));
}

TEST(ReceivedPackets, GapsWithoutEndAreForgotten) {
  ReceivedPackets packets;
  for (std::uint64_t number = 0; number < 10'000; number += 2) packets.add({number}, Ecn::NotEct, kNow);
  EXPECT_EQ(packets.ranges().size(), kMaxRanges);
  EXPECT_TRUE(packets.is_old({1}));  // nobody knows: not to be taken again
  EXPECT_FALSE(packets.is_old({9'997}));
}

TEST(ReceivedPackets, WhatThePeerKnowsIsNotToldAgain) {
  auto packets = received({1, 3, 5});
  for (int i = 0; i < kRangeRepeats; ++i) packets.tell(10);
  packets.on_told({5});
  EXPECT_EQ(packets.ranges().size(), 1U);
  EXPECT_TRUE(packets.is_old({2}));
}

TEST(ReceivedPackets, MarksAreCounted) {
  ReceivedPackets packets;
  packets.add({0}, Ecn::Ect0, kNow);
  packets.add({1}, Ecn::Ce, kNow);
  EXPECT_EQ(packets.ecn(), (EcnCounts{1, 0, 1}));
}

TEST(AckSchedule, OnePacketWaitsAnEighthOfTheRoundTrip) {
  AckSchedule acks;
  acks.set_default(milliseconds(160));
  acks.on_packet(true, false, false, kNow);
  EXPECT_FALSE(acks.due(kNow));
  EXPECT_EQ(acks.deadline(), kNow + milliseconds(20));
}

TEST(AckSchedule, TheSecondGoesAtOnceAfterAWhileOfSilence) {
  AckSchedule acks;
  acks.on_packet(true, false, false, kNow);
  acks.on_packet(true, false, false, kNow);
  EXPECT_TRUE(acks.due(kNow));
  acks.on_sent(kNow);
  EXPECT_EQ(acks.deadline(), kNever);
}

TEST(AckSchedule, AtMostOneEachEighthOfTheRoundTrip) {
  AckSchedule acks;
  acks.set_default(milliseconds(160));
  acks.on_sent(kNow);
  for (int i = 0; i < 10; ++i) acks.on_packet(true, false, false, kNow + milliseconds(1));
  EXPECT_EQ(acks.deadline(), kNow + milliseconds(20));
}

TEST(AckSchedule, AGapIsToldSoonAndAMarkAtOnce) {
  AckSchedule acks;
  acks.set_default(milliseconds(160));
  acks.on_packet(true, true, false, kNow);
  EXPECT_EQ(acks.deadline(), kNow + Duration(milliseconds(20)) / kAckFraction);
  acks.on_packet(true, false, true, kNow);
  EXPECT_TRUE(acks.due(kNow));
}

TEST(AckSchedule, WhatAsksForNothingGetsNothing) {
  AckSchedule acks;
  acks.on_packet(false, true, false, kNow);
  EXPECT_EQ(acks.deadline(), kNever);
  EXPECT_FALSE(acks.owed());
}

// 80 octets of 32 kbit/s are 20 ms: two in a hundred are one in a second.
TEST(AckSchedule, ASlowWayBackIsNotFilled) {
  AckSchedule acks;
  acks.set_way_back({32'000}, 80);
  acks.on_sent(kNow);
  for (int i = 0; i < 10; ++i) acks.on_packet(true, true, false, kNow);
  EXPECT_EQ(acks.deadline(), kNow + std::chrono::seconds(1));
}

}  // namespace
}  // namespace booster::transport::recovery
