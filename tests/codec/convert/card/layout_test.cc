#include "codec/convert/card/layout.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/convert/card/card_chain.h"
#include "codec/convert/card/limits.h"

namespace codec::convert::card {
namespace {

const std::string kUmlauts = [] {
  std::string text;
  for (int i = 0; i < 200; ++i) text += i % 3 == 0 ? "\xc3\xbc" : i % 7 == 0 ? "\xe2\x82\xac" : "x";
  return text;
}();

// A line as a writer of that rule has it.
std::string written(std::string_view line, const FoldRule& rule, const std::string& fold) {
  std::vector<std::size_t> octets;
  foretell_folds(line, rule, octets);
  std::string out;
  for (const std::size_t count : octets) {
    out += std::string(line.substr(0, count)) + fold;
    line.remove_prefix(count);
  }
  return out + std::string(line);
}

std::string card_of(const FoldRule& rule, const std::string& end, const std::string& blank) {
  std::string text;
  for (const std::string& line :
       {std::string("BEGIN:VCARD"), "NOTE:" + kUmlauts, "LABEL:" + std::string(500, 'y'), "ORG:" + kUmlauts + kUmlauts,
        "TITLE:" + std::string(75 - 6, 'z'), std::string("END:VCARD")})
    text += written(line, rule, end + blank) + end;
  return text;
}

// Octets of layout, or -1 where the card does not come back.
int layout_of(const std::string& text) {
  const auto chain = to_chain(text);
  if (!chain || to_text(*chain).value_or("refused") != text) return -1;
  return static_cast<int>(chain->get_or(kLayout, {}).value().size());
}

TEST(Layout, CanonicalCostsNothing) {
  EXPECT_EQ(layout_of(card_of({}, "\r\n", " ")), 0);
  EXPECT_EQ(layout_of("BEGIN:VCARD\r\nEND:VCARD\r\n"), 0);
  std::string folded;
  for (std::size_t at = 0; at < 750; at += 74) folded += (at ? "\r\n " : "a") + std::string(74, 'b');
  EXPECT_EQ(layout_of("BEGIN:VCARD\r\n" + folded + "\r\nEND:VCARD\r\n"), 0);
}

TEST(Layout, OfAnyWriterTrueToItselfIsAFewOctets) {
  for (const std::size_t width : {0, 20, 60, 72, 73, 75, 76, 78, 998})
    for (const FoldUnit unit : {FoldUnit::WholeCharacters, FoldUnit::Octets, FoldUnit::Characters})
      for (const bool counts : {true, false})
        for (const std::string end : {"\r\n", "\n"})
          for (const std::string blank : {" ", "\t"}) {
            const int octets = layout_of(card_of({width, unit, counts}, end, blank));
            EXPECT_GE(octets, 0) << width << " " << static_cast<int>(unit) << counts;
            EXPECT_LE(octets, 3) << width << " " << static_cast<int>(unit) << counts;
          }
}

TEST(Layout, NoFinalLineEndIsAFlag) {
  EXPECT_EQ(layout_of("BEGIN:VCARD\r\nEND:VCARD"), 1);
  EXPECT_EQ(layout_of("BEGIN:VCARD\nEND:VCARD"), 1);
  EXPECT_EQ(layout_of("BEGIN:VCARD\r\nEND:VCARD\r\n\r\n"), 0);
}

TEST(Layout, AStrayLineEndOrTabIsAnException) {
  std::string text = card_of({}, "\r\n", " ");
  text.replace(text.find("\r\n "), 3, "\r\n\t");
  EXPECT_EQ(layout_of(text), 4);
  text = card_of({}, "\n", " ");
  text.replace(text.find("\n"), 1, "\r\n");
  EXPECT_EQ(layout_of(text), 4);
}

TEST(Layout, ALineFoldedAtAnyColumnIsAnException) {
  const std::string line = "NOTE:" + std::string(70, 'n');
  for (std::size_t first = 0; first <= line.size(); ++first)
    for (std::size_t second = first; second <= line.size(); second += 7) {
      const std::string text = "BEGIN:VCARD\r\n" + line.substr(0, first) + "\r\n " +
                               line.substr(first, second - first) + "\r\n\t" + line.substr(second) +
                               "\r\nEND:VCARD\r\n";
      EXPECT_GE(layout_of(text), 1) << first << " " << second;
      EXPECT_LE(layout_of(text), 14) << first << " " << second;
    }
}

TEST(Layout, APictureOfAnotherWidthIsARun) {
  std::string picture = "PHOTO;ENCODING=b:\r\n ";
  for (int i = 0; i < 500; ++i) picture += (i ? "\r\n " : "") + std::string(76, 'Q');
  const std::string text = card_of({}, "\r\n", " ");
  EXPECT_LE(layout_of("BEGIN:VCARD\r\n" + picture + "\r\nEND:VCARD\r\n" + text), 12);
}

TEST(Layout, FoldsInsideCharactersComeBack) {
  std::string text = "BEGIN:VCARD\r\nNOTE:";
  for (const char c : kUmlauts) text += std::string(1, c) + "\r\n ";
  EXPECT_GE(layout_of(text + "\r\nEND:VCARD\r\n"), 1);
}

std::string lines_written(ByteView layout, const std::vector<std::string>& lines) {
  auto writer = LineWriter::make(layout);
  if (!writer) return writer.error().what;
  for (const std::string& line : lines)
    if (const auto done = writer->write(line); !done) return done.error().what;
  const auto text = writer->finish();
  return text ? *text : text.error().what;
}

TEST(LineWriter, RefusesLayoutsOfOtherCards) {
  const auto refused = [](std::string_view hex) {
    return lines_written(*from_hex(hex), {"abc", "def"}).starts_with("card: ");
  };
  EXPECT_FALSE(refused(""));
  EXPECT_FALSE(refused("00"));
  EXPECT_TRUE(refused("0000"));          // more than the flags say
  EXPECT_TRUE(refused("18"));            // a unit that is none
  EXPECT_TRUE(refused("40ffffff7f"));    // a width no card has
  EXPECT_TRUE(refused("80010200"));      // a third line end
  EXPECT_TRUE(refused("80000100"));      // a fold with a tab where none is
  EXPECT_TRUE(refused("8000000200"));    // a third line
  EXPECT_TRUE(refused("800000000108"));  // a fold behind the line
  for (const std::string cut : {"40", "80", "8001", "8000000080", "80000000ffffff7f"})
    EXPECT_NE(lines_written(*from_hex(cut), {"abc", "def"}), "abc\r\ndef\r\n") << cut;
}

TEST(LineWriter, CannotGrowAboveTheLimit) {
  // A run of 2^20 folds of no octets, again and again.
  std::string hex = "80000000ff7f";
  for (int i = 0; i < 100; ++i) hex += "01feff3f";
  EXPECT_EQ(lines_written(*from_hex(hex), {"abc"}), "card: too long");
  EXPECT_EQ(lines_written(*from_hex("4101"), {std::string(kMaxCard, 'x')}), "card: too long");
}

RC_GTEST_PROP(Layout, AnyFoldsComeBack, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "\xc3\xbc", "\xc3", std::string(40, 'l'), "\r\n ", "\n ", "\r\n\t", "\n\t", "\r\n", "\n"));
  std::string text = "BEGIN:VCARD\r\n";
  for (const std::string& piece : pieces) text += piece;
  RC_ASSERT(layout_of(text) >= 0);
}

}  // namespace
}  // namespace codec::convert::card
