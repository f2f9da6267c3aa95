#include "booster/transport/packet/protection.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/booster/transport/packet/sealed.h"

namespace booster::transport::packet {
namespace {

constexpr std::array kBoth = {Aead::Aes128Gcm, Aead::ChaCha20Poly1305};

ShortHeader short_head(std::uint64_t number, std::size_t size = 2, bool key_phase = false) {
  return {id_of("a1a2a3a4a5a6"), key_phase, {number}, size};
}
HandshakeHeader handshake_head() {
  static const Bytes token = bytes_of("746f6b656e");
  return {id_of("0102030405060708"), id_of("a1a2a3a4a5a6"), token, {0}, 1};
}
Errc refusal(const Result<Bytes>& result) {
  return result ? Errc::Cancelled : result.error().code;
}
bool is_refused(const Result<Bytes>& result) {
  return refusal(result) == Errc::Denied || refusal(result) == Errc::Protocol;
}

TEST(Protection, WhatIsSealedOpens) {
  for (const Aead aead : kBoth) {
    SendingEnd from(keys_for(aead));
    ReceivingEnd to(keys_for(aead));
    const auto payload = to.open({3}, from.seal_short({3}, short_head(70000, 3, true), as_bytes("frames")), {{69000}});
    ASSERT_TRUE(payload);
    EXPECT_EQ(codec::to_string(*payload), "frames");
    EXPECT_EQ(to.last.number.value, 70000u);
    EXPECT_TRUE(to.last.key_phase);
    ASSERT_TRUE(to.open(kHandshakePath, from.seal_handshake(handshake_head(), as_bytes("flight"))));
    EXPECT_EQ(to.last.number.value, 0u);
  }
}

TEST(Protection, TheShortestPayloadsArePaddedForTheSample) {
  for (std::size_t number_size = 1; number_size <= 4; ++number_size) {
    for (std::size_t size = 0; size <= 4; ++size) {
      SendingEnd from(keys_for(Aead::Aes128Gcm));
      ReceivingEnd to(keys_for(Aead::Aes128Gcm));
      const Bytes packet = from.seal_short({0}, short_head(5, number_size), Bytes(size, std::byte{0x40}));
      EXPECT_EQ(packet.size(), std::max(kMinShort, 7 + number_size + size + kTagSize));
      EXPECT_TRUE(to.open({0}, packet));
    }
  }
}

TEST(Protection, CutAtEveryLengthItIsRefused) {
  for (const Aead aead : kBoth) {
    SendingEnd from(keys_for(aead));
    ReceivingEnd to(keys_for(aead));
    for (const Bytes& packet : {from.seal_short({1}, short_head(9), as_bytes("some frames of a session")),
                                from.seal_handshake(handshake_head(), as_bytes("some of a flight"))}) {
      const PathId path = packet.size() > 60 ? kHandshakePath : PathId{1};
      ASSERT_TRUE(to.open(path, packet));
      for (std::size_t cut = 0; cut < packet.size(); ++cut)
        EXPECT_TRUE(is_refused(to.open(path, Bytes(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(cut)))))
            << cut;
    }
  }
}

TEST(Protection, EveryFlippedBitIsRefused) {
  for (const Aead aead : kBoth) {
    SendingEnd from(keys_for(aead));
    ReceivingEnd to(keys_for(aead));
    for (const Bytes& packet : {from.seal_short({1}, short_head(9), as_bytes("frames")),
                                from.seal_handshake(handshake_head(), as_bytes("flight"))}) {
      const PathId path = packet.size() > 40 ? kHandshakePath : PathId{1};
      for (std::size_t bit = 0; bit < 8 * packet.size(); ++bit) {
        Bytes changed = packet;
        changed[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        EXPECT_TRUE(is_refused(to.open(path, changed))) << bit;
      }
    }
  }
}

TEST(Protection, AReplayOnAnotherPathIsRefused) {
  SendingEnd from(keys_for(Aead::Aes128Gcm));
  ReceivingEnd to(keys_for(Aead::Aes128Gcm));
  const Bytes packet = from.seal_short({1}, short_head(9), as_bytes("frames"));
  EXPECT_TRUE(to.open({1}, packet));
  for (const PathId other : {PathId{0}, PathId{2}, PathId{0x01000000}, kHandshakePath})
    EXPECT_EQ(refusal(to.open(other, packet)), Errc::Denied);
}

TEST(Protection, AnotherConnectionsKeysDoNotOpen) {
  for (const Aead aead : kBoth) {
    SendingEnd from(keys_for(aead, "one"));
    ReceivingEnd to(keys_for(aead, "other"));
    EXPECT_EQ(refusal(to.open({1}, from.seal_short({1}, short_head(9), as_bytes("frames")))), Errc::Denied);
  }
}

TEST(Protection, ReservedBitsAreRefusedOnceThePacketIsKnownToBeThePeers) {
  for (const std::byte bit : {std::byte{0x08}, std::byte{0x10}}) {
    SendingEnd from(keys_for(Aead::Aes128Gcm));
    ReceivingEnd to(keys_for(Aead::Aes128Gcm));
    Bytes packet(9);
    const HeaderPlace place = write_header(packet, short_head(9));
    packet[0] |= bit;
    const Bytes sealed = from.finish(packet, place, 2, as_bytes("frames"), {1}, {9});
    EXPECT_EQ(refusal(to.open({1}, sealed)), Errc::Protocol);
    EXPECT_EQ(refusal(to.open({2}, sealed)), Errc::Denied);
  }
}

TEST(Protection, ANumberThatCannotBeIsRefused) {
  SendingEnd from(keys_for(Aead::Aes128Gcm));
  ReceivingEnd to(keys_for(Aead::Aes128Gcm));
  const Bytes packet = from.seal_short({1}, short_head(0, 1), as_bytes("frames"));
  EXPECT_EQ(refusal(to.open({1}, packet, kMaxPacketNumber)), Errc::Protocol);
}

TEST(Protection, TheTagOfARefusedPacketStays) {
  ReceivingEnd to(keys_for(Aead::Aes128Gcm));
  Bytes packet(60, std::byte{0x5a});
  const auto plain = to.header.unprotect(packet, 7, std::nullopt);
  ASSERT_TRUE(plain);
  EXPECT_FALSE(to.opener.open({0}, *plain, packet));
  EXPECT_EQ(codec::to_hex(ByteView(packet).last(16)), codec::to_hex(Bytes(16, std::byte{0x5a})));
}

TEST(Protection, AKeyUpdateChangesTheKeyAndKeepsTheHeaders) {
  for (const Aead aead : kBoth) {
    const crypto::Secret first = crypto::Secret::of(crypto::sha256("first").view());
    const crypto::Secret second = next_secret(first);
    SendingEnd from(derive_keys(aead, first));
    ReceivingEnd to(derive_keys(aead, first));
    from.sealer = Sealer(derive_keys(aead, second));
    const Bytes packet = from.seal_short({1}, short_head(9, 2, true), as_bytes("frames"));
    EXPECT_EQ(refusal(to.open({1}, packet)), Errc::Denied);
    EXPECT_TRUE(to.last.key_phase) << "read before a key is chosen";
    to.opener = Opener(derive_keys(aead, second));
    EXPECT_TRUE(to.open({1}, packet));
  }
}

RC_GTEST_PROP(Protection, AnyPacketComesBack, ()) {
  const Aead aead = kBoth[*rc::gen::inRange<std::size_t>(0, 2)];
  const auto text = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
  const auto number = *rc::gen::inRange<std::uint64_t>(0, kMaxPacketNumber.value);
  const auto size = *rc::gen::inRange<std::size_t>(1, 5);
  const PathId path{*rc::gen::inRange<std::uint32_t>(0, 0xffffffff)};
  SendingEnd from(keys_for(aead));
  ReceivingEnd to(keys_for(aead));
  const Bytes packet = from.seal_short(path, short_head(number, size), std::as_bytes(std::span(text)));
  const auto seen = number > 0 ? std::optional(PacketNumber{number - 1}) : std::nullopt;
  const auto payload = to.open(path, packet, seen);
  RC_ASSERT(payload.has_value());
  RC_ASSERT(to.last.number == PacketNumber{number});
  const std::size_t padding = padding_for(size, text.size());
  RC_ASSERT(as_text(ByteView(*payload).subspan(padding)) == as_text(std::as_bytes(std::span(text))));
}

}  // namespace
}  // namespace booster::transport::packet
