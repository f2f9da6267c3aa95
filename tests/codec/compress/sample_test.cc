#include "codec/compress/sample.h"

#include <gtest/gtest.h>

#include <random>

namespace codec::compress {
namespace {

Bytes drawn_from(std::string_view alphabet, std::size_t size) {
  std::mt19937 random(5);
  Bytes out(size);
  for (std::byte& octet : out) octet = std::byte(alphabet[random() % alphabet.size()]);
  return out;
}
std::string all_octets() {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  return all;
}

TEST(Sample, RandomOctetsAreNotWorthIt) {
  for (const std::size_t size : {1024U, 1500U, 3000U, 9000U, 100'000U, 1'048'576U})
    EXPECT_FALSE(worth_compressing(drawn_from(all_octets(), size))) << size;
}

TEST(Sample, TextAndBase64Are) {
  constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const std::size_t size : {10U, 1024U, 1500U, 9000U, 100'000U}) {
    EXPECT_TRUE(worth_compressing(drawn_from(kBase64, size))) << size;
    EXPECT_TRUE(worth_compressing(drawn_from("aeiou ", size))) << size;
  }
}

TEST(Sample, HalfTextIsWorthIt) {
  Bytes half = drawn_from(all_octets(), 50'000);
  half.resize(100'000, std::byte{'a'});
  EXPECT_TRUE(worth_compressing(half));
}

TEST(Sample, ShortOnesAlwaysAre) {
  EXPECT_TRUE(worth_compressing({}));
  EXPECT_TRUE(worth_compressing(drawn_from(all_octets(), 1023)));
}

}  // namespace
}  // namespace codec::compress
