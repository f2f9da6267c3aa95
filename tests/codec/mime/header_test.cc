#include "codec/mime/header.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/mime/content_fields.h"

namespace codec::mime {
namespace {

ContentFields fields(const std::string& header) {
  return parse_content_fields(as_bytes(header), false);
}

TEST(FieldReader, GivesFieldsInTheirOctets) {
  FieldReader reader("A: one\r\n two\r\nb :three\r\nno colon\r\n\r\nbody: x\r\n");
  auto a = reader.next();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->name, "A");
  EXPECT_EQ(a->value, "one\r\n two");
  EXPECT_EQ(a->octets, "A: one\r\n two\r\n");
  auto b = reader.next();
  EXPECT_EQ(b->name, "b");
  EXPECT_EQ(b->value, "three");
  EXPECT_EQ(reader.next()->name, "");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST(Unfold, AFoldBecomesOneSpace) {
  EXPECT_EQ(unfold("a\r\n  b\n\tc"), "a b c");
  EXPECT_EQ(unfold("a  b"), "a  b");
}

TEST(MeasureHeader, EndsBehindTheBlankLine) {
  const std::string mail = "A: b\r\n\r\nrest";
  const HeaderExtent extent = measure_header(as_bytes(mail), 0, mail.size());
  EXPECT_EQ(extent.end, 8u);
  EXPECT_EQ(extent.lines, 2u);
  EXPECT_FALSE(extent.cut);
}

TEST(ContentFields, ReadsTypeAndParameters) {
  const ContentFields c =
      fields("Content-Type: Text/HTML (a comment); charset=\"utf-8\" ; name=a\\ b; x=\"q\\\"q\"\r\n\r\n");
  EXPECT_TRUE(c.is("text", "html"));
  EXPECT_EQ(c.type, "Text");
  EXPECT_EQ(find_parameter(c.parameters, "CHARSET")->value, "utf-8");
  EXPECT_EQ(find_parameter(c.parameters, "x")->value, "q\"q");
}

TEST(ContentFields, BrokenTypesAreNotStated) {
  EXPECT_FALSE(fields("Content-Type: text\r\n\r\n").stated);
  EXPECT_FALSE(fields("Content-Type:\r\n\r\n").stated);
  EXPECT_TRUE(fields("Content-Type: bad\r\nContent-Type: text/html\r\n\r\n").is("text", "html"));
}

TEST(ContentFields, JoinsContinuations) {
  const ContentFields c =
      fields("Content-Disposition: attachment; filename*1=\"lo.txt\"; filename*0=\"hel\"; other=x\r\n\r\n");
  ASSERT_TRUE(c.disposition);
  EXPECT_EQ(find_parameter(c.disposition->parameters, "filename")->value, "hello.txt");
}

TEST(ContentFields, JoinsExtendedContinuationsInTheirForm) {
  const ContentFields c = fields(
      "Content-Disposition: attachment; filename*0*=utf-8''h%C3%A9; filename*1=\"l%o\"; filename*2*=%20w\r\n\r\n");
  const Parameter* name = find_parameter(c.disposition->parameters, "filename");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->name, "filename*");
  EXPECT_EQ(name->value, "utf-8''h%C3%A9l%25o%20w");
}

TEST(ContentFields, AGapEndsAContinuation) {
  const ContentFields c = fields("Content-Type: a/b; n*0=x; n*2=z\r\n\r\n");
  EXPECT_EQ(find_parameter(c.parameters, "n")->value, "x");
  EXPECT_TRUE(fields("Content-Type: a/b; n*1=y\r\n\r\n").parameters.empty());
}

TEST(ContentFields, ReadsTheRest) {
  const ContentFields c = fields(
      "Content-ID: <a@b>\r\nContent-Description: some\r\n words\r\nContent-MD5: Q2hlY2s=\r\n"
      "Content-Language: de, en (x)\r\nContent-Location: http://a/\r\nContent-Transfer-Encoding: "
      "Quoted-Printable\r\n\r\n");
  EXPECT_EQ(c.id, "<a@b>");
  EXPECT_EQ(c.description, "some words");
  EXPECT_EQ(c.md5, "Q2hlY2s=");
  EXPECT_EQ(c.languages, (std::vector<std::string>{"de", "en"}));
  EXPECT_EQ(c.location, "http://a/");
  EXPECT_EQ(c.encoding, Encoding::QuotedPrintable);
  EXPECT_EQ(c.transfer_encoding, "Quoted-Printable");
}

}  // namespace
}  // namespace codec::mime
