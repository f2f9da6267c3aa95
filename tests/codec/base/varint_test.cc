#include "codec/base/varint.h"

#include <gtest/gtest.h>

namespace codec {
namespace {

std::vector<std::byte> encoded(std::uint64_t value) {
  std::vector<std::byte> bytes;
  append_varint(bytes, value);
  return bytes;
}

TEST(Varint, EveryLengthRoundTrips) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t value : {(1ULL << bit) - 1, 1ULL << bit, ~0ULL >> bit}) {
      const auto bytes = encoded(value);
      const VarintParse parsed = parse_varint(bytes);
      EXPECT_EQ(parsed.state, VarintState::Ok);
      EXPECT_EQ(parsed.value, value);
      EXPECT_EQ(parsed.size, bytes.size());
      EXPECT_EQ(bytes.size(), varint_size(value));
    }
  }
}

TEST(Varint, AsksForMoreAtEveryCut) {
  const auto bytes = encoded(~0ULL);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(parse_varint(std::span(bytes).first(size)).state, VarintState::Short);
}

TEST(Varint, RefusesPaddingAndOverflow) {
  const std::vector<std::byte> padded{std::byte{0x80}, std::byte{0}};
  EXPECT_EQ(parse_varint(padded).state, VarintState::Bad);
  std::vector<std::byte> large(9, std::byte{0xff});
  large.push_back(std::byte{2});
  EXPECT_EQ(parse_varint(large).state, VarintState::Bad);
}

TEST(Varint, ZigzagKeepsSmallMagnitudesSmall) {
  EXPECT_EQ(zigzag(0), 0U);
  EXPECT_EQ(zigzag(-1), 1U);
  EXPECT_EQ(zigzag(1), 2U);
  for (const std::int64_t value : {INT64_MIN, INT64_MIN + 1, std::int64_t{-5}, std::int64_t{77}, INT64_MAX})
    EXPECT_EQ(unzigzag(zigzag(value)), value);
}

}  // namespace
}  // namespace codec
