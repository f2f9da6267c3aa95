#include "tests/sim/meters.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace sim {
namespace {

const Address kMeteredServer = address("192.0.2.1", 443);
const Address kStranger = address("10.0.0.1", 1);
const Address kFriend = address("10.0.0.2", 2);

Datagram datagram_of(const Address& source, const Address& destination, std::size_t bytes) {
  Datagram datagram;
  datagram.source = source;
  datagram.destination = destination;
  datagram.bytes.resize(bytes);
  return datagram;
}

TEST(AmplificationMeter, CountsTheWorstOfTheUnvalidated) {
  AmplificationMeter meter;
  meter.on_received(datagram_of(kStranger, kMeteredServer, 1000), kEpoch);
  meter.on_sent(datagram_of(kMeteredServer, kStranger, 2500), kEpoch);
  EXPECT_EQ(meter.worst(), 2.5);
  meter.on_received(datagram_of(kStranger, kMeteredServer, 9000), kEpoch);
  EXPECT_EQ(meter.ratio(kStranger), .25);
  EXPECT_EQ(meter.worst(), 2.5);
  meter.on_received(datagram_of(kFriend, kMeteredServer, 10), kEpoch);
  meter.validated(kFriend);
  meter.on_sent(datagram_of(kMeteredServer, kFriend, 9999), kEpoch);
  EXPECT_EQ(meter.worst(), 2.5);
  meter.on_sent(datagram_of(kMeteredServer, address("10.0.0.3", 3), 1), kEpoch);
  EXPECT_TRUE(std::isinf(meter.worst()));
}

TEST(TrafficMeter, CountsByRemote) {
  TrafficMeter meter;
  meter.on_sent(datagram_of(kStranger, kMeteredServer, 100), kEpoch);
  meter.on_sent(datagram_of(kStranger, kFriend, 50), kEpoch);
  meter.on_received(datagram_of(kFriend, kStranger, 7), kEpoch);
  EXPECT_EQ(meter.sent().bytes, 150U);
  EXPECT_EQ(meter.sent_to(kFriend).datagrams, 1U);
  EXPECT_EQ(meter.received_from(kFriend).bytes, 7U);
  EXPECT_EQ(meter.received().datagrams, 1U);
}

TEST(Fairness, IsJainsIndex) {
  EXPECT_EQ(fairness(std::array{3., 3., 3.}), 1);
  EXPECT_NEAR(fairness(std::array{1., 0., 0.}), 1. / 3, 1e-9);
}

}  // namespace
}  // namespace sim
