#include "codec/mime/splitter.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "codec/mime/split_layout.h"

namespace codec::mime {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string random_octets(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string octets(size, '\0');
  for (char& c : octets) c = static_cast<char>(random());
  return octets;
}

std::string base64(std::string_view octets, std::size_t line, std::string_view end) {
  std::string out;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    std::uint32_t bits = 0;
    const std::size_t have = std::min<std::size_t>(3, octets.size() - at);
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < have ? static_cast<unsigned char>(octets[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) out += i <= have ? kBase64[(bits >> (18 - 6 * i)) & 63U] : '=';
  }
  std::string lines;
  for (std::size_t at = 0; at < out.size(); at += line) lines += out.substr(at, line) + std::string(end);
  return lines;
}

// Round trip of one block by a splitter of its own.
SplitBlock there_and_back(std::string_view mail) {
  Splitter splitter;
  SplitBlock block = splitter.split(as_bytes(mail));
  const Result<Bytes> again = join(block.layout, block.content, mail.size());
  EXPECT_TRUE(again) << to_string(again.error());
  if (again) {
    EXPECT_EQ(to_string(*again), mail);
  }
  return block;
}

std::string quoted_part(std::string_view body) {
  return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         std::string(body);
}

TEST(Split, AttachmentIsItsOctets) {
  for (const std::size_t line : {60U, 64U, 72U, 76U, 988U}) {
    for (const std::string_view end : {"\r\n", "\n"}) {
      for (const std::size_t size : {3000U, 3001U, 3002U, 57U * 10}) {
        const std::string file = random_octets(size, 1);
        const std::string mail = "Content-Transfer-Encoding: base64\r\n\r\n" + base64(file, line, end) + "--b--\r\n";
        const SplitBlock block = there_and_back(mail);
        EXPECT_NE(to_string(block.content).find(file), std::string::npos) << line << " " << size;
        EXPECT_LE(block.layout.size(), 12U);
      }
    }
  }
}

TEST(Split, IrregularBase64KeepsItsOctets) {
  const std::string file = random_octets(3000, 2);
  std::string mail = base64(file, 76, "\r\n");
  there_and_back(mail + "\r\n");
  mail.insert(500, "\r\n");  // a line in two
  const SplitBlock cut = there_and_back(mail);
  EXPECT_LT(cut.content.size() + cut.layout.size(), file.size() + 200);
  mail[900] = '=';  // padded in the middle
  there_and_back(mail);
  mail[1500] = '-';  // no such character
  there_and_back(mail);
  there_and_back(mail.substr(0, mail.size() - 3));
  there_and_back(base64(file.substr(0, 100), 76, "\r\n") + "====\r\n");
}

TEST(Split, BitsThatNoOctetUsesKeepThemLiteral) {
  const std::string line(76, 'Q');
  there_and_back(line + "\r\n" + line + "\r\nQR==\r\n");  // canonical is QQ==
  const SplitBlock block = there_and_back(line + "\r\n" + line + "\r\nQQ==\r\n");
  EXPECT_EQ(block.content.size(), 2U * 57 + 1);
}

TEST(Split, WordsAreNoBase64) {
  const std::string text = "Hello\r\nworld\r\nthis\r\nmail\r\nhas\r\nshort\r\nlines\r\n";
  const SplitBlock block = there_and_back(text);
  EXPECT_TRUE(block.layout.empty());
  EXPECT_EQ(to_string(block.content), text);
}

std::string quoted(std::string_view text, std::size_t limit) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    std::string token(1, c);
    if (octet > 126 || c == '=') token = {'=', kHex[octet >> 4], kHex[octet & 15]};
    if (column + token.size() > limit - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += token;
    column += token.size();
  }
  return out + "\r\n";
}

TEST(Split, WhatAWriterAlwaysDoesIsToldOnce) {
  std::string text;
  while (text.size() < 20'000)
    text +=
        "Gr\xc3\xbc\xc3\x9f"
        "e aus M\xc3\xbcnchen, 1+1=2 und noch mehr W\xc3\xb6rter ";
  for (const std::size_t limit : {76U, 73U, 71U}) {
    const SplitBlock block = there_and_back(quoted_part(quoted(text, limit)));
    EXPECT_NE(to_string(block.content).find(text), std::string::npos);
    EXPECT_LT(block.layout.size(), 40U) << limit;
  }
}

std::string quoted_by_words(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, std::min(text.size(), text.find(' ') + 1));
    if (column + word.size() > 75) {
      out += "=\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    text.remove_prefix(word.size());
  }
  return out + "\r\n";
}

