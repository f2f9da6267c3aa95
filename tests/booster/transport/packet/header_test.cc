#include "booster/transport/packet/header.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "booster/transport/packet/stateless.h"
#include "tests/booster/transport/packet/sealed.h"

namespace booster::transport::packet {
namespace {

Bytes handshake_packet(const HandshakeHeader& header, std::size_t payload) {
  Bytes packet(header_size(header) + payload + kTagSize, std::byte{0xee});
  const HeaderPlace place = write_header(packet, header);
  EXPECT_EQ(place.size, header_size(header));
  set_length(packet, place.number_at);
  return packet;
}

HandshakeHeader sample_header() {
  static const Bytes token = bytes_of("aabbcc");
  return {id_of("0102030405060708"), id_of("a1a2a3a4a5a6"), token, {9}, 1};
}

Bytes short_packet(const ConnectionId& id) {
  Bytes packet(kMinShort, std::byte{0xdd});
  write_header(packet, ShortHeader{id, true, {0x1234}, 2});
  return packet;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::optional<Packet> only(ByteView datagram) {
  PacketReader packets(datagram);
  const auto packet = packets.next();
  if (!packet || !*packet) return std::nullopt;
  const auto more = packets.next();
  return more && !*more ? *packet : std::nullopt;
}

bool refused(ByteView datagram) {
  PacketReader packets(datagram);
  const auto packet = packets.next();
  return !packet && packet.error().code == Errc::Protocol;
}

TEST(Header, AHandshakePacketIsReadAsWritten) {
  const HandshakeHeader header = sample_header();
  const Bytes bytes = handshake_packet(header, 40);
  const auto packet = only(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->kind, Kind::Handshake);
  EXPECT_EQ(packet->destination, header.destination);
  EXPECT_EQ(packet->source, header.source);
  EXPECT_EQ(codec::to_hex(packet->token), "aabbcc");
  EXPECT_EQ(packet->number_at, header_size(header) - 1);
  EXPECT_EQ(packet->end, bytes.size());
}

TEST(Header, AShortPacketFillsTheDatagram) {
  const ConnectionId id = id_of("a1a2a3a4a5a6");
  const auto packet = only(short_packet(id));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->kind, Kind::Short);
  EXPECT_EQ(packet->destination, id);
  EXPECT_EQ(packet->number_at, 7u);
  EXPECT_EQ(packet->end, kMinShort);
  EXPECT_EQ(kShortOverhead, 27u);
}

TEST(Header, CoalescedPacketsComeOneAfterTheOther) {
  HandshakeHeader header = sample_header();
  header.destination = id_of("a1a2a3a4a5a6");
  const Bytes first = handshake_packet(header, 40), last = short_packet(header.destination);
  const Bytes datagram = joined({first, first, last});
  PacketReader packets(datagram);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto packet = packets.next();
    ASSERT_TRUE(packet && *packet);
    EXPECT_EQ((*packet)->begin, i * first.size());
    EXPECT_EQ((*packet)->kind, i < 2 ? Kind::Handshake : Kind::Short);
  }
  EXPECT_FALSE(packets.next()->has_value());
}

TEST(Header, WhatIsForAnotherOrStandsAloneIsNoCompany) {
  const Bytes first = handshake_packet(sample_header(), 40);
  std::array<std::byte, 256> room;
  const Bytes token = bytes_of("00");
  const std::size_t size =
      write_retry(room, {id_of("0102030405060708"), id_of("b1b2b3b4b5b6"), id_of("0102030405060708"), token});
  const Bytes retry(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
  for (const Bytes& second : {short_packet(id_of("010203040506")), retry, bytes_of("00"), bytes_of("ff")}) {
    const Bytes datagram = joined({first, second});
    PacketReader packets(datagram);
    ASSERT_TRUE(packets.next().has_value());
    const auto behind = packets.next();
    ASSERT_FALSE(behind.has_value());
    EXPECT_EQ(behind.error().code, Errc::Protocol);
    EXPECT_FALSE(packets.next()->has_value()) << "nothing is read behind an error";
  }
}

TEST(Header, CutAtEveryLengthItIsRefused) {
  const Bytes handshake = handshake_packet(sample_header(), 40), brief = short_packet(id_of("a1a2a3a4a5a6"));
  for (std::size_t cut = 1; cut < handshake.size(); ++cut) EXPECT_TRUE(refused(ByteView(handshake).first(cut))) << cut;
  for (std::size_t cut = 1; cut < brief.size(); ++cut) EXPECT_TRUE(refused(ByteView(brief).first(cut))) << cut;
  EXPECT_FALSE(PacketReader({}).next()->has_value());
}

TEST(Header, ImpossibleHeadsAreRefused) {
  const std::string tail = " 0014 0000000000000000000000000000000000000000";
  EXPECT_FALSE(refused(bytes_of("80 50420001 00 00 00" + tail)));
  EXPECT_TRUE(refused(bytes_of("c0 50420001 00 00 00" + tail)));                                             // type 2
  EXPECT_TRUE(refused(bytes_of("e0 50420001 00 00 00" + tail)));                                             // type 3
  EXPECT_TRUE(refused(bytes_of("80 50420001 15 000000000000000000000000000000000000000000 00 00" + tail)));  // id of 21
  EXPECT_TRUE(refused(bytes_of("80 50420001 00 15 000000000000000000000000000000000000000000 00" + tail)));
  EXPECT_TRUE(refused(bytes_of("80 50420001 00 00 81" + std::string(2 * 0x81, '0') + tail)));  // token of 129
  EXPECT_FALSE(refused(bytes_of("80 50420001 00 00 80" + std::string(2 * 0x80, '0') + tail)));
  EXPECT_TRUE(refused(bytes_of("80 50420001 00 00 00 0013 00000000000000000000000000000000000000")));  // no sample
  EXPECT_TRUE(refused(bytes_of("80 50420001 00 00 00 0015 0000000000000000000000000000000000000000")));
  EXPECT_TRUE(refused(bytes_of("20" + std::string(100, '0'))));
  EXPECT_TRUE(refused(bytes_of("60" + std::string(100, '0'))));
}

TEST(Header, RetryAndVersionNegotiation) {
  const std::string tag(32, '0');
  const Bytes retry_bytes = bytes_of("a0 50420001 01 aa 01 bb 746f6b" + tag);
  const auto retry = only(retry_bytes);
  ASSERT_TRUE(retry);
  EXPECT_EQ(retry->kind, Kind::Retry);
  EXPECT_EQ(codec::to_hex(retry->token), "746f6b");
  EXPECT_TRUE(refused(bytes_of("a0 50420001 01 aa 01 bb" + tag)));  // no token
  EXPECT_TRUE(refused(bytes_of("a4 50420001 01 aa 01 bb 746f6b" + tag)));
  EXPECT_TRUE(refused(bytes_of("a0 50420001 01 aa 01 bb" + std::string(2 * 129, '0') + tag)));

  std::array<std::byte, 64> room;
  const std::array<std::uint32_t, 2> known{7, kVersion};
  const std::size_t size = write_version_negotiation(room, id_of("aa"), id_of("bb"), known);
  const auto negotiation = only(ByteView(room).first(size));
  ASSERT_TRUE(negotiation);
  EXPECT_EQ(negotiation->kind, Kind::VersionNegotiation);
  EXPECT_EQ(negotiation->destination, id_of("aa"));
  EXPECT_TRUE(lists_version(negotiation->versions, kVersion));
  EXPECT_FALSE(lists_version(negotiation->versions, 8));
  EXPECT_TRUE(refused(ByteView(room).first(size - 1)));
  EXPECT_TRUE(refused(ByteView(room).first(size - 8)));
  EXPECT_EQ(write_version_negotiation(std::span(room).first(size - 1), id_of("aa"), id_of("bb"), known), 0u);
}

TEST(Header, OfAnotherVersionOnlyTheIdsAreRead) {
  const auto packet = only(bytes_of("ff 00000001 02 aabb 01 cc 99887766"));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->kind, Kind::OtherVersion);
  EXPECT_EQ(packet->version, 1u);
  EXPECT_EQ(packet->destination, id_of("aabb"));
  EXPECT_EQ(packet->source, id_of("cc"));
}

RC_GTEST_PROP(Header, AnyHandshakeHeaderComesBack, ()) {
  const auto bytes = [](std::size_t limit) {
    const auto size = *rc::gen::inRange<std::size_t>(0, limit + 1);
    return *rc::gen::container<std::vector<std::uint8_t>>(size, rc::gen::arbitrary<std::uint8_t>());
  };
  const auto view = [](const std::vector<std::uint8_t>& from) { return std::as_bytes(std::span(from)); };
  const auto destination = bytes(kMaxIdSize), source = bytes(kMaxIdSize), token = bytes(kMaxToken);
  const HandshakeHeader header{*ConnectionId::from(view(destination)),
                               *ConnectionId::from(view(source)),
                               view(token),
                               {1},
                               *rc::gen::inRange<std::size_t>(1, 5)};
  const Bytes datagram = handshake_packet(header, 30);
  const auto packet = only(datagram);
  RC_ASSERT(packet.has_value());
  RC_ASSERT(packet->destination == header.destination);
  RC_ASSERT(packet->source == header.source);
  RC_ASSERT(as_text(packet->token) == as_text(header.token));
  RC_ASSERT(packet->number_at + header.number_size == header_size(header));
}

}  // namespace
}  // namespace booster::transport::packet
