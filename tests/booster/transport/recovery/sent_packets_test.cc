// Which packets count as lost, and when.                                        Source: RFC 9002 §6.1, RFC 8985
#include <gtest/gtest.h>

#include "booster/transport/recovery/sent_packets.h"

namespace booster::transport::recovery {
namespace {

using std::chrono::milliseconds;

TimePoint at(int ms) {
  return TimePoint(std::chrono::seconds(100)) + milliseconds(ms);
}

class SentPacketsTest : public testing::Test {
 protected:
  void send(int count, int ms, bool eliciting = true) {
    for (int i = 0; i < count; ++i) {
      SentPacket packet;
      packet.number = sent.next_number();
      packet.sent_at = at(ms);
      packet.size = 1000;
      packet.eliciting = eliciting;
      packet.tickets.push_back({.kind = session::FrameTicket::Kind::MaxData, .stream = {}});
      sent.on_sent(packet);
    }
  }
  AckReport ack(std::vector<NumberRange> ranges, int ms) {
    auto report = sent.on_ack(ranges, at(ms));
    EXPECT_TRUE(report.has_value());
    return report ? std::move(*report) : AckReport{};
  }
  std::vector<std::uint64_t> lost(int ms) {
    std::vector<std::uint64_t> numbers;
    for (const SentPacket& packet : sent.take_lost(at(ms), rtt)) numbers.push_back(packet.number.value);
    return numbers;
  }
  void know_rtt(int ms) { rtt.on_sample(milliseconds(ms), {}, {}); }

  SentPackets sent;
  Rtt rtt;
};

TEST_F(SentPacketsTest, ThreeLaterOnesArrivedBeforeReorderingWasSeen) {
  know_rtt(100);
  send(5, 0);
  ack({{{3}, {3}}}, 100);
  EXPECT_EQ(lost(100), std::vector<std::uint64_t>{0});
  EXPECT_EQ(sent.bytes_in_flight(), 3000U);
  EXPECT_TRUE(lost(101).empty());
}

TEST_F(SentPacketsTest, ByTimeOnceReorderingWasSeen) {
  know_rtt(100);
  send(6, 0);
  ack({{{2}, {2}}}, 100);
  ack({{{2}, {1}}}, 100);  // not a range: nothing below its largest
  ack({{{1}, {2}}}, 101);  // 1 came late
  ack({{{5}, {5}}}, 102);
  EXPECT_TRUE(lost(102).empty());
  ASSERT_NE(sent.loss_deadline(rtt), kNever);
  EXPECT_EQ(sent.loss_deadline(rtt), at(125));  // RTT and a quarter of the least one
  EXPECT_EQ(lost(125), (std::vector<std::uint64_t>{0, 3, 4}));
}

TEST_F(SentPacketsTest, ALossThatWasNoneIsTakenBack) {
  know_rtt(100);
  send(5, 0);
  ack({{{4}, {4}}}, 100);
  EXPECT_EQ(lost(100), (std::vector<std::uint64_t>{0, 1}));
  const AckReport report = ack({{{4}, {4}}, {{0}, {1}}}, 110);
  ASSERT_EQ(report.returned.size(), 2U);
  EXPECT_EQ(report.returned[0].number.value, 1U);
  EXPECT_FALSE(report.returned[0].tickets.empty());  // what it carried need not go again
  EXPECT_TRUE(report.acked.empty());
  EXPECT_TRUE(sent.window().reordering_seen());
}

TEST_F(SentPacketsTest, WhatWasNeverSentIsNotAcknowledged) {
  send(3, 0);
  const NumberRange ranges[] = {{{3}, {3}}};
  EXPECT_EQ(sent.on_ack(ranges, at(1)).error().code, Errc::Protocol);
  EXPECT_EQ(sent.on_ack({}, at(1)).error().code, Errc::Protocol);
}

TEST_F(SentPacketsTest, EachIsReportedOnce) {
  send(3, 0);
  EXPECT_EQ(ack({{{0}, {2}}}, 10).acked.size(), 3U);
  EXPECT_TRUE(ack({{{0}, {2}}}, 11).acked.empty());
  EXPECT_EQ(sent.bytes_in_flight(), 0U);
  EXPECT_EQ(sent.eliciting_in_flight(), 0U);
}

TEST_F(SentPacketsTest, AProbeBringsTheOldestAndEachOnce) {
  send(2, 0);
  ASSERT_NE(sent.oldest_unprobed(), nullptr);
  EXPECT_EQ(sent.oldest_unprobed()->number.value, 1U);
  EXPECT_EQ(sent.oldest_unprobed(), nullptr);
  EXPECT_EQ(sent.bytes_in_flight(), 2000U);  // lost for nobody
}

TEST_F(SentPacketsTest, OnlyWhatAsksForAnAckIsInFlight) {
  send(3, 0, false);
  EXPECT_EQ(sent.bytes_in_flight(), 0U);
  EXPECT_EQ(sent.last_eliciting_at(), TimePoint{});
}

TEST_F(SentPacketsTest, AllIsTakenBackWhenThePathIsGivenUp) {
  send(4, 0);
  ack({{{1}, {1}}}, 10);
  EXPECT_EQ(sent.take_all().size(), 3U);
  EXPECT_EQ(sent.bytes_in_flight(), 0U);
  send(1, 20);
  EXPECT_EQ(ack({{{4}, {4}}}, 30).acked.size(), 1U);
}

// With a loss that keeps everything behind it remembered, nothing is looked at again and again.
TEST_F(SentPacketsTest, ManyBehindALossAreSettledFast) {
  know_rtt(10);
  constexpr int kPackets = 30'000;
  send(1, 0);
  for (int i = 1; i < kPackets; ++i) {
    send(1, 1);
    const auto number = static_cast<std::uint64_t>(i);
    ack({{{number}, {number}}}, 2);
    (void)lost(2);
    (void)sent.loss_deadline(rtt);
  }
  EXPECT_EQ(sent.bytes_in_flight(), 0U);
}

}  // namespace
}  // namespace booster::transport::recovery
