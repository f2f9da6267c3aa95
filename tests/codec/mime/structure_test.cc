#include "codec/mime/structure.h"
#include "tests/codec/mime/mime_checks.h"

#include <gtest/gtest.h>

#include <string>

namespace codec::mime {
namespace {

std::string text_of(const std::string& mail, Range range) {
  return mail.substr(range.begin, range.size());
}

TEST(Structure, APlainMailIsOneLeaf) {
  const std::string mail = "Subject: a\r\n\r\none\r\ntwo\r\n";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 1u);
  EXPECT_EQ(text_of(mail, s.root().header), "Subject: a\r\n\r\n");
  EXPECT_EQ(text_of(mail, s.root().body), "one\r\ntwo\r\n");
  EXPECT_EQ(s.root().header_lines, 2u);
  EXPECT_EQ(s.root().body_lines, 2u);
  EXPECT_TRUE(s.root().content.is("text", "plain"));
  EXPECT_FALSE(s.root().content.stated);
}

TEST(Structure, NothingAtAllIsALeafToo) {
  const Structure s = scan_text("");
  ASSERT_EQ(s.parts.size(), 1u);
  EXPECT_TRUE(s.root().header.empty());
  EXPECT_TRUE(s.root().body.empty());
}

TEST(Structure, AMailMayHaveNoBodyOrNoHeader) {
  const Structure headless = scan_text("\r\nbody");
  EXPECT_EQ(headless.root().header, (Range{0, 2}));
  EXPECT_EQ(headless.root().body, (Range{2, 6}));
  const Structure bodyless = scan_text("Subject: a");
  EXPECT_EQ(bodyless.root().header, (Range{0, 10}));
  EXPECT_EQ(bodyless.root().body, (Range{10, 10}));
}

TEST(Structure, ABareLineFeedEndsALineAndABareReturnDoesNot) {
  const std::string mail = "Subject: a\rb: c\n\none\rtwo\n";
  const Structure s = scan_text(mail);
  EXPECT_EQ(text_of(mail, s.root().body), "one\rtwo\n");
  EXPECT_EQ(s.root().body_lines, 1u);
}

const std::string kMixed =
    "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    "--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n\r\n"
    "--b--\r\nepilogue\r\n";

TEST(Structure, TheLineEndBeforeABoundaryIsTheBoundarys) {
  const Structure s = scan_text(kMixed);
  ASSERT_EQ(s.parts.size(), 3u);
  EXPECT_EQ(s.root().kind, PartKind::Multipart);
  EXPECT_EQ(text_of(kMixed, s.parts[1].body), "hello");
  EXPECT_EQ(s.parts[1].body_lines, 0u);
  EXPECT_EQ(text_of(kMixed, s.parts[2].body), "AAAA\r\n");
  EXPECT_EQ(s.parts[2].body_lines, 1u);
  EXPECT_EQ(s.root().body.end, kMixed.size());
  EXPECT_EQ(s.next_sibling(*s.first_child(s.root())), &s.parts[2]);
}

TEST(Structure, BoundaryLinesInTheEpilogueAreText) {
  const Structure s = scan_text(kMixed + "--b\r\n\r\nmore\r\n");
  EXPECT_EQ(s.parts.size(), 3u);
}

TEST(Structure, AnUnterminatedMultipartEndsWithTheMail) {
  const std::string mail = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 3u);
  EXPECT_EQ(text_of(mail, s.parts[1].body), "one");
  EXPECT_EQ(text_of(mail, s.parts[2].body), "two\n");
}

TEST(Structure, AnOuterBoundaryEndsInnerMultiparts) {
  const std::string mail =
      "Content-Type: multipart/mixed; boundary=outer\n\n"
      "--outer\nContent-Type: multipart/mixed; boundary=inner\n\n--inner\n\nlost\n"
      "--outer\n\nnext\n--outer--\n";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 4u);
  EXPECT_EQ(text_of(mail, s.parts[2].body), "lost");
  EXPECT_EQ(s.parts[3].parent, 0u);
  EXPECT_EQ(text_of(mail, s.parts[3].body), "next");
}

TEST(Structure, OfBoundariesThatAreHeadsOfEachOtherTheLongestCounts) {
  const std::string mail =
      "Content-Type: multipart/mixed; boundary=b\n\n"
      "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 4u);
  EXPECT_EQ(s.parts[2].parent, 1u);
  EXPECT_EQ(text_of(mail, s.parts[2].body), "one");
  EXPECT_EQ(text_of(mail, s.parts[3].body), "two");
}

TEST(Structure, ABoundaryEndsAHeaderWithoutBlankLine) {
  const std::string mail =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n--b\r\n\r\nx\r\n--b--\r\n";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 3u);
  EXPECT_EQ(text_of(mail, s.parts[1].header), "Content-Type: text/html");
  EXPECT_TRUE(s.parts[1].body.empty());
  EXPECT_EQ(s.parts[1].body_lines, 0u);
  EXPECT_TRUE(s.parts[1].content.is("text", "html"));
}

TEST(Structure, AnEmbeddedMailIsTheChildOfItsPart) {
  const std::string mail =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
      "Subject: inner\r\n\r\nbody\r\n--b--\r\n";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 3u);
  EXPECT_EQ(s.parts[1].kind, PartKind::Message);
  EXPECT_EQ(text_of(mail, s.parts[1].body), "Subject: inner\r\n\r\nbody");
  EXPECT_EQ(s.parts[1].body_lines, 2u);
  EXPECT_EQ(text_of(mail, s.parts[2].header), "Subject: inner\r\n\r\n");
  EXPECT_EQ(text_of(mail, s.parts[2].body), "body");
}

TEST(Structure, AnEmbeddedMailCutInItsHeaderStaysInsideItsPart) {
  const std::string mail =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: "
      "inner\r\n--b--";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 3u);
  EXPECT_EQ(s.parts[2].body.end, s.parts[1].body.end);
  EXPECT_EQ(text_of(mail, s.parts[1].body), "Subject: inner");
}

TEST(Structure, PartsOfADigestAreMailsByDefault) {
  const Structure s = scan_text("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nfirst\n--b--\n");
  ASSERT_EQ(s.parts.size(), 3u);
  EXPECT_EQ(s.parts[1].kind, PartKind::Message);
}

TEST(Structure, AMultipartWithoutBoundaryIsALeaf) {
  const Structure s = scan_text("Content-Type: multipart/mixed\n\n--x\n\none\n");
  ASSERT_EQ(s.parts.size(), 1u);
  EXPECT_EQ(s.root().kind, PartKind::Leaf);
  EXPECT_FALSE(s.cut);
}

TEST(Structure, AMultipartInWhichNoBoundaryStandsHasNoParts) {
  const Structure s = scan_text("Content-Type: multipart/mixed; boundary=b\n\ntext\n");
  ASSERT_EQ(s.parts.size(), 1u);
  EXPECT_EQ(s.root().kind, PartKind::Multipart);
}

}  // namespace
}  // namespace codec::mime
