#include "tests/support/link/pipe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace support::link {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart{1000s};

Packet packet_of(std::size_t size, unsigned number = 0) {
  Packet packet(size);
  if (size > 1) packet[size - 1] = static_cast<std::byte>(number);
  return packet;
}

struct Arrival {
  Duration at;
  unsigned number;
  bool operator==(const Arrival&) const = default;
};

// Runs until nothing is due any more.
std::vector<Arrival> drain(Pipe& pipe) {
  std::vector<Arrival> arrivals;
  for (TimePoint now; (now = pipe.next_deadline()) != TimePoint::max();) {
    pipe.on_deadline(now);
    while (auto packet = pipe.next_packet(now))
      arrivals.push_back({now - kStart, std::to_integer<unsigned>(packet->back())});
  }
  return arrivals;
}

TEST(Pipe, RateSpacesPacketsAndDelayShiftsThem) {
  Pipe pipe({.bits_per_second = 1e6, .delay = 50ms}, 1, kStart);
  for (unsigned i = 0; i < 3; ++i) pipe.on_packet(packet_of(1250, i), kStart);
  EXPECT_EQ(drain(pipe), (std::vector<Arrival>{{60ms, 0}, {70ms, 1}, {80ms, 2}}));
}

TEST(Pipe, ALateCallerChangesNothingButTheInstantOfReading) {
  Pipe pipe({.bits_per_second = 1e6, .queue_bytes = 2500}, 1, kStart);
  pipe.on_packet(packet_of(1250, 0), kStart);
  pipe.on_packet(packet_of(1250, 1), kStart);
  pipe.on_packet(packet_of(1250, 2), kStart + 15ms);  // the first has left, though nobody called in between
  EXPECT_EQ(pipe.stats().queue_dropped.packets, 0U);
  pipe.on_packet(packet_of(1250, 3), kStart + 15ms);
  EXPECT_EQ(pipe.stats().queue_dropped.packets, 1U);
  EXPECT_EQ(pipe.stats().offered, (Count{4, 5000}));
  EXPECT_EQ(drain(pipe).back(), (Arrival{30ms, 2}));
}

TEST(Pipe, TheQueueDropsItsTailByBytes) {
  Pipe pipe({.bits_per_second = 1e6, .queue_bytes = 3000}, 1, kStart);
  for (unsigned i = 0; i < 5; ++i) pipe.on_packet(packet_of(1000, i), kStart);
  EXPECT_EQ(pipe.stats().queue_dropped, (Count{2, 2000}));
  EXPECT_EQ(pipe.stats().queue_peak, 3000U);
  EXPECT_EQ(drain(pipe).size(), 3U);
}

