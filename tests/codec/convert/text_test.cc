#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "codec/convert/header_text.h"
#include "codec/convert/html_text.h"
#include "codec/convert/search_text.h"
#include "codec/convert/utf8.h"

namespace codec::convert {
namespace {

TEST(HeaderText, DecodesEncodedWords) {
  EXPECT_EQ(decode_header("=?utf-8?q?h=C3=A9?= =?utf-8?b?bGxv?= x"), "h\xc3\xa9llo x");
  EXPECT_EQ(decode_header("=?iso-8859-1?q?gr=FC=DFe?="),
            "gr\xc3\xbc\xc3\x9f"
            "e");
  EXPECT_EQ(decode_header("plain\r\n folded"), "plain folded");
  EXPECT_EQ(decode_header("raw \xfc \xc3\xbc"), "raw \xc3\xbc \xc3\xbc");
  EXPECT_EQ(decode_header(std::string_view("a\0b", 3)), "a b");
}

TEST(HeaderText, DecodesParameters) {
  EXPECT_EQ(decode_parameter({.name = "filename*", .value = "iso-8859-1'de'gr%FC%DFe"}),
            "gr\xc3\xbc\xc3\x9f"
            "e");
  EXPECT_EQ(decode_parameter({.name = "filename", .value = "=?utf-8?q?=C3=A9?="}), "\xc3\xa9");
  EXPECT_EQ(decode_parameter({.name = "filename*", .value = "no%20charset"}), "no charset");
}

std::string decode(std::string_view charset, std::string_view text, std::size_t step) {
  TextDecoder decoder(charset);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += step) decoder.decode(text.substr(at, step), out);
  decoder.finish(out);
  return out;
}

TEST(TextDecoder, PiecesDoNotMatter) {
  const std::string_view japanese = "\x1b$B%F%9%H\x1b(B!";
  const std::string_view utf8 = "\xe2\x82\xac\xf0\x9f\x98\x80\xff\xe2\x82";
  for (std::size_t step = 1; step < 12; ++step) {
    EXPECT_EQ(decode("iso-2022-jp", japanese, step), "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88!");
    EXPECT_EQ(decode("utf-8", utf8, step), decode("utf-8", utf8, 100));
    EXPECT_EQ(decode("shift_jis", "\x83\x65\x83", step), decode("shift_jis", "\x83\x65\x83", 100));
  }
}

TEST(TextDecoder, UnknownAndLyingCharsetsAreGuessed) {
  EXPECT_EQ(decode("no-such-charset", "a\xfc\x80", 100), "a\xc3\xbc\xe2\x82\xac");
  EXPECT_EQ(decode("us-ascii", "\xc3\xbc", 1), "\xc3\xbc");
  EXPECT_EQ(decode("utf-8//../x", "a", 1), "a");
}

TEST(Utf8From, SaysWhenItCannot) {
  EXPECT_EQ(*utf8_from("ISO-8859-1", "\xfc"), "\xc3\xbc");
  EXPECT_EQ(utf8_from("no-such-charset", "a").error().code, Errc::Unsupported);
  EXPECT_EQ(utf8_from("utf-8", "\xff").error().code, Errc::Protocol);
  EXPECT_EQ(utf8_from("us-ascii", "\xc3\xbc").error().code, Errc::Protocol);
}

TEST(ParseDate, KeepsTheDayAsWritten) {
  const auto date = parse_date("Mon, 2 Feb 2026 23:30:00 -0800 (PST)");
  ASSERT_TRUE(date);
  EXPECT_EQ(date->year, 2026);
  EXPECT_EQ(date->month, 2);
  EXPECT_EQ(date->day, 2);
  EXPECT_EQ(date->unix_time, 1770103800);
  EXPECT_FALSE(parse_date("nonsense"));
  EXPECT_FALSE(parse_date(""));
}

TEST(HtmlText, PiecesDoNotMatter) {
  const std::string_view html = "<p title='a>b'>x &lt; y<br/>&unknown; &#x41;&</p><!--a--b--><style>s</style>z";
  const auto run = [&](std::size_t step) {
    HtmlText parser;
    std::string out;
    for (std::size_t at = 0; at < html.size(); at += step) parser.feed(html.substr(at, step), out);
    return out;
  };
  EXPECT_EQ(run(100), " x < y &unknown; A&  z");
  for (std::size_t step = 1; step < 10; ++step) EXPECT_EQ(run(step), run(100));
}

TEST(Utf8, CutsBetweenCharacters) {
  EXPECT_EQ(cut_utf8("a\xe2\x82\xac", 3), "a");
  EXPECT_EQ(cut_utf8("a\xe2\x82\xac", 4), "a\xe2\x82\xac");
}

const std::string kSearched =
    "From: =?utf-8?q?J=C3=B6rg?= <j@x.test>\r\nSubject: Invoice\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "R3LDvMOfZSBhdXMgS8O2bG4K\r\n"
    "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
    "filename*=utf-8''%C3%9Cbersicht.pdf\r\n\r\n"
    "opaque\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: forwarded\r\n\r\ninside\r\n--b--\r\n";

bool has(Where where, std::string_view needle) {
  return contains_text(as_bytes(kSearched), where, fold_case(needle));
}

TEST(SearchText, LooksWhereItIsTold) {
  using Kind = Where::Kind;
  EXPECT_TRUE(has({Kind::Field, "from"}, "J\xc3\x96RG"));
  EXPECT_FALSE(has({Kind::Field, "subject"}, "j\xc3\xb6rg"));
  EXPECT_TRUE(has({Kind::Field, "Subject"}, ""));
  EXPECT_FALSE(has({Kind::Field, "X-None"}, ""));
  EXPECT_TRUE(has({Kind::AnyHeader, ""}, "invoice"));
  EXPECT_FALSE(has({Kind::Body, ""}, "invoice"));
  EXPECT_TRUE(has({Kind::Whole, ""}, "invoice"));
  EXPECT_TRUE(has({Kind::Body, ""}, "gr\xc3\x9cSSE aus k\xc3\x96ln"));
  EXPECT_TRUE(has({Kind::Body, ""}, "forwarded"));
  EXPECT_TRUE(has({Kind::Body, ""}, "inside"));
  EXPECT_TRUE(has({Kind::Body, ""},
                  "\xc3\xbc"
                  "bersicht.pdf"));
  EXPECT_FALSE(has({Kind::Body, ""}, "opaque"));
  EXPECT_FALSE(has({Kind::AnyHeader, ""}, "forwarded"));
}

TEST(SearchText, FindsAcrossPieces) {
  const std::string mail = "Subject: x\r\n\r\n" + std::string(kTextPiece - 3, 'a') + "needle" + std::string(100, 'b');
  EXPECT_TRUE(contains_text(as_bytes(mail), {Where::Kind::Body, ""}, "aneedleb"));
  EXPECT_FALSE(contains_text(as_bytes(mail), {Where::Kind::Body, ""}, "needles"));
}

TEST(SearchText, StopsWhenTheSinkHasEnough) {
  int calls = 0;
  stream_text(as_bytes(kSearched), mime::scan(as_bytes(kSearched)), {},
              [&](std::string_view, bool) { return ++calls < 2; });
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace codec::convert
