// What a peer may write that no frame is.
#include <gtest/gtest.h>

#include "tests/booster/transport/packet/frames.h"

namespace booster::transport::packet::frame {
namespace {

std::optional<Errc> decoded(ByteView bytes) {
  Scratch scratch;
  ByteReader in(bytes);
  const auto frame = decode(in, scratch);
  return frame ? std::nullopt : std::optional(frame.error().code);
}
std::optional<Errc> decoded_hex(std::string_view hex) {
  return decoded(bytes_of(hex));
}

TEST(HostileFrame, CutAnywhereItIsRefused) {
  for (const Frame& frame : sample_frames()) {
    const Bytes bytes = encoded(frame);
    if (ends_with_the_payload(frame)) continue;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
      EXPECT_EQ(decoded(ByteView(bytes).first(cut)), Errc::Protocol) << frame.index() << " cut at " << cut;
  }
}

TEST(HostileFrame, UnknownTypes) {
  for (unsigned type = 0x4e; type < 0x100; ++type)
    EXPECT_EQ(decoded(Bytes(40, static_cast<std::byte>(type))), Errc::Protocol);
}

TEST(HostileFrame, VarintsThatAreNotMinimalOrTooLong) {
  EXPECT_EQ(decoded_hex("47 01"), std::nullopt);
  EXPECT_EQ(decoded_hex("47 8100"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("44 8000 00"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("44 00 8000"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("44 ffffffffffffffffff02 00"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 00 8000"), Errc::Protocol);
}

TEST(HostileFrame, RangesBelowZero) {
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 00 05"), std::nullopt);
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 00 06"), Errc::Protocol);        // first
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 01 03 00 00"), std::nullopt);    // 2-5, 0
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 01 03 01 00"), Errc::Protocol);  // gap
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 01 03 00 01"), Errc::Protocol);  // length
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 01 04 00 00"), Errc::Protocol);  // nothing fits below 1
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 01 00 ffffffffffffffffff01 00"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("41 00 05 00 00000000 01 00 00 ffffffffffffffffff01"), Errc::Protocol);
}

TEST(HostileFrame, MoreRangesOrTimesThanAllowed) {
  const auto ack = [](const std::string& count, std::size_t pairs) {
    return decoded_hex("41 00 ff7f 00 00000000 " + count + " 00 " + std::string(4 * pairs, '0'));
  };
  EXPECT_EQ(ack("3f", 63), std::nullopt);
  EXPECT_EQ(ack("40", 64), Errc::Limit);
  EXPECT_EQ(ack("ffffffffffffffffff01", 64), Errc::Limit);
  EXPECT_EQ(decoded_hex("43 00 00 8001 00000000" + std::string(2 * 127, '0')), std::nullopt);
  EXPECT_EQ(decoded_hex("43 00 00 8101 00000000" + std::string(2 * 128, '0')), Errc::Limit);
  EXPECT_EQ(decoded_hex("43 00 00 00 00000000"), Errc::Protocol);
}

TEST(HostileFrame, NumbersAndPathsBeyondTheirRange) {
  const std::string too_high = "8080808080808080 40";  // 2^62
  EXPECT_EQ(decoded_hex("41 00 " + too_high + " 00 00000000 00 00"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("43 00 ffffffffffffffff 3f 01 00000000"), std::nullopt);
  EXPECT_EQ(decoded_hex("43 00 ffffffffffffffff 3f 02 00000000 00"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("43 00 00 02 00000000 8080808010"), Errc::Protocol);  // 2^32 ticks later
  EXPECT_EQ(decoded_hex("41 ffffffff0f 05 00 00000000 00 00"), std::nullopt);
  EXPECT_EQ(decoded_hex("41 8080808010 05 00 00000000 00 00"), Errc::Protocol);  // 2^32
  EXPECT_EQ(decoded_hex("47 ffffffff0f"), Errc::Protocol);                       // the handshake's is no path
  EXPECT_EQ(decoded_hex("46 ffffffff0f" + std::string(44, '0')), Errc::Protocol);
  EXPECT_EQ(decoded_hex("43 ffffffff0f 00 01 00000000"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("41 00 05 8080808010 00000000 00 00"), Errc::Limit);  // delay
  EXPECT_EQ(decoded_hex("42 00 05 00 00000000 00 00 00 00 " + too_high), Errc::Protocol);
}

TEST(HostileFrame, StreamOffsetsBeyondTheirRange) {
  for (const std::string type : {"44", "45"}) {
    EXPECT_EQ(decoded_hex(type + " ffffffffffffffff 3f 01 00"), std::nullopt);
    EXPECT_EQ(decoded_hex(type + " ffffffffffffffff 3f 02 0000"), Errc::Protocol);
    EXPECT_EQ(decoded_hex(type + " ffffffffffffffffff01 00"), Errc::Protocol);
    EXPECT_EQ(decoded_hex(type + " 00 ffffffffffffffff 3f 00"), Errc::Protocol);
  }
}

TEST(HostileFrame, LengthsAreRefusedBeforeTheirBytesAreThere) {
  EXPECT_EQ(decoded_hex("4a 8101"), Errc::Limit);     // token of 129
  EXPECT_EQ(decoded_hex("4a 00"), Errc::Protocol);    // of none
  EXPECT_EQ(decoded_hex("4c 05 8102"), Errc::Limit);  // reason of 257
}

TEST(HostileFrame, AKeepaliveIsNeitherAFloodNorNever) {
  Scratch scratch;
  for (const char* const hex : {"4d 04", "4d 00", "4d 91 1c"}) {  // 4, 0 and 3,601 seconds
    const Bytes bytes = bytes_of(hex);
    ByteReader in(bytes);
    const auto frame = decode(in, scratch);
    ASSERT_FALSE(frame) << hex;
    EXPECT_EQ(frame.error().code, Errc::Protocol) << hex;
  }
}

TEST(HostileFrame, NothingButPaddingFollowsClose) {
  EXPECT_EQ(decoded_hex("4c 05 00 00 00 00"), std::nullopt);
  EXPECT_EQ(decoded_hex("4c 05 00 40"), Errc::Protocol);
  EXPECT_EQ(decoded_hex("4c 05 00 00 01"), Errc::Protocol);
}

}  // namespace
}  // namespace booster::transport::packet::frame
