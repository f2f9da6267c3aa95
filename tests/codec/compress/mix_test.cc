#include <gtest/gtest.h>

#include <random>
#include <string>

#include "codec/compress/mix/bit_history.h"
#include "codec/compress/mix/coder.h"
#include "codec/compress/mix/logistic.h"

namespace codec::compress::mix {
namespace {

std::string letters(unsigned seed, std::size_t size) {
  static constexpr const char* kWords[] = {"harbour ", "letter ", "tide ", "signal ", "to the captain ", "\r\n"};
  std::mt19937 random(seed);
  std::string out;
  while (out.size() < size) out += kWords[random() % 6];
  return out.substr(0, size);
}

std::string drawn(unsigned seed, std::size_t size) {
  std::mt19937 random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

TEST(Logistic, StretchUndoesSquash) {
  EXPECT_EQ(squash(0), kOne / 2);
  for (int odds = -kOddsLimit; odds < kOddsLimit; ++odds) {
    EXPECT_LE(squash(odds), squash(odds + 1));
    EXPECT_EQ(squash(odds) + squash(-odds), kOne);
  }
  for (int p = 40; p < kOne - 40; ++p) EXPECT_NEAR(squash(stretch(p)), p, 5);
}

TEST(BitHistory, EveryStateLeadsToAnotherOne) {
  ASSERT_LT(detail::kStates.count, detail::kMostStates);
  for (std::size_t state = 0; state < detail::kStates.count; ++state) {
    for (const int bit : {0, 1}) {
      const HistoryState next = next_state(static_cast<HistoryState>(state), bit);
      ASSERT_LT(next, detail::kStates.count);
      EXPECT_NE(next, 0);
      const History history = history_of(next);
      EXPECT_GT(bit == 0 ? history.zeros : history.ones, 0);
    }
  }
}

TEST(Mix, EachBlockDecodesAtOnceAndWhatWasLearnedGoesOn) {
  Encoder encoder;
  Decoder decoder;
  std::size_t first = 0;
  for (int i = 0; i < 3; ++i) {
    for (const std::string& raw : {letters(1, 20'000), std::string("x"), drawn(2, 300), std::string()}) {
      Bytes coded;
      encoder.encode(as_bytes(raw), coded);
      Bytes again;
      ASSERT_TRUE(decoder.decode(coded, raw.size(), again));
      EXPECT_EQ(to_string(again), raw);
      if (raw.size() != 20'000) continue;
      if (i == 0) first = coded.size();
      EXPECT_TRUE(i == 0 || coded.size() * 20 < first) << coded.size() << " after " << first;
    }
  }
  EXPECT_LT(first, 3'000U);
}

// What the coder makes of some octets is part of the format: another machine must make the same.
TEST(Mix, TheWorkedExample) {
  Encoder encoder;
  Bytes coded;
  encoder.encode(as_bytes("To: ann@example.org\r\nTo: ann@example.org\r\n"), coded);
  EXPECT_EQ(to_hex(coded), "a3b6bf3ff58bf642bebeae2564d7308745d767b8a1");
}

TEST(Mix, WhatDoesNotShrinkGrowsByLittle) {
  Encoder encoder;
  Bytes coded;
  encoder.encode(as_bytes(drawn(3, 100'000)), coded);
  EXPECT_LT(coded.size(), 102'500U);
}

TEST(Mix, NoMemoryBeforeTheFirstBlockAndAfterAReset) {
  Encoder encoder;
  EXPECT_EQ(encoder.memory(), 0U);
  Bytes coded;
  encoder.encode(as_bytes("x"), coded);
  EXPECT_GT(encoder.memory(), 0U);
  encoder.reset();
  EXPECT_EQ(encoder.memory(), 0U);
}

Bytes with_references(const std::string& references, const std::string& raw) {
  Encoder encoder;
  encoder.begin(as_bytes(references));
  Bytes coded;
  encoder.encode(as_bytes(raw), coded);
  Decoder decoder;
  decoder.begin(as_bytes(references));
  Bytes again;
  EXPECT_TRUE(decoder.decode(coded, raw.size(), again));
  EXPECT_EQ(to_string(again), raw);
  return coded;
}

// However far before the end of the references.
TEST(Mix, WhatIsOnlySeenIsFoundAgain) {
  const std::string raw = drawn(6, 2'000);
  const std::string far = raw + drawn(7, 3 * kLearned);
  EXPECT_LT(with_references(far, raw).size() * 8, raw.size());
  EXPECT_LT(with_references(far + raw.substr(0, 1'000), raw).size() * 8, raw.size());
  EXPECT_GT(with_references(drawn(7, 3 * kLearned), raw).size(), raw.size());
}

// The vocabulary as it was learned is shared, what comes of it is not.
TEST(Mix, OneWindowSaysNothingToTheNext) {
  const std::string secret = drawn(8, 1'000);
  const Bytes before = with_references({}, secret);
  with_references(secret, secret);
  EXPECT_EQ(with_references({}, secret), before);
}

TEST(Mix, AFullWindowStaysWithinItsMemory) {
  Encoder encoder;
  encoder.begin(Bytes(2 * kHistoryOctets));
  EXPECT_GT(encoder.memory(), kHistoryOctets);
  EXPECT_LE(encoder.memory(), kHistoryOctets + (std::size_t{15} << 20));
}

TEST(Mix, ACodeThatIsTooShortOrTooLongIsRefused) {
  Encoder encoder;
  Bytes coded;
  const std::string raw = drawn(4, 2'000);
  encoder.encode(as_bytes(raw), coded);
  Bytes more = coded;
  more.push_back(std::byte{0});
  more.resize(more.size() + 8);
  Bytes out;
  EXPECT_EQ(Decoder().decode(more, raw.size(), out).error().code, Errc::Protocol);
  EXPECT_EQ(Decoder().decode(ByteView(coded).first(1'000), raw.size(), out).error().code, Errc::Protocol);
}

// Each block of another kind, size and end, all through one pair.
TEST(Mix, GivesAnyOctetsAgain) {
  Encoder encoder;
  Decoder decoder;
  std::mt19937 random(5);
  for (unsigned i = 0; i < 200; ++i) {
    std::string raw = i % 3 == 0 ? drawn(i, random() % 200) : letters(i, random() % 2'000);
    if (i % 5 == 0) raw.append(random() % 3'000, static_cast<char>(random()));
    Bytes coded;
    encoder.encode(as_bytes(raw), coded);
    Bytes again;
    ASSERT_TRUE(decoder.decode(coded, raw.size(), again)) << i;
    ASSERT_EQ(to_string(again), raw) << i;
  }
}

}  // namespace
}  // namespace codec::compress::mix
