// The door: who gets in, who is asked to prove an address, and what is kept of whom.
#include <gtest/gtest.h>

#include "booster/transport/door.h"
#include "tests/sim/ends/fake_handshake.h"

namespace booster::transport {
namespace {

constexpr TimePoint kBegin{std::chrono::seconds(1000)};

Address address_of(std::uint16_t port) {
  Address address;
  address.ip[10] = address.ip[11] = std::byte{0xff};
  address.ip[15] = std::byte{9};
  address.port = port;
  return address;
}

class DoorTest : public testing::Test {
 protected:
  Bytes first_packet(Connection& client) {
    Bytes buffer(65536);
    buffer.resize(client.next_datagrams(buffer, kBegin).bytes);
    return buffer;
  }
  std::unique_ptr<Connection> newcomer(std::uint16_t port, Bytes token = {}) {
    handshakes_.push_back(std::make_unique<sim::FakeHandshake>(Role::Client, sim::FakeHandshake::Flights{}));
    Settings settings;
    settings.token = std::move(token);
    return std::make_unique<Connection>(settings, *handshakes_.back(), entropy_, Route{address_of(port), server_},
                                        kBegin);
  }
  void arrive(Door& door, Bytes datagram, std::uint16_t port) {
    door.on_datagram({server_, address_of(port)}, datagram, Ecn::NotEct, kBegin);
  }
  std::vector<Bytes> answers(Door& door) {
    std::vector<Bytes> all;
    for (;;) {
      Bytes buffer(65536);
      const DatagramRun run = door.next_datagrams(buffer, kBegin);
      if (run.bytes == 0) return all;
      buffer.resize(run.bytes);
      all.push_back(std::move(buffer));
    }
  }

  sim::SeededEntropy entropy_{3};
  sim::FakeExchanges maker_;
  std::vector<std::unique_ptr<sim::FakeHandshake>> handshakes_;
  crypto::Secret secret_ = crypto::Secret::of_text("secret");
  Address server_ = address_of(443);
};

TEST_F(DoorTest, ANewcomerIsAnswered) {
  Door door(secret_, maker_, entropy_, std::chrono::seconds(0), kBegin);
  arrive(door, first_packet(*newcomer(1)), 1);
  EXPECT_EQ(door.half_open(), 1U);
  EXPECT_EQ(answers(door).size(), 2U);  // a pair, to be timed
}

// A wrong id from a damaged packet would stand in the way of the real one until it times out.
TEST_F(DoorTest, TheDamagedDoNotGetIn) {
  Door door(secret_, maker_, entropy_, std::chrono::seconds(0), kBegin);
  const Bytes whole = first_packet(*newcomer(1));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes damaged = whole;
    damaged[at] ^= std::byte{0x10};
    arrive(door, damaged, 1);
    ASSERT_EQ(door.connections(), 0U) << at;
  }
  arrive(door, whole, 1);
  EXPECT_EQ(door.connections(), 1U);
}

// A short packet could never be written to such an id.
TEST_F(DoorTest, IdsOfOtherSizesDoNotGetIn) {
  Door door(secret_, maker_, entropy_, std::chrono::seconds(0), kBegin);
  for (const std::size_t source : {0U, 5U, 7U, 20U}) {
    Bytes packet(1300);
    packet::HandshakeHeader header;
    header.destination = *packet::ConnectionId::from(Bytes(8, std::byte{1}));
    header.source = *packet::ConnectionId::from(Bytes(source, std::byte{2}));
    const packet::HeaderPlace place = packet::write_header(packet, header);
    packet::set_length(packet, place.number_at);
    LongKeys keys(header.destination, Role::Client);
    keys.seal(packet, place, {0});
    arrive(door, packet, 1);
  }
  EXPECT_EQ(door.connections(), 0U);
}

TEST_F(DoorTest, AboveTheThresholdAnAddressIsProved) {
  DoorLimits limits;
  limits.retry_above = 2;
  Door door(secret_, maker_, entropy_, std::chrono::seconds(0), kBegin, limits);
  for (std::uint16_t port = 1; port <= 2; ++port) arrive(door, first_packet(*newcomer(port)), port);
  answers(door);
  const auto client = newcomer(3);
  arrive(door, first_packet(*client), 3);
  EXPECT_EQ(door.half_open(), 2U);
  auto retry = answers(door);
  ASSERT_EQ(retry.size(), 1U);
  client->on_datagram({address_of(3), server_}, retry[0], Ecn::NotEct, kBegin);
  const Bytes again = first_packet(*client);
  arrive(door, again, 4);  // from another address: the token is not for it
  EXPECT_EQ(door.half_open(), 2U);
  arrive(door, again, 3);
  EXPECT_EQ(door.half_open(), 3U);
}

TEST_F(DoorTest, NoMoreThanItsLimit) {
  DoorLimits limits;
  limits.half_open = 10;
  Door door(secret_, maker_, entropy_, std::chrono::seconds(0), kBegin, limits);
  for (std::uint16_t port = 1; port <= 100; ++port) arrive(door, first_packet(*newcomer(port)), port);
  EXPECT_EQ(door.connections(), 10U);
  door.on_deadline(kBegin + kHandshakeLimit);
  while (auto event = door.next_event()) {
    if (std::holds_alternative<Closed>(event->second)) door.forget(*event->first, kBegin + kHandshakeLimit);
  }
  EXPECT_EQ(door.half_open(), 0U);
  door.on_deadline(kBegin + kHandshakeLimit + kDraining);
  EXPECT_EQ(door.connections(), 0U);
}

// What still comes for it does not keep it; and it may be woken or forgotten again.
TEST_F(DoorTest, TheForgottenGo) {
  Door door(secret_, maker_, entropy_, std::chrono::seconds(0), kBegin);
  const Bytes first = first_packet(*newcomer(1));
  arrive(door, first, 1);
  Connection* guest = nullptr;
  while (auto event = door.next_event()) guest = event->first;
  arrive(door, first, 1);
  ASSERT_EQ(guest, nullptr);  // nothing to tell yet
  door.on_deadline(kBegin + kHandshakeLimit);
  while (auto event = door.next_event()) guest = event->first;
  ASSERT_NE(guest, nullptr);
  door.forget(*guest, kBegin + kHandshakeLimit);
  arrive(door, first, 1);
  answers(door);
  door.forget(*guest, kBegin + kHandshakeLimit);
  door.on_deadline(kBegin + kHandshakeLimit + kDraining);
  EXPECT_EQ(door.connections(), 0U);
  door.wake(*guest);
  door.forget(*guest, kBegin);
}

TEST_F(DoorTest, UnknownIdsGetAShorterReset) {
  Door door(secret_, maker_, entropy_, std::chrono::seconds(0), kBegin);
  Bytes packet(60, std::byte{0x41});
  arrive(door, packet, 1);
  const auto reset = answers(door);
  ASSERT_EQ(reset.size(), 1U);
  EXPECT_LT(reset[0].size(), packet.size());
  arrive(door, Bytes(20, std::byte{0x41}), 1);
  EXPECT_TRUE(answers(door).empty());
}

}  // namespace
}  // namespace booster::transport
