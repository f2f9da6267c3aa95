#include "codec/base/bytes.h"

#include <gtest/gtest.h>

namespace codec {
namespace {

TEST(ByteReader, ReadsBackWhatTheWriterWrote) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(7);
  out.u16(0x1234);
  out.u32(0xdeadbeef);
  out.u64(0x0102030405060708);
  out.varint(300);
  out.sized(as_bytes("abc"));
  ByteReader in(bytes);
  EXPECT_EQ(*in.u8(), 7);
  EXPECT_EQ(*in.u16(), 0x1234);
  EXPECT_EQ(*in.u32(), 0xdeadbeef);
  EXPECT_EQ(*in.u64(), 0x0102030405060708U);
  EXPECT_EQ(*in.varint(), 300U);
  EXPECT_EQ(as_text(*in.sized(10)), "abc");
  EXPECT_TRUE(in.empty());
}

TEST(ByteReader, StaysWhereItIsWhenBytesAreMissing) {
  Bytes bytes;
  ByteWriter(bytes).sized(as_bytes("abcdef"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(ByteView(bytes).first(size));
    const auto field = in.sized(100);
    ASSERT_FALSE(field);
    EXPECT_EQ(field.error().code, Errc::Protocol);
    EXPECT_EQ(in.position(), 0U);
  }
}

TEST(ByteReader, NamesTheLimitThatWasPassed) {
  Bytes bytes;
  ByteWriter(bytes).sized(as_bytes("abcdef"));
  ByteReader in(bytes);
  const auto field = in.sized(5);
  ASSERT_FALSE(field);
  EXPECT_EQ(field.error().code, Errc::Limit);
}

TEST(Hex, RoundTripsAndRefusesOtherText) {
  EXPECT_EQ(to_hex(as_bytes("\x01\xfez")), "01fe7a");
  EXPECT_EQ(to_string(*from_hex("4D6f")), "Mo");
  EXPECT_FALSE(from_hex("4"));
  EXPECT_FALSE(from_hex("4g"));
}

}  // namespace
}  // namespace codec
