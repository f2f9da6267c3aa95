#include "codec/compress/block.h"

#include <gtest/gtest.h>

#include <random>

namespace codec::compress {
namespace {

Bytes noise(unsigned seed, std::size_t size) {
  std::mt19937 random(seed);
  Bytes out(size);
  for (std::byte& octet : out) octet = std::byte(random() & 0xff);
  return out;
}
Bytes mail(int number) {
  std::string text =
      "From: ann@example.org\r\nSubject: tide table\r\nMessage-ID: <" + std::to_string(number) + "@x>\r\n\r\n";
  for (int i = 0; i < 50; ++i) text += "The tide of day " + std::to_string(i * number) + " is high at noon.\r\n";
  return to_bytes(text);
}
// All blocks in `stream`, handed over in pieces of `step`.
Result<Bytes> decode_all(ByteView stream, std::size_t step) {
  BlockDecoder decoder;
  Bytes out;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    ByteView in = stream.subspan(at, std::min(step, stream.size() - at));
    for (;;) {
      TRY_ASSIGN(const std::optional<std::size_t> block, decoder.next(in, out));
      if (!block) break;
    }
  }
  if (!decoder.between_blocks()) return fail(Errc::Protocol, "cut");
  return out;
}
void append_to(Bytes& all, const Bytes& more) {
  all.insert(all.end(), more.begin(), more.end());
}

TEST(Block, StreamOfBlocksComesBackInAnyPieces) {
  BlockEncoder encoder;
  Bytes stream;
  Bytes all;
  for (int i = 1; i < 6; ++i) {
    for (const Bytes& raw : {mail(i), noise(7, 3000), to_bytes("x")}) {
      ASSERT_TRUE(encoder.encode(raw, stream));
      append_to(all, raw);
    }
    if (i == 2) encoder.reset();
    if (i == 3) encoder.use({.level = 12});
    if (i == 4) encoder.use({.encoding = Encoding::Mix});
  }
  for (const std::size_t step : {std::size_t{1}, std::size_t{5}, std::size_t{1000}, stream.size()})
    EXPECT_EQ(decode_all(stream, step).value(), all) << step;
}

TEST(Block, EveryCutIsNoticed) {
  BlockEncoder encoder;
  Bytes stream;
  ASSERT_TRUE(encoder.encode(mail(1), stream));
  for (std::size_t cut = 1; cut < stream.size(); ++cut)
    EXPECT_FALSE(decode_all(ByteView(stream).first(cut), 64)) << cut;
}

TEST(Block, TheSecondLikeMailIsSmall) {
  BlockEncoder encoder;
  Bytes first;
  Bytes second;
  ASSERT_TRUE(encoder.encode(mail(1), first));
  ASSERT_TRUE(encoder.encode(mail(1), second));
  EXPECT_LT(second.size() * 4, first.size());
}

TEST(Block, WhatDoesNotShrinkGrowsByNoMoreThanAThousandth) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{1023}, std::size_t{5000}, kMaxBlock}) {
    BlockEncoder encoder;
    Bytes block;
    ASSERT_TRUE(encoder.encode(noise(3, size), block));
    EXPECT_LE(block.size(), size + size / 1000 + 32) << size;
    EXPECT_EQ(decode_all(block, block.size()).value(), noise(3, size));
  }
}

