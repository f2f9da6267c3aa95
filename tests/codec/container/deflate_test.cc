// The reader and the codes of deflate, by RFC 1951.
#include "codec/container/code_builder.h"
#include "codec/container/inflater.h"
#include "tests/codec/container/streams.h"

namespace codec::container {
namespace {

TEST(Inflater, ReadsTheThreeKindsOfBlock) {
  const Piece fixed = Inflater().read(from_hex("4b4c4a4e494d4bcf4804").value(), 100);  // "abcdefgha" cut in its end
  EXPECT_EQ(to_string(fixed.text).substr(0, 8), "abcdefgh");
  const Piece stored = Inflater().read(from_hex("010300fcff616263ff").value(), 100);
  EXPECT_EQ(stored.end, StreamEnd::Ends);
  EXPECT_EQ(stored.taken, 8U);
  EXPECT_EQ(to_string(stored.text), "abc");
  const std::string text = some_words(10'000, 1);
  const std::string octets = deflated(text, {.window = -15});
  const Piece dynamic = Inflater().read(as_bytes(octets), 100'000);
  EXPECT_EQ(dynamic.end, StreamEnd::Ends);
  EXPECT_EQ(to_string(dynamic.text), text);
  EXPECT_EQ(dynamic.taken, octets.size());
}

TEST(Inflater, RefusesWhatIsNoStream) {
  for (const std::string_view hex : {"07", "010300fdff616263", "05ffffffffffffffffffffffff"}) {
    const Piece piece = Inflater().read(from_hex(hex).value(), 1000);
    EXPECT_NE(piece.end, StreamEnd::Ends) << hex;
  }
  EXPECT_EQ(Inflater().read(from_hex("07").value(), 1000).end, StreamEnd::GivenUp);                // block type 3
  EXPECT_EQ(Inflater().read(from_hex("010300fdff616263").value(), 1000).end, StreamEnd::GivenUp);  // size twice
}

TEST(Inflater, GivesPiecesWhereverItIsCut) {
  const std::string text = some_markup(3'000, 2) + some_octets(300, 3);
  const std::string octets = deflated(text, {.memory = 1, .window = -15});
  for (std::size_t cut = 1; cut < 40; ++cut) {
    Inflater inflater;
    std::string again;
    StreamEnd end = StreamEnd::GoesOn;
    for (std::size_t at = 0; at < octets.size(); at += cut) {
      ASSERT_EQ(end, StreamEnd::GoesOn);
      const Piece piece = inflater.read(as_bytes(std::string_view(octets).substr(at, cut)), 100'000);
      again += to_string(piece.text);
      end = piece.end;
    }
    EXPECT_EQ(end, StreamEnd::Ends);
    EXPECT_EQ(again, text);
  }
}

TEST(Inflater, StopsAtItsRoom) {
  const std::string octets = deflated(std::string(100'000, 'a'), {.window = -15});
  const Piece piece = Inflater().read(as_bytes(octets), 5'000);
  EXPECT_EQ(piece.end, StreamEnd::GivenUp);
  EXPECT_LE(piece.text.size(), 5'000U);
}

TEST(HuffmanCode, FixedCodesAreTheRfcs) {
  const CodeWords words(fixed_code_lengths().literal);
  BitWriter out;
  words.put(out, 0);  // 00110000, the first bit lowest
  EXPECT_EQ(out.out.front(), std::byte{0x0c});
  EXPECT_EQ(words.length(kEndOfBlock), 7U);
}

TEST(HuffmanCode, RefusesTooManyAndTooFew) {
  CodeReader reader;
  EXPECT_TRUE(reader.build(std::vector<std::uint8_t>{1, 2, 2}));
  EXPECT_TRUE(reader.build(std::vector<std::uint8_t>{0, 1, 0}));  // RFC 1951 §3.2.7: one distance code
  EXPECT_FALSE(reader.build(std::vector<std::uint8_t>{1, 1, 2}));
  EXPECT_FALSE(reader.build(std::vector<std::uint8_t>{2, 2, 2}));
}

TEST(CodeBuilder, LengthsStayWithinTheLimit) {
  std::array<std::uint32_t, kLengthCodes> frequencies{};
  std::uint32_t a = 1;
  std::uint32_t b = 1;
  for (std::uint32_t& frequency : frequencies) {
    frequency = a;
    a = std::exchange(b, a + b);
  }
  std::array<std::uint8_t, kLengthCodes> lengths{};
  build_code_lengths(frequencies, 7, lengths);
  CodeReader reader;
  EXPECT_TRUE(reader.build(lengths));
  EXPECT_EQ(*std::max_element(lengths.begin(), lengths.end()), 7);
}

}  // namespace
}  // namespace codec::container