TEST(Pipe, CountsBalance) {
  Pipe pipe({.bits_per_second = 1e6, .queue_bytes = 20'000, .loss = {.in_good = .2}, .delay = 10ms}, 1, kStart);
  for (unsigned i = 0; i < 5000; ++i) {
    pipe.on_packet(packet_of(100 + i % 1400, i), kStart + i * 4ms);
    while (pipe.next_packet(kStart + i * 4ms)) {
    }
  }
  drain(pipe);
  const PipeStats& stats = pipe.stats();
  EXPECT_EQ(stats.offered.packets, 5000U);
  EXPECT_GT(stats.lost.packets, 0U);
  EXPECT_GT(stats.queue_dropped.packets, 0U);
  EXPECT_EQ(stats.offered.bytes, stats.delivered.bytes + stats.lost.bytes + stats.queue_dropped.bytes);
  EXPECT_EQ(stats.offered.packets, stats.delivered.packets + stats.lost.packets + stats.queue_dropped.packets);
}

TEST(Pipe, PolicerLetsABurstThroughAndThenItsRate) {
  Pipe pipe({.bits_per_second = 10e6, .police = PoliceSettings{1e6, 10'000}}, 1, kStart);
  for (unsigned i = 0; i < 1000; ++i) pipe.on_packet(packet_of(1000, i), kStart + i * 1ms);
  drain(pipe);
  // The burst, and 125 bytes a millisecond.
  EXPECT_NEAR(static_cast<double>(pipe.stats().delivered.bytes), 10'000 + 125'000, 1500);
  EXPECT_EQ(pipe.stats().delivered.packets + pipe.stats().policed.packets, 1000U);
}

TEST(Pipe, MarksCapablePacketsAboveTheThreshold) {
  Pipe pipe({.bits_per_second = 1e6, .ecn_bytes = 2000}, 1, kStart);
  Packet capable(1000);
  capable[0] = std::byte{0x45};
  capable[1] = std::byte{0x02};
  for (int i = 0; i < 5; ++i) pipe.on_packet(capable, kStart);
  pipe.on_packet(packet_of(1000), kStart);
  EXPECT_EQ(pipe.stats().marked, 2U);
}

TEST(Pipe, UdpIsLostWhereItDoesNotPassAndNothingElse) {
  Pipe pipe({.udp = false}, 1, kStart);
  for (const unsigned protocol : {6U, 17U, 1U}) {
    Packet packet = packet_of(100, protocol);
    packet[0] = std::byte{0x45};
    packet[9] = static_cast<std::byte>(protocol);
    pipe.on_packet(std::move(packet), kStart);
  }
  EXPECT_EQ(drain(pipe).size(), 2U);
  EXPECT_EQ(pipe.stats().lost.packets, 1U);
}

TEST(Pipe, OutagesLoseWhatLeavesDuringThem) {
  Pipe pipe({.outage = OutageSettings{1s, 15s}}, 1, kStart);
  for (unsigned i = 0; i < 30; ++i) pipe.on_packet(packet_of(100, i), kStart + i * 1s);
  std::vector<unsigned> lost;
  std::vector<bool> seen(30);
  for (const Arrival& arrival : drain(pipe)) seen[arrival.number] = true;
  for (unsigned i = 0; i < 30; ++i)
    if (!seen[i]) lost.push_back(i);
  EXPECT_EQ(lost, (std::vector<unsigned>{14, 29}));
}

TEST(Pipe, JitterKeepsTheOrderUnlessAsked) {
  for (const bool reorder : {false, true}) {
    Pipe pipe({.delay = 50ms, .jitter = 20ms, .reorder = reorder}, 1, kStart);
    for (unsigned i = 0; i < 200; ++i) pipe.on_packet(packet_of(100, i), kStart + i * 1ms);
    const auto arrivals = drain(pipe);
    ASSERT_EQ(arrivals.size(), 200U);
    EXPECT_EQ(std::is_sorted(arrivals.begin(), arrivals.end(),
                             [](const Arrival& a, const Arrival& b) { return a.number < b.number; }),
              !reorder);
    for (const Arrival& arrival : arrivals) {
      EXPECT_GE(arrival.at, arrival.number * 1ms + 30ms);
      EXPECT_LE(arrival.at, (reorder ? arrival.number : 200) * 1ms + 70ms);
    }
  }
}

TEST(Pipe, DownSwallowsWhatIsInItAndWhatComes) {
  Pipe pipe({.bits_per_second = 1e6, .delay = 50ms}, 1, kStart);
  for (unsigned i = 0; i < 3; ++i) pipe.on_packet(packet_of(1250, i), kStart);
  pipe.set_up(false, kStart + 15ms);
  pipe.on_packet(packet_of(1250), kStart + 20ms);
  EXPECT_EQ(pipe.next_deadline(), TimePoint::max());
  EXPECT_EQ(pipe.stats().swallowed.packets, 4U);
  EXPECT_EQ(pipe.stats().offered.packets, 3U);
  pipe.set_up(true, kStart + 30ms);
  pipe.on_packet(packet_of(1250, 9), kStart + 30ms);
  EXPECT_EQ(drain(pipe), (std::vector<Arrival>{{90ms, 9}}));
}

TEST(Pipe, ATraceLetsFifteenHundredBytesLeaveAtEachInstant) {
  Pipe pipe({.trace = {10ms, 20ms, 20ms, 50ms}}, 1, kStart);
  pipe.on_packet(packet_of(1500, 0), kStart);
  pipe.on_packet(packet_of(700, 1), kStart);
  pipe.on_packet(packet_of(700, 2), kStart);
  pipe.on_packet(packet_of(700, 3), kStart);  // 100 bytes at 20 ms, the rest at the second 20 ms
  pipe.on_packet(packet_of(1500, 4), kStart);
  pipe.on_packet(packet_of(1500, 5), kStart);
  EXPECT_EQ(drain(pipe), (std::vector<Arrival>{{10ms, 0}, {20ms, 1}, {20ms, 2}, {20ms, 3}, {50ms, 4}, {60ms, 5}}));
}

TEST(Pipe, ATraceWastesWhatNobodyUsesAndRepeats) {
  Pipe pipe({.trace = {10ms, 40ms}}, 1, kStart);
  pipe.on_packet(packet_of(100, 0), kStart + 11ms);
  EXPECT_EQ(drain(pipe), (std::vector<Arrival>{{40ms, 0}}));
  pipe.on_packet(packet_of(100, 1), kStart + 1000ms + 11ms);  // 25 rounds later
  EXPECT_EQ(drain(pipe), (std::vector<Arrival>{{1040ms, 1}}));
}

TEST(Pipe, AChangeOfProfileKeepsWhatWaits) {
  Pipe pipe({.bits_per_second = 1e4}, 1, kStart);
  for (unsigned i = 0; i < 3; ++i) pipe.on_packet(packet_of(1250, i), kStart);
  pipe.configure({.bits_per_second = 1e6}, std::nullopt, kStart + 100ms);
  EXPECT_EQ(drain(pipe), (std::vector<Arrival>{{110ms, 0}, {120ms, 1}, {130ms, 2}}));
}

TEST(Pipe, TheSameSeedGivesTheSameLinkAndJitterLeavesLossesAlone) {
  const auto survivors = [](std::uint64_t seed, Duration jitter) {
    Pipe pipe({.loss = {.in_good = .1}, .delay = 10ms, .jitter = jitter}, seed, kStart);
    for (unsigned i = 0; i < 250; ++i) pipe.on_packet(packet_of(100, i), kStart + i * 1ms);
    std::vector<unsigned> numbers;
    for (const Arrival& arrival : drain(pipe)) numbers.push_back(arrival.number);
    return numbers;
  };
  EXPECT_EQ(survivors(1, 0ms), survivors(1, 0ms));
  EXPECT_EQ(survivors(1, 0ms), survivors(1, 5ms));
  EXPECT_NE(survivors(1, 0ms), survivors(2, 0ms));
}

}  // namespace
}  // namespace support::link
