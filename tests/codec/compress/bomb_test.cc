// A peer's block may cost no more than it says, and it may say no more than 1 MiB.
#include <gtest/gtest.h>

#include "codec/compress/block.h"

namespace codec::compress {
namespace {

// 1 GiB of zeros, one zstd frame.
Bytes gibibyte_of_zeros() {
  Compressor compressor(1);
  const Bytes zeros(kMaxBlock);
  Bytes coded;
  for (int i = 0; i < 1024; ++i) EXPECT_TRUE(compressor.append(zeros, coded));
  EXPECT_TRUE(compressor.flush(coded));
  return coded;
}

TEST(Bomb, AGibibyteOfZerosIsRefusedWithinOneMebibyte) {
  const Bytes bomb = gibibyte_of_zeros();
  ASSERT_LT(bomb.size(), 100'000U);
  for (const std::size_t said : {std::size_t{1}, std::size_t{1000}, kMaxBlock}) {
    Bytes block;
    ByteWriter writer(block);
    writer.u8(0x81);
    writer.varint(said);
    writer.sized(bomb);
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

TEST(Bomb, ALargerClaimIsRefusedBeforeAnyOutput) {
  Bytes out;
  Decompressor decompressor;
  EXPECT_EQ(decompressor.decode(Bytes(10), kMaxBlock + 1, out).error().code, Errc::Limit);
  EXPECT_EQ(out.capacity(), 0U);
}

TEST(Bomb, FramesBehindOneAnotherAreCountedTogether) {
  // A frame of one block, the last: an octet 1000 times.                                    RFC 8878 §3.1.1
  const Bytes one{std::byte{0x00}, std::byte{0x50}, std::byte{0x43}, std::byte{0x1f}, std::byte{0x00}, std::byte{0x00}};
  Bytes out;
  EXPECT_TRUE(Decompressor().decode(one, 1000, out));
  Bytes coded;
  for (int i = 0; i < 3; ++i) coded.insert(coded.end(), one.begin(), one.end());
  Decompressor decompressor;
  EXPECT_EQ(decompressor.decode(coded, 1000, out).error().code, Errc::Protocol);
}

}  // namespace
}  // namespace codec::compress
