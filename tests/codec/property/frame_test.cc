#include "codec/property/frame.h"

#include <gtest/gtest.h>

namespace codec::property {
namespace {

Chain numbered(unsigned n) {
  Chain chain;
  chain.add(1, Value::of_unsigned(n));
  chain.add(2, Value::of_bytes(Bytes(n, std::byte{1})));
  return chain;
}

TEST(FrameReader, ReadsFramesCutAnywhere) {
  Bytes stream;
  for (const unsigned n : {0U, 1U, 127U, 128U, 1000U}) append_framed(numbered(n), stream);
  append_framed(Chain(), stream);
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, stream.size()}) {
    FrameReader reader;
    std::vector<Chain> read;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      ByteView in = ByteView(stream).subspan(at, std::min(step, stream.size() - at));
      for (;;) {
        auto next = reader.next(in);
        ASSERT_TRUE(next);
        if (!*next) break;
        read.push_back(**std::move(next));
      }
      EXPECT_TRUE(in.empty());
    }
    ASSERT_EQ(read.size(), 6U);
    EXPECT_EQ(read[2], numbered(127));
    EXPECT_TRUE(read[5].empty());
    EXPECT_TRUE(reader.between_frames());
  }
}

TEST(FrameReader, RefusesALengthAboveItsLimitAtOnce) {
  const Bytes size = from_hex("818001").value();  // 16385
  FrameReader reader;
  ByteView in = size;
  EXPECT_EQ(reader.next(in).error().code, Errc::Limit);
}

TEST(FrameReader, RefusesALengthThatIsNotMinimal) {
  const Bytes size = from_hex("8100").value();
  FrameReader reader;
  ByteView in = size;
  EXPECT_EQ(reader.next(in).error().code, Errc::Protocol);
}

TEST(FrameReader, KnowsThatAFrameIsOpen) {
  const Bytes half = from_hex("0208").value();
  FrameReader reader;
  ByteView in = half;
  EXPECT_FALSE(reader.next(in).value());
  EXPECT_FALSE(reader.between_frames());
}

}  // namespace
}  // namespace codec::property
