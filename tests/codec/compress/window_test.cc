#include "codec/compress/window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace codec::compress {
namespace {

Bytes text(unsigned seed, std::size_t size) {
  static constexpr const char* kWords[] = {"harbour ", "letter ", "tide ", "signal ", "to the captain ", "\r\n"};
  std::string out;
  while (out.size() < size) {
    seed = seed * 1664525 + 1013904223;
    out += kWords[(seed >> 16) % 6] + std::to_string(seed >> 8);
  }
  return to_bytes(out.substr(0, size));
}

TEST(Window, EachFlushDecodesAtOnceAndHistoryHelpsLaterBlocks) {
  Compressor compressor;
  Decompressor decompressor;
  const Bytes mail = text(1, 20'000);
  std::size_t first = 0;
  for (int i = 0; i < 4; ++i) {
    Bytes coded;
    ASSERT_TRUE(compressor.append(mail, coded));
    ASSERT_TRUE(compressor.flush(coded));
    if (i == 0)
      first = coded.size();
    else
      EXPECT_LT(coded.size() * 20, first) << "the window does not go on";
    Bytes raw;
    ASSERT_TRUE(decompressor.decode(coded, mail.size(), raw));
    EXPECT_EQ(raw, mail);
  }
}

TEST(Window, SizesThatDoNotMatchAreRefusedAndOutStaysAsItWas) {
  Compressor compressor;
  Bytes coded;
  ASSERT_TRUE(compressor.append(text(1, 1000), coded));
  ASSERT_TRUE(compressor.flush(coded));
  for (const std::size_t said : {std::size_t{0}, std::size_t{1}, std::size_t{999}, std::size_t{1001}, kMaxBlock}) {
    Decompressor decompressor;
    Bytes out = to_bytes("before");
    const auto result = decompressor.decode(coded, said, out);
    ASSERT_FALSE(result) << said;
    EXPECT_EQ(result.error().code, Errc::Protocol);
    EXPECT_EQ(to_string(out), "before");
    EXPECT_EQ(decompressor.decode(coded, 1000, out).error().code, Errc::Protocol) << "broken until reset";
    decompressor.reset();
    EXPECT_TRUE(decompressor.decode(coded, 1000, out));
  }
}

TEST(Window, RefusesAWindowAboveItsOwn) {
  Compressor compressor(3, 21);
  Bytes coded;
  ASSERT_TRUE(compressor.append(text(1, 1000), coded));
  ASSERT_TRUE(compressor.flush(coded));
  Bytes out;
  EXPECT_EQ(Decompressor(20).decode(coded, 1000, out).error().code, Errc::Protocol);
  EXPECT_TRUE(Decompressor(21).decode(coded, 1000, out));
}

TEST(Window, ResetBeginsAnewAndFreesTheMemory) {
  Compressor compressor(19);
  Decompressor decompressor;
  for (int i = 0; i < 3; ++i) {
    compressor.reset();
    decompressor.reset();
    EXPECT_EQ(compressor.memory(), 0U);
    Bytes coded;
    Bytes raw;
    ASSERT_TRUE(compressor.append(text(2, 5000), coded));
    ASSERT_TRUE(compressor.flush(coded));
    ASSERT_TRUE(decompressor.decode(coded, 5000, raw));
    EXPECT_EQ(raw, text(2, 5000));
  }
}

TEST(Window, MemoryStaysWithinWhatThePageSays) {
  struct Row {
    int level, window_log;
    double mebibytes;
  };
  for (const Row& row : {Row{1, 17, 1},
                         {6, 17, 4},
                         {19, 17, 3},
                         {1, 20, 2},
                         {6, 20, 5},
                         {19, 20, 11},
                         {1, 23, 10},
                         {6, 23, 13},
                         {19, 23, 27}}) {
    Compressor compressor(row.level, row.window_log);
    Decompressor decompressor(row.window_log);
    Bytes coded;
    Bytes raw;
    ASSERT_TRUE(compressor.append(text(2, 5000), coded));
    ASSERT_TRUE(compressor.flush(coded));
    ASSERT_TRUE(decompressor.decode(coded, 5000, raw));
    EXPECT_LE(static_cast<double>(compressor.memory()), row.mebibytes * 1048576) << row.level << ' ' << row.window_log;
    EXPECT_LE(decompressor.memory(), (std::size_t{1} << row.window_log) + 500000) << row.window_log;
  }
}

RC_GTEST_PROP(WindowProperty, AnyBlocksComeBackOctetForOctet, (std::vector<std::vector<std::uint8_t>> blocks)) {
  Compressor compressor(*rc::gen::inRange(1, 10), *rc::gen::inRange(10, 18));
  Decompressor decompressor;
  for (const auto& block : blocks) {
    if (block.empty()) continue;
    const ByteView raw = std::as_bytes(std::span(block));
    Bytes coded;
    RC_ASSERT(compressor.append(raw, coded).has_value());
    RC_ASSERT(compressor.flush(coded).has_value());
    Bytes back;
    RC_ASSERT(decompressor.decode(coded, raw.size(), back).has_value());
    RC_ASSERT(back == Bytes(raw.begin(), raw.end()));
  }
}

}  // namespace
}  // namespace codec::compress
