#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/sim/tcp/cubic.h"
#include "tests/sim/tcp/receiver.h"
#include "tests/sim/tcp/scoreboard.h"

namespace sim::tcp {
namespace {

using namespace std::chrono_literals;

TEST(TcpSegment, AcksComeBackAsTheyWent) {
  std::array<std::byte, 1500> bytes{};
  const Ack ack{7, {{12, 14}, {9, 10}}};
  const std::size_t size = encode_ack(ack, bytes);
  const auto back = decode_ack(std::span(bytes).first(size));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->cumulative, 7U);
  ASSERT_EQ(back->ranges.size(), 2U);
  EXPECT_EQ(back->ranges[1].first, 9U);
  EXPECT_FALSE(decode_ack(std::span(bytes).first(size - 1)));
  EXPECT_FALSE(decode_ack({}));
  encode_segment(77, bytes);
  EXPECT_EQ(decode_segment(std::span(bytes).first(kSegment)), 77U);
  EXPECT_FALSE(decode_segment(bytes));
}

struct ReceiverEnd {
  Receiver receiver;
  std::array<std::byte, 1500> buffer{};

  std::optional<Ack> take(std::uint64_t number, TimePoint now = kEpoch) {
    encode_segment(number, buffer);
    receiver.on_datagram({}, std::span(buffer).first(kSegment), Ecn::NotEct, now);
    const std::size_t size = receiver.next_datagrams(buffer, now).bytes;
    return size == 0 ? std::nullopt : decode_ack(std::span(buffer).first(size));
  }
};

TEST(TcpReceiver, AcknowledgesEverySecondAndAtOnceAroundAGap) {
  ReceiverEnd end;
  EXPECT_FALSE(end.take(0));
  EXPECT_EQ(end.receiver.next_deadline(), kEpoch + 40ms);
  EXPECT_EQ(end.take(1)->cumulative, 2U);
  EXPECT_EQ(end.take(4)->ranges.size(), 1U);
  EXPECT_EQ(end.take(6)->ranges.size(), 2U);
  EXPECT_EQ(end.take(5)->ranges.size(), 1U);  // joins its neighbours
  EXPECT_EQ(end.take(5)->cumulative, 2U);
  EXPECT_EQ(end.receiver.repeated(), 1U);
  EXPECT_EQ(end.take(3)->ranges.front().first, 3U);
  EXPECT_EQ(end.take(2)->cumulative, 7U);
}

TEST(TcpScoreboard, ThreeLaterOnesDeliveredMeanLostAlsoForARetransmission) {
  Scoreboard board;
  for (int i = 0; i < 8; ++i) board.send_next(kEpoch);
  Acked acked = board.on_ack({0, {{1, 3}}}, kEpoch + 100ms);
  EXPECT_EQ(acked.lost, 0U);
  acked = board.on_ack({0, {{1, 4}}}, kEpoch + 100ms);
  EXPECT_EQ(acked.lost, 1U);
  EXPECT_EQ(acked.in_flight, 4U);
  EXPECT_EQ(board.send_next(kEpoch + 100ms), 0U);
  for (std::uint64_t i = 8; i < 11; ++i) EXPECT_EQ(board.send_next(kEpoch + 100ms), i);
  acked = board.on_ack({0, {{1, 11}}}, kEpoch + 200ms);
  EXPECT_EQ(acked.lost, 1U);
  EXPECT_TRUE(board.has_lost());
  EXPECT_EQ(board.send_next(kEpoch + 200ms), 0U);
  acked = board.on_ack({11, {}}, kEpoch + 300ms);
  EXPECT_EQ(board.base(), 11U);
  EXPECT_EQ(acked.rtt, Duration::zero());  // Karn
  EXPECT_EQ(board.in_flight(), 0U);
}

TEST(TcpScoreboard, MeasuresRoundTripAndDeliveryRate) {
  Scoreboard board;
  Acked acked;
  for (std::uint64_t i = 0; i < 40; ++i) {  // one each 10 ms, acknowledged 100 ms later
    if (i >= 10) acked = board.on_ack({i - 9, {}}, kEpoch + i * 10ms);
    board.send_next(kEpoch + i * 10ms);
  }
  EXPECT_EQ(acked.rtt, 100ms);
  EXPECT_NEAR(acked.rate, 100, 2);
  EXPECT_EQ(board.timeout(), 300ms);
  board.on_timeout();
  EXPECT_EQ(board.timeout(), 600ms);
  EXPECT_EQ(board.in_flight(), 0U);
}

Acked acked_at(TimePoint now, std::uint64_t delivered, std::uint64_t in_flight) {
  Acked acked;
  acked.now = now;
  acked.delivered = delivered;
  acked.in_flight = acked.prior_in_flight = in_flight;
  acked.srtt = 100ms;
  return acked;
}

// RFC 9438 §4.2: back at W_max after K = cbrt(W_max (1 - beta) / C) seconds, flat there, then faster.
TEST(TcpCubic, ComesBackToItsMaximumAfterK) {
  Cubic cubic;
  while (cubic.window() < 1000) cubic.on_ack(acked_at(kEpoch, 10, 1000));
  EXPECT_TRUE(cubic.in_slow_start());
  cubic.on_loss(acked_at(kEpoch, 1, 1000));
  EXPECT_DOUBLE_EQ(cubic.window(), 700);
  const double k = std::cbrt(1000 * .3 / .4);
  TimePoint now = kEpoch;
  const auto grow_until = [&](double at) {
    for (; now < kEpoch + from_seconds(at); now += 10ms)
      cubic.on_ack(acked_at(now, static_cast<std::uint64_t>(cubic.window() / 10), 1000));
    return cubic.window();
  };
  EXPECT_NEAR(grow_until(k / 2), 1000 - .4 * std::pow(k / 2, 3), 15);
  EXPECT_NEAR(grow_until(k), 1000, 5);
  EXPECT_NEAR(grow_until(k * 2), 1300, 30);
}

TEST(TcpCubic, ATimeoutBeginsWithOneSegment) {
  Cubic cubic;
  cubic.on_timeout(kEpoch, 10);
  EXPECT_EQ(cubic.window(), 1);
  EXPECT_TRUE(cubic.in_slow_start());
  for (int i = 0; i < 4; ++i) cubic.on_ack(acked_at(kEpoch, 2, 5));
  EXPECT_GE(cubic.window(), 7);
  EXPECT_LT(cubic.window(), 10);
}

}  // namespace
}  // namespace sim::tcp