TEST(Split, AWriterThatBreaksBetweenWordsIsLearned) {
  std::string text;
  for (int i = 0; text.size() < 20'000; ++i)
    text += "Now's the time " + std::to_string(i) + " for all folk to come to the aid ";
  const SplitBlock block = there_and_back(quoted_part(quoted_by_words(text)));
  EXPECT_NE(to_string(block.content).find(text), std::string::npos);
  EXPECT_LT(block.layout.size(), 40U);
}

// The first: RFC 2045 §6.7's example of soft line breaks.
TEST(Split, OddQuotedTextKeepsItsOctets) {
  for (const std::string_view body :
       {"Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.\r\n",
        "a=3db and more text =3D=3D=3D=3D=3D=3D=3D\r\n", "=\r\n=\r\n=\r\n",
        "=0D=0A=0D\r\n=0A\n=0D=\r\n\n=3D=3D=3D=3D=3D=3D", "\r=0A=0D=0A\r\r\n\r=\r\n\n=20=20=20=20=20=20=20=20",
        "x =\r\n", "=20\r\n=09\r\n \r\n=20=\r\n\r\n", "=3", "=", "=\r", "a=\r\n\r\nb=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC",
        "=41=42=43=44=45=46=47=48=49=4A\r\nABCDEFGHIJ\r\n=41=42\r\n",
        "=FF=FE=FD=00=01=02\x80\xff=FF=FF=FF=FF=FF=FF\r\n"}) {
    there_and_back(quoted_part(body));
    there_and_back(body);
    std::string bare = quoted_part(body);
    std::erase(bare, '\r');
    there_and_back(bare);
  }
}

TEST(Split, TheNextPartIsSeen) {
  const std::string file = random_octets(2000, 3);
  const std::string mail = quoted_part("=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC\r\n--b\r\n") +
                           "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                           base64(file, 76, "\r\n") + "--b\r\n" +
                           quoted_part("=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC=C3=BC\r\n");
  const SplitBlock block = there_and_back(mail);
  EXPECT_NE(to_string(block.content).find(file), std::string::npos);
  EXPECT_EQ(to_string(block.content).find("=C3"), std::string::npos);
}

// The blocks of a mail, each alone: what a transfer that was cut goes on with.
TEST(Split, BlocksStandAlone) {
  const std::string file = random_octets(300'000, 4);
  const std::string mail = quoted_part(quoted(std::string(5000, '\xe4'), 76)) + "--b\r\nContent-Type: a/b\r\n\r\n" +
                           base64(file, 76, "\r\n");
  std::string again;
  std::size_t carried = 0;
  Splitter splitter;
  for (std::size_t at = 0; at < mail.size();) {
    const ByteView rest = as_bytes(mail).subspan(at);
    const ByteView block = rest.first(rest.size() > 65'536 ? split_point(rest.first(65'536)) : rest.size());
    const SplitBlock split = splitter.split(block);
    const Result<Bytes> joined = join(split.layout, split.content, block.size());
    ASSERT_TRUE(joined);
    again += to_string(*joined);
    carried += split.layout.size() + split.content.size();
    at += block.size();
  }
  EXPECT_EQ(again, mail);
  EXPECT_LT(carried, file.size() + 5000 + 500);
}

