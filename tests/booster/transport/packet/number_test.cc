#include "booster/transport/packet/number.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/base/bytes.h"

namespace booster::transport::packet {
namespace {

std::uint32_t lowest_bytes(PacketNumber number, std::size_t size) {
  std::array<std::byte, kMaxNumberSize> bytes;
  write_number(std::span(bytes).first(size), number);
  std::uint32_t value = 0;
  for (const std::byte b : std::span(bytes).first(size)) value = value << 8 | std::to_integer<std::uint32_t>(b);
  return value;
}

TEST(Number, TheExamplesOfTheRfc) {
  EXPECT_EQ(number_size({0xac5c02}, PacketNumber{0xabe8b3}), 2u);  // RFC 9000 A.2
  EXPECT_EQ(number_size({0xace8fe}, PacketNumber{0xabe8b3}), 3u);
  EXPECT_EQ(lowest_bytes({0xac5c02}, 2), 0x5c02u);
  EXPECT_EQ(lowest_bytes({0xace8fe}, 3), 0xace8feu);
  EXPECT_EQ(decode_number(0x9b32, 2, PacketNumber{0xa82f30ea}).value, 0xa82f9b32u);  // A.3
}

TEST(Number, SizesTurnWhereTwiceTheDistanceIsReached) {
  EXPECT_EQ(number_size({0}, std::nullopt), 1u);
  EXPECT_EQ(number_size({127}, std::nullopt), 1u);
  EXPECT_EQ(number_size({128}, std::nullopt), 2u);
  EXPECT_EQ(number_size({1128}, PacketNumber{1000}), 1u);
  EXPECT_EQ(number_size({1129}, PacketNumber{1000}), 2u);
  EXPECT_EQ(number_size({1000 + (1u << 23)}, PacketNumber{1000}), 3u);
  EXPECT_EQ(number_size({1001 + (1u << 23)}, PacketNumber{1000}), 4u);
}

TEST(Number, TheEndsOfTheRange) {
  EXPECT_EQ(decode_number(0, 1, std::nullopt).value, 0u);
  EXPECT_EQ(decode_number(0xff, 1, std::nullopt).value, 0xffu);
  EXPECT_EQ(decode_number(0xffffffff, 4, PacketNumber{5}).value, 0xffffffffu);
  EXPECT_EQ(decode_number(0xff, 1, PacketNumber{kMaxPacketNumber.value - 1}), kMaxPacketNumber);
  EXPECT_GT(decode_number(0x00, 1, kMaxPacketNumber), kMaxPacketNumber);  // none is left: its opening is refused
}

RC_GTEST_PROP(Number, EveryNumberUnderWayComesBack, ()) {
  const std::uint64_t acked = *rc::gen::inRange<std::uint64_t>(0, kMaxPacketNumber.value - (std::uint64_t{1} << 32));
  const std::uint64_t sent = acked + *rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 31);
  const std::size_t size = number_size({sent}, PacketNumber{acked});
  // The receiver has seen anything from the acknowledged one to twice as far as this one.
  const std::uint64_t seen = acked + *rc::gen::inRange<std::uint64_t>(0, 2 * (sent - acked));
  RC_ASSERT(decode_number(lowest_bytes({sent}, size), size, PacketNumber{seen}) == PacketNumber{sent});
}

}  // namespace
}  // namespace booster::transport::packet
