#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "codec/content/unwrapper.h"
#include "codec/content/wrapper.h"

namespace codec::content {
namespace {

std::string base64_file(std::size_t lines) {
  std::mt19937 random(3);
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "Content-Transfer-Encoding: base64\r\n\r\n";
  for (std::size_t line = 0; line < lines; ++line) {
    for (int i = 0; i < 76; ++i) text += kCharacters[random() % kCharacters.size()];
    text += "\r\n";
  }
  return text;
}

std::vector<Block> unwrap(ByteView item) {
  Unwrapper unwrapper;
  std::vector<Block> blocks;
  while (!item.empty()) {
    const std::size_t size = next_piece(item);
    blocks.push_back(unwrapper.unwrap(item.first(size)));
    item = item.subspan(size);
  }
  return blocks;
}

Bytes wrap(const std::vector<Block>& blocks) {
  Wrapper wrapper;
  Bytes item;
  for (const Block& block : blocks) {
    const Result<Bytes> octets = wrapper.wrap(block);
    EXPECT_TRUE(octets) << to_string(octets.error());
    if (octets) item.insert(item.end(), octets->begin(), octets->end());
  }
  return item;
}

TEST(Content, PiecesEndWithALineAndMakeTheWholeAgain) {
  const Bytes item = to_bytes(base64_file(3000));
  const std::vector<Block> blocks = unwrap(item);
  ASSERT_GT(blocks.size(), 2U);
  std::size_t content = 0;
  for (const Block& block : blocks) {
    EXPECT_LE(block.written, kPiece);
    content += block.content.size();
  }
  EXPECT_LT(content, item.size() * 3 / 4);
  EXPECT_EQ(wrap(blocks), item);
}

TEST(Content, ContentOfIsWhatTheBlocksHold) {
  const Bytes item = to_bytes(base64_file(3000));
  Bytes content;
  for (const Block& block : unwrap(item)) {
    content.insert(content.end(), block.content.begin(), block.content.end());
    content.insert(content.end(), block.figures.begin(), block.figures.end());
  }
  EXPECT_EQ(content_of(item, item.size()), content);
  const Bytes front = content_of(item, 70'000);
  ASSERT_LT(front.size(), content.size());
  EXPECT_EQ(front, Bytes(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(front.size())));
}

TEST(Content, WhatStandsForNumbersIsKeptApart) {
  const Bytes item =
      to_bytes("Message-ID: <4b1d9f0c2ea74b1d9f0c2ea7@example.org>\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700\r\n");
  const std::vector<Block> blocks = unwrap(item);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks.front().figures.size(), 12U + 5);
  EXPECT_LE(blocks.front().content.size() + blocks.front().figures.size(), item.size() * 7 / 10);
  EXPECT_EQ(wrap(blocks), item);
  Block whole = blocks.front();
  Wrapper wrapper;
  whole.written -= 1;
  EXPECT_FALSE(wrapper.wrap(whole));
}

// A gzip member of 40 MB of zeros: one fixed block (RFC 1951 §3.2.6), a literal and matches of 258 at distance 1.
Bytes zeros_in_gzip() {
  Bytes member;
  for (const unsigned octet : {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3}) member.push_back(static_cast<std::byte>(octet));
  std::uint64_t bits = 0;
  unsigned have = 0;
  const auto put = [&](unsigned value, unsigned count) {
    bits |= std::uint64_t{value} << have;
    for (have += count; have >= 8; have -= 8, bits >>= 8U) member.push_back(static_cast<std::byte>(bits & 0xffU));
  };
  put(0b011, 3);       // the last block, fixed
  put(0b00001100, 8);  // the literal 0, its code from the top bit on
  for (int i = 0; i < 155'000; ++i) {
    put(0b10100011, 8);  // length 258
    put(0, 5);           // distance 1
  }
  put(0, 7);  // the end
  put(0, 7);
  return member;
}

TEST(Content, ABombGrowsToItsLimitOnly) {
  const Bytes bomb = zeros_in_gzip();
  ASSERT_LT(bomb.size(), 300'000U);
  const Bytes content = content_of(bomb, bomb.size());
  EXPECT_LE(content.size(), kMaxContent);
  EXPECT_EQ(wrap(unwrap(bomb)), bomb);
}

TEST(Content, ContentEndsAtItsLimit) {
  const Bytes item(kMaxContent + 100'000, std::byte{'x'});
  EXPECT_EQ(content_of(item, item.size()).size(), kMaxContent);
}

TEST(Content, WhatDoesNotFitTogetherIsRefused) {
  Wrapper wrapper;
  EXPECT_EQ(wrapper.wrap({{}, {}, to_bytes("four"), {}, 5}).error().code, Errc::Protocol);
  EXPECT_EQ(wrapper.wrap({{}, {}, {}, {}, kMaxWritten + 1}).error().code, Errc::Limit);
  EXPECT_FALSE(wrapper.wrap({to_bytes("layout"), {}, to_bytes("four"), {}, 4}));
  EXPECT_EQ(wrapper.wrap({{}, to_bytes("recipe"), to_bytes("four"), to_bytes("f"), 4}).error().code, Errc::Protocol);
  EXPECT_EQ(wrapper.wrap({{}, {}, to_bytes("four"), to_bytes("f"), 4}).error().code, Errc::Protocol);
  EXPECT_EQ(wrapper.wrap({{}, {}, to_bytes("\x01\x10"), to_bytes("four"), 7}).error().code, Errc::Limit);
}

RC_GTEST_PROP(Content, AnyOctetsComeBack, (std::string front, unsigned lines, std::string back)) {
  const Bytes item = to_bytes(front + base64_file(lines % 50) + back);
  RC_ASSERT(wrap(unwrap(item)) == item);
}

}  // namespace
}  // namespace codec::content
