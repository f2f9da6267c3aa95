// A peer that passed the exchange and then breaks every rule it can: closed at once and with a reason, or bounded.
#include "tests/booster/transport/couple.h"

#include <gtest/gtest.h>

namespace booster::transport {
namespace {

using namespace packet;

// What the gateway ends with after this payload; nullopt: it goes on.
std::optional<Errc> ends_with(ByteView payload) {
  Couple couple;
  EXPECT_TRUE(couple.establish());
  couple.inject(payload);
  couple.take_events();
  if (!couple.gateway().closed()) return std::nullopt;
  EXPECT_TRUE(std::holds_alternative<Closed>(couple.gateway_events.back()));
  couple.run(2 * Couple::kWay);
  couple.take_events();
  EXPECT_TRUE(couple.client().closed());  // and the peer is told why
  return std::get<Closed>(couple.gateway_events.back()).error.code;
}
std::optional<Errc> ends_with(std::initializer_list<frame::Frame> frames) {
  return ends_with(Couple::encoded(frames));
}

frame::Ack ack_of(PathId path, std::span<const NumberRange> ranges) {
  frame::Ack ack;
  ack.path = path;
  ack.ranges = ranges;
  return ack;
}

TEST(HostilePeer, PacketsThatBreakTheTable) {
  const NumberRange unsent[] = {{{5000}, {5000}}};
  const NumberRange first[] = {{{0}, {0}}};
  const Bytes more(kMaxTls / 2, std::byte{'T'});
  EXPECT_EQ(ends_with({frame::Ping{}}), std::nullopt);
  EXPECT_EQ(ends_with(ByteView{}), std::nullopt);  // one zero is PADDING
  EXPECT_EQ(ends_with({ack_of({0}, unsent)}), Errc::Protocol);
  EXPECT_EQ(ends_with({ack_of({3}, first)}), Errc::Protocol);  // a path never used
  EXPECT_EQ(ends_with({ack_of({77777}, first)}), Errc::Protocol);
  EXPECT_EQ(ends_with({ack_of(kHandshakePath, first)}), Errc::Protocol);
  EXPECT_EQ(ends_with({frame::Handshake{frame::kMaxOffset - 1, {}}}), Errc::Limit);
  EXPECT_EQ(ends_with({frame::Greeting{kMaxGreeting, as_bytes("x")}}), Errc::Limit);
  EXPECT_EQ(ends_with({frame::Token{as_bytes("token")}}), Errc::Protocol);
  EXPECT_EQ(ends_with({frame::HandshakeDone{}}), Errc::Protocol);
  EXPECT_EQ(ends_with({frame::RetirePath{{0}}}), Errc::Protocol);     // on itself
  EXPECT_EQ(ends_with({frame::RetirePath{{4000}}}), Errc::Protocol);  // never given
  EXPECT_EQ(ends_with({frame::NewPath{{5000}, *ConnectionId::from(Bytes(kIdSize)), {}}}), Errc::Limit);
  EXPECT_EQ(ends_with({frame::NewPath{{1}, *ConnectionId::from(Bytes(kIdSize)), {}}}), Errc::Protocol);  // another id
  EXPECT_EQ(ends_with(Bytes{std::byte{0x4d}}), Errc::Protocol);  // no such frame
  EXPECT_EQ(ends_with(Bytes{std::byte{0xff}}), Errc::Protocol);
}

TEST(HostilePeer, ArrivalTimesOfWhatWasNeverSent) {
  const frame::ArrivalTick times[] = {{1}, {2}};
  EXPECT_EQ(ends_with({frame::Times{{0}, {5000}, times}}), Errc::Protocol);
  EXPECT_EQ(ends_with({frame::Times{{9}, {0}, times}}), std::nullopt);
}

// The session's rules are told as the session's.
TEST(HostilePeer, SessionFramesBeyondTheirCredit) {
  Couple couple;
  ASSERT_TRUE(couple.establish());
  Bytes bytes(64, std::byte{0x3f});
  couple.inject(bytes);
  EXPECT_TRUE(couple.gateway().closed());
}

// Nothing that a packet brings is touched after it took away its own path.
TEST(HostilePeer, APathRetiredWhileItsPacketIsRead) {
  Couple couple;
  ASSERT_TRUE(couple.establish());
  Route other = Couple::client_route();
  other.local.port = 999;
  ASSERT_TRUE(couple.client().move(other, couple.now));
  couple.run(std::chrono::milliseconds(50));
  couple.inject(Couple::encoded({frame::RetirePath{{1}}, frame::Ping{}, frame::PathChallenge{}}));
  couple.inject(Couple::encoded({frame::PathChallenge{}, frame::RetirePath{{0}}, frame::PathChallenge{}}));
  couple.run(std::chrono::milliseconds(50));
}

TEST(HostilePeer, FloodsAreAnsweredWithinBounds) {
  Couple couple;
  ASSERT_TRUE(couple.establish());
  const std::size_t before = couple.sent_down;
  std::size_t injected = 0;
  for (int i = 0; i < 2000; ++i) {
    Bytes payload;
    for (int k = 0; k < 100; ++k) {
      const Bytes one = Couple::encoded({frame::PathChallenge{}, frame::Ping{}});
      payload.insert(payload.end(), one.begin(), one.end());
    }
    injected += payload.size();
    couple.inject(payload);
    couple.run(std::chrono::microseconds(100));
  }
  EXPECT_FALSE(couple.gateway().closed());
  EXPECT_LT(couple.sent_down - before, injected);
}

TEST(HostilePeer, PathsOpenedAndRetiredWithoutEnd) {
  Couple couple;
  ASSERT_TRUE(couple.establish());
  for (std::uint32_t i = 1; i < 3000 && !couple.gateway().closed(); ++i) {
    couple.inject(Couple::encoded({frame::RetirePath{{i}}}));
    couple.run(std::chrono::microseconds(10));
    couple.take_events();
  }
  EXPECT_FALSE(couple.gateway().closed());
  EXPECT_LE(couple.gateway().paths(), path::kPathsAtOnce);
}

// Every second number only: an ACK tells so many ranges, and no more is remembered.
TEST(HostilePeer, GapsWithoutEnd) {
  Couple couple;
  ASSERT_TRUE(couple.establish());
  const Bytes ping = Couple::encoded({frame::Ping{}});
  for (int i = 0; i < 20'000; ++i) {
    (void)couple.forged(ping);
    couple.inject(ping);
  }
  EXPECT_LE(couple.gateway().active().received.ranges().size(), recovery::kMaxRanges);
  couple.run(std::chrono::milliseconds(100));
  EXPECT_FALSE(couple.gateway().closed());
}

// Not the peer's: seen before, damaged, or of someone else.
TEST(HostilePeer, WhatDoesNotOpenIsNothing) {
  Couple couple, other(8);
  ASSERT_TRUE(couple.establish());
  ASSERT_TRUE(other.establish());
  const Bytes good = couple.forged(Couple::encoded({frame::RetirePath{{4000}}}));
  for (std::size_t at = 0; at < good.size() * 8; ++at) {
    Bytes bad = good;
    bad[at / 8] ^= static_cast<std::byte>(1U << (at % 8));
    couple.gateway().on_datagram(Couple::gateway_route(), bad, Ecn::NotEct, couple.now);
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    couple.gateway().on_datagram(Couple::gateway_route(), cut, Ecn::NotEct, couple.now);
  }
  EXPECT_FALSE(couple.gateway().closed());
  Bytes whole = good;
  couple.gateway().on_datagram(Couple::gateway_route(), whole, Ecn::NotEct, couple.now);
  EXPECT_TRUE(couple.gateway().closed());
  Bytes foreign = good;
  other.gateway().on_datagram(Couple::gateway_route(), foreign, Ecn::NotEct, other.now);
  EXPECT_FALSE(other.gateway().closed());
}

}  // namespace
}  // namespace booster::transport
