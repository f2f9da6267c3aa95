// The connection's small parts: keys in use, the small streams.
#include <gtest/gtest.h>

#include "booster/transport/key_use.h"
#include "booster/transport/limits.h"
#include "booster/transport/small_stream.h"

namespace booster::transport {
namespace {

const Bytes kExported(packet::kExportedSize, std::byte{7});

struct KeyedEnds {
  ShortKeys client{Aead::Aes128Gcm, packet::packet_secrets(kExported), Role::Client};
  ShortKeys gateway{Aead::Aes128Gcm, packet::packet_secrets(kExported), Role::Gateway};

  static Bytes sealed(ShortKeys& by, PathId path, PacketNumber number) {
    Bytes packet(60);
    packet::ShortHeader header;
    header.destination = *packet::ConnectionId::from(Bytes(packet::kIdSize, std::byte{1}));
    header.key_phase = by.phase();
    header.number = number;
    const packet::HeaderPlace place = packet::write_header(packet, header);
    by.seal(packet, place, path, number);
    return packet;
  }
  static bool opens(ShortKeys& by, Bytes packet, PathId path) {
    return by.open(packet, 1 + packet::kIdSize, path, std::nullopt).has_value();
  }
  static void update(ShortKeys& who, PathId path, PacketNumber acked) {
    who.wear(std::uint64_t{1} << 22);
    who.on_acked(path, acked);
  }
};

TEST(KeyUse, AnUpdateIsFollowedAndOldPacketsStillOpen) {
  KeyedEnds ends;
  const Bytes late = KeyedEnds::sealed(ends.client, {0}, {1});
  EXPECT_TRUE(KeyedEnds::opens(ends.gateway, KeyedEnds::sealed(ends.client, {0}, {2}), {0}));
  KeyedEnds::update(ends.client, {0}, {2});
  EXPECT_TRUE(ends.client.phase());
  EXPECT_TRUE(KeyedEnds::opens(ends.gateway, KeyedEnds::sealed(ends.client, {0}, {3}), {0}));
  EXPECT_TRUE(ends.gateway.phase());
  EXPECT_TRUE(KeyedEnds::opens(ends.gateway, late, {0}));
}

TEST(KeyUse, BothAtOnce) {
  KeyedEnds ends;
  (void)KeyedEnds::sealed(ends.client, {0}, {1});
  (void)KeyedEnds::sealed(ends.gateway, {0}, {1});
  KeyedEnds::update(ends.client, {0}, {1});
  KeyedEnds::update(ends.gateway, {0}, {1});
  EXPECT_TRUE(KeyedEnds::opens(ends.gateway, KeyedEnds::sealed(ends.client, {0}, {2}), {0}));
  EXPECT_TRUE(KeyedEnds::opens(ends.client, KeyedEnds::sealed(ends.gateway, {0}, {2}), {0}));
  EXPECT_EQ(ends.client.phase(), ends.gateway.phase());
}

// RFC 9001 §6.1
TEST(KeyUse, NotAgainBeforeThePresentPhaseIsAcknowledged) {
  KeyedEnds ends;
  (void)KeyedEnds::sealed(ends.client, {0}, {1});
  KeyedEnds::update(ends.client, {0}, {1});
  KeyedEnds::update(ends.client, {0}, {1});
  EXPECT_TRUE(ends.client.phase());
  (void)KeyedEnds::sealed(ends.client, {0}, {2});
  KeyedEnds::update(ends.client, {0}, {2});
  EXPECT_FALSE(ends.client.phase());
}

// Two updates, the second one seen first on a path where nothing of the phase between has come.
TEST(KeyUse, TheNextPhaseOnAFreshPath) {
  KeyedEnds ends;
  (void)KeyedEnds::sealed(ends.client, {0}, {1});
  KeyedEnds::update(ends.client, {0}, {1});
  EXPECT_TRUE(KeyedEnds::opens(ends.gateway, KeyedEnds::sealed(ends.client, {0}, {2}), {0}));
  KeyedEnds::update(ends.client, {0}, {2});
  EXPECT_FALSE(ends.client.phase());
  EXPECT_TRUE(KeyedEnds::opens(ends.gateway, KeyedEnds::sealed(ends.client, {1}, {0}), {1}));
  EXPECT_FALSE(ends.gateway.phase());
}

TEST(SmallStreams, PiecesInAnyOrderComeOnce) {
  SmallStream stream(100);
  EXPECT_TRUE(stream.on_piece(3, as_bytes("def")));
  EXPECT_TRUE(stream.take().empty());
  EXPECT_TRUE(stream.on_piece(0, as_bytes("abcd")));
  EXPECT_EQ(as_text(stream.take()), "abcdef");
  EXPECT_TRUE(stream.on_piece(0, as_bytes("abc")));
  EXPECT_TRUE(stream.take().empty());
}

TEST(SmallStreams, NoFurtherAheadThanTheLimit) {
  SmallStream stream(100);
  EXPECT_TRUE(stream.on_piece(99, as_bytes("x")));
  EXPECT_EQ(stream.on_piece(100, as_bytes("x")).error().code, Errc::Limit);
  EXPECT_EQ(stream.on_piece(session::kMaxOffset - 1, as_bytes("x")).error().code, Errc::Limit);
}

TEST(SmallStreams, WhatIsLostGoesAgainFirst) {
  SmallStream stream(100);
  stream.write(as_bytes("abcdef"));
  EXPECT_EQ(stream.next_piece(2)->offset, 0U);
  EXPECT_EQ(stream.next_piece(2)->offset, 2U);
  stream.on_lost(0, 2);
  EXPECT_EQ(stream.next_piece(4)->offset, 0U);
  EXPECT_EQ(stream.next_piece(4)->offset, 4U);
  EXPECT_FALSE(stream.next_piece(4));
  stream.on_acked(0, 6);
  EXPECT_TRUE(stream.all_acked());
}

}  // namespace
}  // namespace booster::transport
