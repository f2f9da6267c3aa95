#include "codec/convert/body_structure.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/convert/write.h"

namespace codec::convert {
namespace {

std::string show(const std::string& mail, Extensions extensions = Extensions::All) {
  const mime::Structure structure = mime::scan(as_bytes(mail));
  std::string text;
  write_body_structure(text, describe(as_bytes(mail), structure), extensions);
  return text;
}

TEST(BodyStructure, APlainMail) {
  EXPECT_EQ(show("Subject: a\r\n\r\none\r\ntwo\r\n"),
            R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL))");
  EXPECT_EQ(show("Content-Type: TEXT/Html; Charset=utf-8\r\nContent-Language: de\r\n\r\n<p>", Extensions::None),
            R"(("TEXT" "Html" ("Charset" "utf-8") NIL NIL "7bit" 3 0))");
}

TEST(BodyStructure, AMultipartWithAnAttachment) {
  const std::string mail =
      "Content-Type: multipart/mixed; boundary=b\r\nContent-Language: de, en\r\n\r\n"
      "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhi\r\n\r\n"
      "--b\r\nContent-Type: application/pdf; name=x.pdf\r\nContent-ID: <i@x>\r\nContent-Description: d\r\n"
      "Content-Transfer-Encoding: base64\r\nContent-MD5: bWQ1\r\nContent-Location: l\r\n"
      "Content-Disposition: attachment; filename=\"x.pdf\"\r\n\r\nAAAA\r\n--b--\r\n";
  EXPECT_EQ(
      show(mail),
      R"((("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 4 1 NIL NIL NIL NIL))"
      R"(("application" "pdf" ("name" "x.pdf") "<i@x>" "d" "base64" 4 "bWQ1" ("attachment" ("filename" "x.pdf")) NIL "l"))"
      R"( "mixed" ("boundary" "b") NIL ("de" "en") NIL))");
  EXPECT_EQ(show(mail, Extensions::None), R"((("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 4 1))"
                                          R"(("application" "pdf" ("name" "x.pdf") "<i@x>" "d" "base64" 4) "mixed"))");
}

TEST(BodyStructure, AnEmbeddedMailHasItsEnvelope) {
  const std::string mail = "Content-Type: message/rfc822\r\n\r\nSubject: in\r\nFrom: a@x.test\r\n\r\nbody\r\n";
  EXPECT_EQ(show(mail),
            R"(("message" "rfc822" NIL NIL NIL "7bit" 37 (NIL "in" ((NIL NIL "a" "x.test")) ((NIL NIL "a" "x.test")) )"
            R"(((NIL NIL "a" "x.test")) NIL NIL NIL NIL NIL) )"
            R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1 NIL NIL NIL NIL) 4 NIL NIL NIL NIL))");
}

TEST(BodyStructure, AMultipartWithoutPartsShowsAnEmptyOne) {
  EXPECT_EQ(show("Content-Type: multipart/mixed; boundary=b\r\n\r\nx\r\n", Extensions::None),
            R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed"))");
}

TEST(BodyStructure, WhatWasNotLookedIntoIsOctets) {
  EXPECT_EQ(show("Content-Type: multipart/mixed\r\n\r\nx\r\n", Extensions::None),
            R"(("application" "octet-stream" NIL NIL NIL "7bit" 3))");
  std::string deep;
  for (std::size_t i = 0; i < 2 * mime::kMaxDepth; ++i) deep += "Content-Type: message/rfc822\n\n";
  EXPECT_NE(show(deep, Extensions::None).find("octet-stream"), std::string::npos);
}

}  // namespace
}  // namespace codec::convert