TEST(Split, PointIsBehindALine) {
  EXPECT_EQ(split_point(as_bytes("abc\r\ndef")), 5U);
  EXPECT_EQ(split_point(as_bytes("abcdef")), 6U);
  EXPECT_EQ(split_point(as_bytes("")), 0U);
  EXPECT_EQ(split_point(as_bytes("\n" + std::string(10'000, 'x'))), 10'001U);
}

const std::vector<std::string> kPieces = {"Content-Transfer-Encoding: quoted-printable",
                                          "content-transfer-encoding:base64",
                                          "",
                                          "--b",
                                          "=C3=BC",
                                          "=",
                                          "a =",
                                          "=3",
                                          "=3d",
                                          "=0D",
                                          "=0A",
                                          "=20",
                                          " ",
                                          "\r",
                                          "text and more text",
                                          std::string(76, 'A'),
                                          std::string(64, '/'),
                                          std::string(36, 'Q') + "QQ==",
                                          "AAAA",
                                          "AA==",
                                          std::string(100, 'x'),
                                          std::string("\0\xff", 2)};

rc::Gen<std::string> any_lines() {
  const auto piece = rc::gen::pair(rc::gen::elementOf(kPieces),
                                   rc::gen::weightedElement<std::string>({{6, "\r\n"}, {2, "\n"}, {2, ""}, {1, "\r"}}));
  return rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, std::string>>>(piece),
                      [](const auto& pieces) {
                        std::string mail;
                        for (const auto& [text, end] : pieces) mail += text + end;
                        return mail;
                      });
}

RC_GTEST_PROP(SplitProperty, GivesTheSameOctetsAgain, ()) {
  const std::string mail = *any_lines();
  Splitter splitter;
  for (const std::string_view part : {std::string_view(mail), std::string_view(mail)}) {  // the second one goes on
    const SplitBlock block = splitter.split(as_bytes(part));
    const Result<Bytes> again = join(block.layout, block.content, part.size());
    RC_ASSERT(again.has_value());
    RC_ASSERT(to_string(*again) == part);
    RC_ASSERT(block.content.size() + block.layout.size() <= part.size() + 16);
  }
}

RC_GTEST_PROP(SplitProperty, GivesThemCutAnywhere, ()) {
  const std::string mail = *any_lines();
  const auto cut = *rc::gen::inRange<std::size_t>(0, mail.size() + 1);
  Splitter splitter;
  std::string again;
  for (const std::string& part : {mail.substr(0, cut), mail.substr(cut)}) {
    const SplitBlock block = splitter.split(as_bytes(part));
    again += to_string(join(block.layout, block.content, part.size()).value());
  }
  RC_ASSERT(again == mail);
}

TEST(Join, RefusesWhatGivesAnotherSize) {
  const Bytes nothing;
  EXPECT_EQ(join(nothing, to_bytes("abc"), 4).error().code, Errc::Protocol);
  EXPECT_EQ(join(nothing, to_bytes("abc"), kMaxSplitBlock + 1).error().code, Errc::Limit);
  LayoutWriter writer;
  writer.add(Base64Stretch{.size = 30, .line = 4, .end = LineEnd::CrLf, .ended = true});
  const Bytes layout = writer.take();
  EXPECT_EQ(join(layout, Bytes(30), 60).value().size(), 60U);
  EXPECT_EQ(join(layout, Bytes(30), 59).error().code, Errc::Protocol);
  EXPECT_EQ(join(layout, Bytes(30), 61).error().code, Errc::Protocol);
  EXPECT_EQ(join(layout, Bytes(29), 60).error().code, Errc::Protocol);
  EXPECT_EQ(join(layout, Bytes(31), 60).error().code, Errc::Protocol);
}

TEST(Join, RefusesALayoutThatCannotBe) {
  for (const std::string_view hex :
       {"00", "03", "07", "7901", "790405", "7908", "790400", "7a00", "7a0401", "7a000501", "ffffffffffffffffff7f"}) {
    EXPECT_FALSE(join(from_hex(hex).value(), Bytes(30), 40)) << hex;
  }
}

TEST(SplitLayout, ReadsWhatItWrites) {
  const std::vector<Stretch> stretches = {
      LiteralStretch{1}, Base64Stretch{.size = 100, .line = 76, .end = LineEnd::Lf, .ended = true},
      Base64Stretch{.size = 99, .line = 76, .end = LineEnd::CrLf, .ended = false},
      QuotedStretch{.size = 500, .end = LineEnd::CrLf, .broken = true, .surprises = {0, 1, 1000}},
      LiteralStretch{kMaxSplitBlock}};
  LayoutWriter writer;
  for (const Stretch& stretch : stretches) writer.add(stretch);
  const Bytes layout = writer.take();
  LayoutReader reader(layout);
  for (const Stretch& stretch : stretches) EXPECT_EQ(reader.next().value(), stretch);
  EXPECT_TRUE(reader.empty());
}

}  // namespace
}  // namespace codec::mime
