#include "codec/container/opener.h"

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "codec/container/limits.h"
#include "tests/codec/container/streams.h"

namespace codec::container {
namespace {

TEST(Opener, EmptyAndPlainAreThemselves) {
  Opener opener;
  EXPECT_TRUE(opener.open({}).content.empty());
  const std::string text = some_words(70'000, 1);
  const OpenedBlock block = opener.open(as_bytes(text));
  EXPECT_TRUE(block.recipe.empty());
  EXPECT_EQ(to_string(block.content), text);
}

TEST(Opener, ContainersAreOpened) {
  const std::string text = some_markup(50'000, 2);
  for (const std::string& octets : {gzip(text), gzip(text, {}, "a name.txt"), zip("word/document.xml", text),
                                    pdf_stream(text), "mail " + gzip(text) + gzip(text) + pdf_stream(text)}) {
    const Carried carried = carry(octets);
    EXPECT_NE(carried.content.find(text), std::string::npos);
    EXPECT_LE(carried.recipe, 60U);
  }
}

TEST(Opener, WhatIsEncryptedOrStoredIsKept) {
  const std::string packed = deflated(some_markup(50'000, 3), {.window = -15});
  EXPECT_EQ(carry(zip_entry("a", packed, 50'000, 1)).recipe, 0U);
  EXPECT_EQ(carry(zip_entry("a", packed, 50'000, 0, 0)).recipe, 0U);
  EXPECT_GT(carry(zip_entry("a", packed, 50'000, 8)).recipe, 0U);  // sizes stand behind
}

TEST(Opener, ContainersWithinAreOpened) {
  const std::string text = some_markup(60'000, 4);
  const std::string inner = zip("a.xml", text);
  const std::string outer = zip("inner.docx", inner + some_words(20'000, 5) + gzip(text));
  const Carried carried = carry(outer);
  EXPECT_NE(carried.content.find(text), std::string::npos);
  for (const std::size_t cut : {1000U, 5000U, 65'536U}) EXPECT_NE(carry(outer, cut).content.size(), 0U);
}

TEST(Opener, StreamsGoOnInTheNextBlock) {
  const std::string text = some_markup(600'000, 6);
  for (const int level : {1, 6}) {
    const std::string octets = zip("word/document.xml", text, {.level = level});
    for (const std::size_t cut : {16'384U, 65'536U}) {
      const Carried carried = carry(octets, cut);
      EXPECT_NE(carried.content.find(text), std::string::npos);
      EXPECT_LE(carried.recipe, 20 + 160 * (octets.size() / cut + 1));  // a cut block's codes are in the recipe
      EXPECT_LE(carried.count.wrong, 3 * (octets.size() / cut + 1));
    }
  }
}

TEST(Opener, CutAtEveryPlace) {
  const std::string text = some_markup(2'000, 7);
  for (const std::string& octets : {gzip(text, {}, "name"), zip("a/b", text), pdf_stream(text, {.memory = 1})}) {
    for (std::size_t cut = 1; cut < octets.size(); ++cut) {
      Opener opener;
      Closer closer;
      for (const std::string_view part :
           {std::string_view(octets).substr(0, cut), std::string_view(octets).substr(cut)}) {
        const OpenedBlock block = opener.open(as_bytes(part));
        EXPECT_EQ(to_string(closer.close(block.recipe, block.content, part.size()).value()), part) << cut;
      }
    }
    for (const std::size_t cut : {1U, 2U, 3U, 7U, 50U}) carry(octets, cut);
  }
}

TEST(Opener, ABombIsGivenUp) {
  const std::string bomb = gzip(std::string(200'000'000, '\0'), {.level = 9});
  ASSERT_LT(bomb.size(), 250'000U);
  for (const std::size_t cut : {1000U, 65'536U, 1'000'000U}) carry(bomb, cut);
  std::string many;
  for (int i = 0; i < 100; ++i) many += gzip(std::string(1'000'000, 'x'), {.level = 9});
  carry(many, 65'536);
}

TEST(Opener, WhatIsBrokenKeepsItsOctets) {
  const std::string text = some_markup(30'000, 8);
  const std::string whole = gzip(text) + zip("a", text, {.memory = 2}) + pdf_stream(text, {.flush = Z_SYNC_FLUSH});
  std::mt19937 random(9);
  for (int i = 0; i < 60; ++i) {
    std::string octets = whole;
    for (std::size_t hit = 1 + random() % 5; hit > 0; --hit)
      octets[random() % octets.size()] ^= char(1U << random() % 8);
    carry(octets, 1 + random() % 8000);
    carry(whole.substr(0, random() % whole.size()), 1 + random() % 40'000);
  }
}

// zlib itself takes seconds for it; both ends would again.
TEST(Opener, WhatTakesAMatcherTooLongIsKept) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < 300'000) text += random() % 2 == 0 ? 'a' : 'b';
  EXPECT_EQ(carry(gzip(text, {.level = 9})).count.opened, 0U);
}

TEST(Opener, ForgedHeadersCostLittle) {
  const std::string packed =
      deflated(some_words(200'000, 10), {.window = -15, .flush = Z_SYNC_FLUSH, .flush_every = 37});
  std::string octets;
  while (octets.size() < 1'000'000) octets += zip_entry("", packed.substr(0, 40), 1);
  carry(octets);
}

// Who sends mail decides how much there is to inflate; not without end.
TEST(Opener, OfOneItemSoMuchIsOpenedAndNoMore) {
  constexpr std::size_t kText = 700'000;
  const std::string zeros = gzip(std::string(kText, '0'));
  Opener opener;
  Closer closer;
  std::size_t text = 0;
  std::size_t last = 0;
  for (std::size_t done = 0; done < 2 * kMaxText; done += kText) {
    const OpenedBlock opened = opener.open(as_bytes(zeros));
    const Result<Bytes> again = closer.close(opened.recipe, opened.content, zeros.size());
    ASSERT_TRUE(again);
    ASSERT_EQ(to_string(*again), zeros);
    last = opened.content.size();
    if (last > zeros.size()) text += last;
  }
  EXPECT_EQ(last, zeros.size()) << "at the end nothing is opened";
  EXPECT_GT(text, kMaxText / 2);
  EXPECT_LT(text, kMaxText + 2 * kText);
}

RC_GTEST_PROP(OpenerProperty, GivesTheSameOctetsAgain, ()) {
  std::string octets;
  const auto parts = *rc::gen::inRange(1, 5);
  for (int i = 0; i < parts; ++i) {
    const auto seed = *rc::gen::inRange<unsigned>(0, 1000);
    const auto size = *rc::gen::inRange<std::size_t>(0, 20'000);
    const Making making{.level = *rc::gen::inRange(0, 10),
                        .memory = *rc::gen::inRange(1, 10),
                        .strategy = *rc::gen::inRange(0, 5),
                        .window = *rc::gen::inRange(9, 16),
                        .flush = *rc::gen::element(Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH),
                        .flush_every = *rc::gen::inRange<std::size_t>(1, 5000)};
    const std::string text = seed % 3 == 0   ? some_octets(size / 4, seed)
                             : seed % 3 == 1 ? some_words(size, seed)
                                             : some_markup(size, seed);
    octets += seed % 2 == 0 ? gzip(text, making) : pdf_stream(text, making);
    octets += some_words(seed, seed);
  }
  const auto cut = *rc::gen::inRange<std::size_t>(1, 70'000);
  carry(cut < 100 ? octets.substr(0, 5000) : octets, cut);
}

}  // namespace
}  // namespace codec::container
