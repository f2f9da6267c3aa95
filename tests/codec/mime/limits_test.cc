// Crafted mail: what lies past a limit is opaque, and work grows with size only. Steps are counted, not seconds.
#include "codec/mime/limits.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/mime/structure.h"
#include "tests/codec/mime/mime_checks.h"

namespace codec::mime {
namespace {

std::string nested(std::size_t depth) {
  std::string mail;
  for (std::size_t i = 0; i < depth; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    mail += "Content-Type: multipart/mixed; boundary=" + boundary + "x\n\n--" + boundary + "x\n";
  }
  return mail + "\nbottom\n";
}

TEST(Limits, NestingStopsAtTheDepth) {
  const Structure whole = scan_text(nested(kMaxDepth - 1));
  EXPECT_EQ(whole.parts.size(), kMaxDepth);
  EXPECT_FALSE(whole.cut);
  const Structure cut = scan_text(nested(3 * kMaxDepth));
  EXPECT_EQ(cut.parts.size(), kMaxDepth);
  EXPECT_TRUE(cut.cut);
  EXPECT_EQ(cut.parts.back().kind, PartKind::Leaf);
}

TEST(Limits, EmbeddedMailsCountAsDepth) {
  std::string mail;
  for (std::size_t i = 0; i < 3 * kMaxDepth; ++i) mail += "Content-Type: message/rfc822\n\n";
  const Structure s = scan_text(mail);
  EXPECT_EQ(s.parts.size(), kMaxDepth);
  EXPECT_TRUE(s.cut);
}

TEST(Limits, TheRestBelongsToTheLastPart) {
  std::string mail = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (std::size_t i = 0; i < 2 * kMaxParts; ++i) mail += "--b\n\nx\n";
  const Structure open = scan_text(mail);
  EXPECT_EQ(open.parts.size(), kMaxParts);
  EXPECT_TRUE(open.cut);
  EXPECT_EQ(open.parts.back().body.end, mail.size());
  const Structure closed = scan_text(mail + "--b--\nepilogue\n");
  EXPECT_EQ(closed.parts.back().body.end, mail.size() - 1);
  EXPECT_LE(closed.steps, 3 * mail.size());
}

TEST(Limits, ATooLongHeaderGoesOnAsBody) {
  std::string mail = "Content-Type: multipart/mixed; boundary=b\n";
  while (mail.size() <= kMaxHeader) mail += "X-Filler: 0123456789 0123456789 0123456789 0123456789 0123456789\n";
  mail += "\n--b\n\nx\n--b--\n";
  const Structure s = scan_text(mail);
  ASSERT_EQ(s.parts.size(), 1u);
  EXPECT_TRUE(s.cut);
  EXPECT_LE(s.root().header.size(), kMaxHeader);
  EXPECT_EQ(s.root().body.end, mail.size());
  EXPECT_LE(s.steps, 3 * mail.size());
}

TEST(Limits, OneEndlessLineIsNoHeader) {
  const Structure s = scan_text("X: " + std::string(kMaxHeader + 10, 'a'));
  EXPECT_TRUE(s.root().header.empty());
  EXPECT_EQ(s.root().body.size(), kMaxHeader + 13);
}

TEST(Limits, LinesThatLookLikeBoundariesCostOneLookAtEach) {
  std::string mail = nested(kMaxDepth - 1);
  const std::size_t head = mail.size();
  for (int i = 0; i < 100'000; ++i) mail += "--b\n";
  const Structure s = scan_text(mail);
  EXPECT_LE(s.steps, head * 10 + (mail.size() - head) * (kMaxDepth + 1));
}

TEST(Limits, ParametersAreCut) {
  std::string mail = "Content-Type: text/plain";
  for (int i = 0; i < 5'000; ++i) mail += "; a*" + std::to_string(i) + "*=x";
  const Structure s = scan_text(mail + "\n\n");
  ASSERT_LE(s.root().content.parameters.size(), kMaxParameters);
  ASSERT_EQ(s.root().content.parameters.size(), 1u);
  EXPECT_LE(s.root().content.parameters[0].value.size(), kMaxParameters + 2);
}

TEST(Limits, DeepCommentsAndUnclosedQuotesEnd) {
  const std::string deep(100'000, '(');
  const Structure s = scan_text("Content-Type: text/plain; " + deep + "\nContent-Disposition: \"" + deep + "\n\nx");
  EXPECT_TRUE(s.root().content.is("text", "plain"));
}

}  // namespace
}  // namespace codec::mime
