#include "codec/compress/kinds.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "codec/compress/block.h"
#include "codec/compress/tables.h"
#include "codec/compress/vocabulary.h"
#include "codec/compress/window.h"

namespace codec::compress {
namespace {

Bytes random_octets(std::size_t size) {
  std::mt19937 random(5);
  Bytes octets(size);
  for (std::byte& octet : octets) octet = static_cast<std::byte>(random());
  return octets;
}

Bytes prose(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "the tide turns at " + std::to_string(text.size() * 7919 % 1000) + "; ";
  return to_bytes(text.substr(0, size));
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes whole;
  for (const Bytes& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

TEST(Kinds, TextAndRandomOctetsAreCutWhereTheyMeet) {
  const Bytes mixed = joined({prose(1000), random_octets(600), prose(800)});
  const std::size_t first = one_kind(mixed);
  EXPECT_NEAR(static_cast<double>(first), 1000, 16);
  const std::size_t second = one_kind(ByteView(mixed).subspan(first));
  EXPECT_NEAR(static_cast<double>(first + second), 1600, 16);
  EXPECT_EQ(one_kind(ByteView(mixed).subspan(first + second)), mixed.size() - first - second);
}

TEST(Kinds, OneKindAndShortStretchesStayWhole) {
  EXPECT_EQ(one_kind({}), 0U);
  EXPECT_EQ(one_kind(prose(100'000)), 100'000U);
  EXPECT_EQ(one_kind(random_octets(100'000)), 100'000U);
  const Bytes mixed = joined({prose(1000), random_octets(100), prose(800)});
  EXPECT_EQ(one_kind(mixed), mixed.size());
}

// What the format says of a block's size, even where a sender's mail changes its kind all the time.
TEST(Kinds, CuttingCostsNoMoreThanTheFormatAllows) {
  Bytes mixed;
  const Bytes random = random_octets(300'000);
  for (std::size_t at = 0; at + 200 < random.size(); at += 200) {
    mixed.insert(mixed.end(), random.begin() + static_cast<std::ptrdiff_t>(at),
                 random.begin() + static_cast<std::ptrdiff_t>(at + 200));
    for (std::size_t i = 0; i < 200; ++i) mixed.push_back(random[at + i] & std::byte{0x7f});
  }
  BlockEncoder encoder;
  Bytes coded;
  ASSERT_TRUE(encoder.encode(mixed, coded));
  EXPECT_LE(coded.size(), mixed.size() + mixed.size() / 1000 + 96);
}

RC_GTEST_PROP(Kinds, GoesOnAndNeverBeyond, (const std::vector<std::uint8_t>& octets)) {
  const ByteView all = std::as_bytes(std::span(octets));
  const std::size_t size = one_kind(all);
  RC_ASSERT(size <= all.size());
  RC_ASSERT(size > 0 || all.empty());
}

// A first mail of some lines: without tables zstd says how its literals are coded.
TEST(Tables, AShortMailCostsLess) {
  const Bytes mail = to_bytes(
      "Subject: Tide tables\r\n\r\nHigh water at the quay is 06:41 and 19:07, springs follow by Thursday noon.\r\n"
      "Bring the brown ledger, two lanterns, Ingrid's charts of Jutland and what Vikram wrote about Bexley.\r\n"
      "Old Marcus mends the jib; whoever borrowed his awl might put it back before Sunday's regatta begins.\r\n"
      "Quince jam goes aboard last, else nobody finds bread, butter or the kettle underneath those jars.\r\n");
  const ByteView words = vocabulary();
  const auto size_behind = [&mail](Bytes prefix) {
    Compressor compressor(19, 18);
    compressor.reset(std::move(prefix));
    Bytes coded;
    EXPECT_TRUE(compressor.append(mail, coded));
    EXPECT_TRUE(compressor.flush(coded));
    return coded.size();
  };
  const Bytes seen(words.begin(), words.end());
  EXPECT_LT(size_behind(joined({Bytes(tables().begin(), tables().end()), seen})) + 8, size_behind(seen));
}

TEST(Tables, AreADictionaryWithoutANumber) {
  EXPECT_EQ(to_hex(tables().first(8)), "37a430ec00000000");
}

}  // namespace
}  // namespace codec::compress