TEST(Block, WhatLooksRandomIsKnownWhenItComesAgain) {
  BlockEncoder encoder;
  Bytes first;
  Bytes second;
  ASSERT_TRUE(encoder.encode(noise(1, 100'000), first));
  ASSERT_TRUE(encoder.encode(noise(1, 100'000), second));
  EXPECT_LT(second.size(), 200U);
}

TEST(Block, NoMemoryBeforeTheFirstBlockAndAfterAReset) {
  BlockEncoder encoder;
  EXPECT_EQ(encoder.memory(), 0U);
  Bytes block;
  ASSERT_TRUE(encoder.encode(mail(1), block));
  EXPECT_GT(encoder.memory(), 0U);
  encoder.reset();
  EXPECT_EQ(encoder.memory(), 0U);
}

TEST(Block, AResumedEncoderIsFollowedWithoutAWord) {
  BlockEncoder before;
  Bytes stream;
  ASSERT_TRUE(before.encode(mail(1), stream));
  BlockEncoder after;  // the process died; its successor knows nothing
  ASSERT_TRUE(after.encode(mail(2), stream));
  Bytes all = mail(1);
  append_to(all, mail(2));
  EXPECT_EQ(decode_all(stream, 100).value(), all);
}

TEST(Block, AWindowThatNeverBeganIsRefused) {
  BlockEncoder encoder;
  Bytes first;
  Bytes second;
  ASSERT_TRUE(encoder.encode(mail(1), first));
  ASSERT_TRUE(encoder.encode(mail(2), second));
  EXPECT_EQ(decode_all(second, 100).error().code, Errc::Protocol);
}

TEST(Block, AReceiverMayRefuseToHoldThePredictor) {
  BlockEncoder encoder({.encoding = Encoding::Mix});
  Bytes block;
  ASSERT_TRUE(encoder.encode(mail(1), block));
  BlockDecoder decoder(kMaxWindowLog, false);
  ByteView in = block;
  Bytes out;
  EXPECT_EQ(decoder.next(in, out).error().code, Errc::Unsupported);
  EXPECT_LT(decoder.memory(), 4'096U);
}

TEST(Block, EmptyAndTooLarge) {
  BlockEncoder encoder;
  Bytes out;
  EXPECT_TRUE(encoder.encode({}, out));
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(encoder.encode(Bytes(kMaxBlock + 1), out).error().code, Errc::Limit);
}

TEST(BlockHead, SaysWhatIsWrong) {
  const auto refusal = [](const char* hex) {
    const Bytes bytes = from_hex(hex).value();
    ByteReader in(bytes);
    const auto head = decode_block_head(in);
    EXPECT_FALSE(head) << hex;
    return head ? Errc::Io : head.error().code;
  };
  EXPECT_EQ(refusal("02"), Errc::Unsupported);
  EXPECT_EQ(refusal("05"), Errc::Unsupported);
  EXPECT_EQ(refusal("07"), Errc::Unsupported);
  EXPECT_EQ(refusal("3f"), Errc::Unsupported);
  EXPECT_EQ(refusal("00818040"), Errc::Limit);    // raw 1 MiB + 1
  EXPECT_EQ(refusal("0101818060"), Errc::Limit);  // coded
  EXPECT_EQ(refusal("008100"), Errc::Protocol);   // not minimal
  EXPECT_EQ(refusal("000000"), Errc::Protocol);   // empty
  EXPECT_EQ(refusal("010100"), Errc::Protocol);   // coded empty
  EXPECT_EQ(refusal("000203"), Errc::Protocol);   // stored sizes differ
  EXPECT_EQ(refusal("800202"), Errc::Protocol);   // stored and fresh
}

TEST(BlockHead, TheWorkedExample) {
  BlockEncoder encoder;
  EXPECT_EQ(to_string(decode_all(from_hex("0002026162").value(), 1).value()), "ab");
}

// What came before an aside goes on behind it.
TEST(Block, AWindowAsideLeavesTheLanesAlone) {
  for (const Coding& coding : {Coding{}, Coding{.encoding = Encoding::Mix}, Coding{.encoding = Encoding::Lz4}}) {
    BlockEncoder encoder(coding);
    Bytes first, aside, second, without;
    ASSERT_TRUE(encoder.encode(mail(1), first));
    encoder.begin_aside(coding, {});
    ASSERT_TRUE(encoder.encode_aside(mail(2), aside));
    Bytes end;
    encoder.end_aside(64, end);
    ASSERT_TRUE(encoder.encode(mail(3), second));
    BlockEncoder plain(coding);
    Bytes ignored;
    ASSERT_TRUE(plain.encode(mail(1), ignored));
    ASSERT_TRUE(plain.encode(mail(3), without));
    EXPECT_EQ(second, without);
    BlockEncoder alone(coding);
    Bytes once;
    alone.begin_aside(coding, {});
    ASSERT_TRUE(alone.encode_aside(mail(2), once));
    EXPECT_EQ(aside, once);  // of what the lane has seen nothing is in it
    Bytes stream = first;
    append_to(stream, aside);
    append_to(stream, end);
    append_to(stream, second);
    Bytes all = mail(1);
    append_to(all, mail(2));
    append_to(all, mail(3));
    EXPECT_EQ(decode_all(stream, 7).value(), all);
  }
}

TEST(Block, AnAsideIsSmallWhereItRepeatsItsReferences) {
  for (const Coding& coding : {Coding{}, Coding{.encoding = Encoding::Mix}}) {
    BlockEncoder encoder(coding);
    Bytes plain, referring;
    encoder.begin_aside(coding, {});
    ASSERT_TRUE(encoder.encode_aside(noise(4, 2'000), plain));
    encoder.begin_aside(coding, noise(4, 2'000));
    ASSERT_TRUE(encoder.encode_aside(noise(4, 2'000), referring));
    EXPECT_LT(referring.size() * 8, plain.size());
    BlockDecoder decoder;
    decoder.expect(noise(4, 2'000));
    ByteView in = referring;
    Bytes out;
    ASSERT_TRUE(decoder.next(in, out));
    EXPECT_EQ(out, noise(4, 2'000));
  }
}

// Its references are not here: nothing comes of it, whatever it holds, and what follows is not harmed.
TEST(Block, AnAsideIsPassedOver) {
  BlockEncoder encoder;
  Bytes stream, lost, after;
  ASSERT_TRUE(encoder.encode(mail(1), stream));
  encoder.begin_aside({}, noise(4, 2'000));
  ASSERT_TRUE(encoder.encode_aside(noise(4, 2'000), lost));
  ASSERT_TRUE(encoder.encode_aside(mail(5), lost));
  encoder.end_aside(64, lost);
  ASSERT_TRUE(encoder.encode(mail(2), after));
  encoder.begin_aside({}, {});
  ASSERT_TRUE(encoder.encode_aside(mail(3), after));
  BlockDecoder decoder;
  Bytes out;
  const auto take = [&](const Bytes& coded) {
    for (ByteView in = coded; !in.empty();) ASSERT_TRUE(decoder.next(in, out));
  };
  take(stream);
  decoder.pass_over();
  take(lost);
  EXPECT_EQ(out, mail(1));
  take(after);
  Bytes all = mail(1);
  append_to(all, mail(2));
  append_to(all, mail(3));
  EXPECT_EQ(out, all);
}

TEST(Block, PaddingFillsUpAndSaysNothing) {
  for (const std::size_t unit : {std::size_t{8}, std::size_t{64}, std::size_t{256}, std::size_t{4096}}) {
    for (std::size_t size = 1; size <= 2 * unit; ++size) {
      Bytes stream;
      ASSERT_TRUE(BlockEncoder::store(Bytes(size), stream));
      BlockEncoder().end_aside(unit, stream);
      ASSERT_EQ(stream.size() % unit, 0U);
      ASSERT_LE(stream.size(), size + 5 + 2 * unit);
      ASSERT_EQ(decode_all(stream, stream.size()).value(), Bytes(size)) << unit << ' ' << size;
    }
  }
}

// Nobody holds the memory of what has ended.
TEST(Block, TheEndOfAnAsideFreesItAtBothEnds) {
  BlockEncoder encoder;
  BlockDecoder decoder;
  Bytes stream;
  encoder.begin_aside({.encoding = Encoding::Mix}, {});
  ASSERT_TRUE(encoder.encode_aside(mail(1), stream));
  EXPECT_GE(encoder.memory(), mix::kMemory);
  encoder.end_aside(64, stream);
  EXPECT_LT(encoder.memory(), 64'000U);
  Bytes out;
  ByteView in = stream;
  ASSERT_TRUE(decoder.next(in, out));
  EXPECT_GE(decoder.memory(), mix::kMemory);
  while (!in.empty()) ASSERT_TRUE(decoder.next(in, out));
  EXPECT_LT(decoder.memory(), 64'000U);
}

TEST(Block, WhatHasNoWindowBeginsNone) {
  for (const unsigned first : {0x80U, 0x40U, 0x83U, 0x43U}) {
    Bytes stream{std::byte(first), std::byte{1}, std::byte{1}, std::byte{0}};
    EXPECT_EQ(decode_all(stream, 4).error().code, Errc::Protocol) << first;
  }
}

}  // namespace
}  // namespace codec::compress
