#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codec/compress/block.h"

namespace codec::compress {
namespace {

constexpr Coding kLz4{.encoding = Encoding::Lz4};

Bytes random_octets(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes out;
  while (out.size() < size) out.push_back(static_cast<std::byte>(random()));
  return out;
}

Bytes letter_lines(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += "line " + std::to_string(i) + " of a letter to the harbour\r\n";
  return to_bytes(text);
}

// All that `coded` holds, in one go.
Result<Bytes> decoded(BlockDecoder& decoder, ByteView coded) {
  Bytes out;
  for (;;) {
    TRY_ASSIGN(const auto block, decoder.next(coded, out));
    if (!block) return out;
  }
}

Encoding first_encoding(const Bytes& coded) {
  return encoding_of(coded);
}

TEST(Lz4, BlocksComeBackAndReferOverTheirBorders) {
  BlockEncoder encoder(kLz4);
  BlockDecoder decoder;
  std::size_t again = 0;
  for (int i = 0; i < 4; ++i) {
    Bytes coded;
    ASSERT_TRUE(encoder.encode(letter_lines(30'000), coded));
    EXPECT_EQ(first_encoding(coded), Encoding::Lz4);
    again = coded.size();
    EXPECT_EQ(decoded(decoder, coded).value(), letter_lines(30'000));
  }
  EXPECT_LT(again, 1000U) << "all of it was seen";
  EXPECT_FALSE(decoder.takes_time(ByteView()));
  EXPECT_LE(encoder.memory(), 16 * 1024U + 256 * 1024U);
}

TEST(Lz4, WhatDoesNotShrinkIsStoredAndTheWindowStays) {
  BlockEncoder encoder(kLz4);
  BlockDecoder decoder;
  Bytes coded;
  ASSERT_TRUE(encoder.encode(random_octets(50'000, 2), coded));
  EXPECT_EQ(first_encoding(coded), Encoding::Stored) << "before the window has begun";
  EXPECT_EQ(coded.size(), 50'000U + 7U);
  ASSERT_TRUE(encoder.encode(letter_lines(2'000), coded));
  const std::size_t before = coded.size();
  ASSERT_TRUE(encoder.encode(random_octets(3'000, 3), coded));
  ASSERT_TRUE(encoder.encode(letter_lines(2'000), coded));
  EXPECT_LT(coded.size() - before, 3'200U) << "the lines are still in the window";
  Bytes all = random_octets(50'000, 2);
  for (const Bytes& piece : {letter_lines(2'000), random_octets(3'000, 3), letter_lines(2'000)})
    all.insert(all.end(), piece.begin(), piece.end());
  EXPECT_EQ(decoded(decoder, coded).value(), all);
}

// A decoder that lacks the references knows by its blocks what it passes over.
TEST(Lz4, AsideNothingIsStored) {
  const Bytes references = random_octets(10'000, 4);
  for (const bool here : {true, false}) {
    BlockEncoder encoder(kLz4);
    BlockDecoder decoder;
    Bytes coded;
    encoder.begin_aside(kLz4, references);
    ASSERT_TRUE(encoder.encode_aside(random_octets(5'000, 5), coded));
    EXPECT_EQ(first_encoding(coded), Encoding::Lz4);
    EXPECT_LE(coded.size(), 5'000U + 5'000U / 250 + 32U);
    ASSERT_TRUE(encoder.encode_aside(references, coded));
    EXPECT_LT(coded.size(), 5'400U) << "what it refers to costs nothing";
    encoder.end_aside(64, coded);
    if (here) {
      decoder.expect(references);
    } else {
      decoder.pass_over();
    }
    EXPECT_EQ(decoded(decoder, coded).value().size(), here ? 15'000U : 0U);
  }
}

TEST(Lz4, AChangeOfCoderBeginsAWindow) {
  BlockEncoder encoder;
  BlockDecoder decoder;
  Bytes coded;
  Bytes all;
  for (const Coding& coding : {Coding{}, kLz4, Coding{.encoding = Encoding::Mix}, kLz4, Coding{}}) {
    encoder.use(coding);
    ASSERT_TRUE(encoder.encode(letter_lines(3'000), coded));
    const Bytes piece = letter_lines(3'000);
    all.insert(all.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(decoded(decoder, coded).value(), all);
}

Bytes block_saying(std::size_t raw, ByteView coded, std::uint8_t first = 0x84) {
  Bytes block;
  ByteWriter writer(block);
  writer.u8(first);
  writer.varint(raw);
  writer.sized(coded);
  return block;
}

// A length of 4 MiB in 16 KiB: token, one literal, matches whose length goes on and on.
Bytes lz4_bomb() {
  Bytes bomb{std::byte{0x1f}, std::byte{'a'}, std::byte{1}, std::byte{0}};
  bomb.resize(bomb.size() + 16'384, std::byte{0xff});
  for (const int last : {int{0x00}, int{0x50}, int{98}, int{98}, int{98}, int{98}, int{98}})
    bomb.push_back(static_cast<std::byte>(last));
  return bomb;
}

TEST(Lz4, ABombIsRefusedWithinWhatItSays) {
  for (const std::size_t said : {std::size_t{1}, std::size_t{1000}, kMaxBlock}) {
    const Bytes block = block_saying(said, lz4_bomb());
    BlockDecoder decoder;
    ByteView in = block;
    Bytes out;
    const auto result = decoder.next(in, out);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::Protocol);
    EXPECT_TRUE(out.empty());
    EXPECT_LE(out.capacity(), kMaxBlock + 1);
    EXPECT_EQ(decoder.next(in, out).error().code, Errc::Protocol) << "goes on after a bomb";
  }
}

TEST(Lz4, FewerOctetsThanSaidAreRefusedAndSoIsAnotherWindow) {
  Bytes coded;
  ASSERT_TRUE(BlockEncoder(kLz4).encode(letter_lines(500), coded));
  ByteReader reader(coded);
  const BlockHead head = **decode_block_head(reader);
  const ByteView inside = reader.rest();
  for (const std::size_t said : {head.raw_size - 1, head.raw_size + 1}) {
    BlockDecoder decoder;
    const Bytes block = block_saying(said, inside);
    EXPECT_EQ(decoded(decoder, block).error().code, Errc::Protocol);
  }
  BlockDecoder decoder;
  const Bytes not_begun = block_saying(head.raw_size, inside, 0x04);
  EXPECT_EQ(decoded(decoder, not_begun).error().code, Errc::Protocol);
}

}  // namespace
}  // namespace codec::compress
