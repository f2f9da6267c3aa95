#include "codec/mime/section.h"

#include <gtest/gtest.h>

#include <string>

namespace codec::mime {
namespace {

// The shape of RFC 3501's own example: text, a forwarded multipart mail, and a nested multipart.
const std::string kMail =
    "Subject: outer\r\nFrom: a@x.test\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
    "--o\r\nX-Part: 1\r\n\r\nfirst\r\n"
    "--o\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: inner\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n"
    "--i\r\n\r\nplain\r\n--i\r\nContent-Type: text/html\r\n\r\n<p>\r\n--i--\r\n\r\n"
    "--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: single\r\n\r\nalone\r\n"
    "--o--\r\n";

std::string at(const std::string& mail, std::vector<std::uint32_t> path, SectionText text = SectionText::Everything,
               std::vector<std::string> fields = {}) {
  const Structure structure = scan(as_bytes(mail));
  const Section section{.path = std::move(path), .text = text, .fields = std::move(fields)};
  const auto octets = resolve(as_bytes(mail), structure, section);
  return octets ? to_string(octets->view(as_bytes(mail))) : "NIL";
}

TEST(Section, TheMailItself) {
  EXPECT_EQ(at(kMail, {}), kMail);
  EXPECT_EQ(at(kMail, {}, SectionText::Header) + at(kMail, {}, SectionText::Text), kMail);
  EXPECT_EQ(at(kMail, {}, SectionText::Mime), "NIL");
}

TEST(Section, PartsByNumber) {
  EXPECT_EQ(at(kMail, {1}), "first");
  EXPECT_EQ(at(kMail, {1}, SectionText::Mime), "X-Part: 1\r\n\r\n");
  EXPECT_EQ(at(kMail, {1}, SectionText::Header), "NIL");
  EXPECT_EQ(at(kMail, {4}), "NIL");
  EXPECT_EQ(at(kMail, {0}), "NIL");
  EXPECT_EQ(at(kMail, {1, 1}), "NIL");
  EXPECT_EQ(at(kMail, {4294967295}), "NIL");
}

TEST(Section, EmbeddedMailsAreLookedThrough) {
  EXPECT_EQ(at(kMail, {2, 1}), "plain");
  EXPECT_EQ(at(kMail, {2, 2}), "<p>");
  EXPECT_EQ(at(kMail, {2, 2}, SectionText::Mime), "Content-Type: text/html\r\n\r\n");
  EXPECT_EQ(at(kMail, {2}, SectionText::Mime), "Content-Type: message/rfc822\r\n\r\n");
  EXPECT_EQ(at(kMail, {2}), at(kMail, {2}, SectionText::Header) + at(kMail, {2}, SectionText::Text));
  EXPECT_EQ(at(kMail, {3}, SectionText::Header), "Subject: single\r\n\r\n");
  EXPECT_EQ(at(kMail, {3, 1}), "alone");
  EXPECT_EQ(at(kMail, {3, 1, 1}), "NIL");
}

TEST(Section, TheBodyOfASinglePartMailIsPartOne) {
  const std::string mail = "Subject: s\r\n\r\nbody";
  EXPECT_EQ(at(mail, {1}), "body");
  EXPECT_EQ(at(mail, {1}, SectionText::Mime), "Subject: s\r\n\r\n");
  EXPECT_EQ(at(mail, {2}), "NIL");
}

TEST(Section, AMailThatIsAMailHasItAsPartOne) {
  const std::string mail = "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody";
  EXPECT_EQ(at(mail, {1}), "Subject: inner\r\n\r\nbody");
  EXPECT_EQ(at(mail, {1}, SectionText::Header), "Subject: inner\r\n\r\n");
  EXPECT_EQ(at(mail, {1, 1}), "body");
}

TEST(Section, HeaderLinesArePickedInTheirOctets) {
  const std::string mail = "A: 1\r\n more\r\nB: 2\r\na: 3\r\nC: 4\r\n\r\nbody";
  EXPECT_EQ(at(mail, {}, SectionText::HeaderFields, {"a"}), "A: 1\r\n more\r\na: 3\r\n\r\n");
  EXPECT_EQ(at(mail, {}, SectionText::HeaderFieldsNot, {"A", "c"}), "B: 2\r\n\r\n");
  EXPECT_EQ(at(mail, {}, SectionText::HeaderFields, {"X"}), "\r\n");
  EXPECT_EQ(at(kMail, {2}, SectionText::HeaderFields, {"subject"}), "Subject: inner\r\n\r\n");
}

TEST(Section, AHeaderWithoutBlankLineGetsNone) {
  EXPECT_EQ(at("A: 1\r\nB: 2", {}, SectionText::HeaderFields, {"b"}), "B: 2\r\n");
}

TEST(Section, PartialsAreClamped) {
  const ByteView octets = as_bytes("0123456789");
  EXPECT_EQ(as_text(partial(octets, 2, 3)), "234");
  EXPECT_EQ(as_text(partial(octets, 8, 100)), "89");
  EXPECT_EQ(as_text(partial(octets, 10, 1)), "");
  EXPECT_EQ(as_text(partial(octets, ~0ULL, ~0ULL)), "");
}

}  // namespace
}  // namespace codec::mime
