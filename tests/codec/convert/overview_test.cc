#include "codec/convert/overview.h"

#include <gtest/gtest.h>

#include <string>

namespace codec::convert {
namespace {

Overview of(const std::string& mail) {
  return overview(as_bytes(mail));
}

const std::string kHead =
    "From: Ann <ann@x.test>\r\nSubject: s\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\nMessage-ID: <1@x.test>\r\n";

TEST(Overview, PreviewsPlainText) {
  const std::string mail = kHead + "\r\n  Hello,\r\n\r\n\tworld \r\n";
  const Overview o = of(mail);
  EXPECT_EQ(o.preview, "Hello, world");
  EXPECT_FALSE(o.has_attachment);
  EXPECT_EQ(o.size, mail.size());
  EXPECT_EQ(o.header_size, kHead.size() + 2);
}

TEST(Overview, PrefersPlainToHtmlAndDecodesIt) {
  const std::string mail =
      "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/html\r\n\r\n<p>html\r\n"
      "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "gr=FC=DFe\r\n--b--\r\n";
  EXPECT_EQ(of(mail).preview,
            "gr\xc3\xbc\xc3\x9f"
            "e");
}

TEST(Overview, TakesHtmlWhereThereIsNoOther) {
  const std::string mail =
      "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>t</title><style>p {}</style></head>"
      "<body><!-- <p>no</p> --><p>Tom &amp; <b>Jer</b>ry</p><script>x<y</script>&#8364;5 a < b</body></html>";
  EXPECT_EQ(of(mail).preview,
            "Tom & Jerry \xe2\x82\xac"
            "5 a < b");
}

TEST(Overview, PreviewsAreCutBetweenCharacters) {
  std::string mail = "Content-Type: text/plain; charset=utf-8\r\n\r\nx";
  for (int i = 0; i < 5'000; ++i) mail += "\xe2\x82\xac";
  const std::string preview = of(mail).preview;
  EXPECT_EQ(preview.size(), 2047u);  // 1 + 682 * 3
}

TEST(Overview, SeesAttachments) {
  const auto mixed = [](const std::string& part_header) {
    return of("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n" + part_header +
              "\r\nx\r\n--b--\r\n")
        .has_attachment;
  };
  EXPECT_TRUE(mixed("Content-Type: application/pdf\r\n"));
  EXPECT_TRUE(mixed("Content-Type: text/plain\r\nContent-Disposition: attachment\r\n"));
  EXPECT_TRUE(mixed("Content-Type: image/png; name=a.png\r\n"));
  EXPECT_FALSE(mixed("Content-Type: application/pgp-signature; name=signature.asc\r\n"));
  EXPECT_FALSE(mixed("Content-Type: text/html\r\n"));
}

TEST(Overview, ImagesOfARelatedPartAreNoAttachments) {
  EXPECT_FALSE(
      of("Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b\r\n"
         "Content-Type: image/png; name=a.png\r\nContent-Disposition: inline\r\n\r\nx\r\n--b--\r\n")
          .has_attachment);
}

TEST(Overview, OfTheHeaderAloneAgrees) {
  const std::string header = kHead + "Content-Type: text/plain; charset=utf-8\r\n\r\n";
  const std::string mail = header + "body\r\n";
  const Overview whole = of(mail);
  const Overview part = overview_of_header(as_bytes(header), mail.size());
  EXPECT_EQ(part.envelope, whole.envelope);
  EXPECT_EQ(part.match_key, whole.match_key);
  EXPECT_EQ(part.header_size, whole.header_size);
  EXPECT_EQ(part.size, whole.size);
  EXPECT_EQ(part.structure.size, whole.structure.size);
  EXPECT_EQ(part.preview, "");
}

TEST(MatchKey, DependsOnTheStableHeadersOnly) {
  const auto key = [](const std::string& header) { return match_key(as_bytes(header)); };
  EXPECT_EQ(key(kHead + "\r\n"), key("X-Spam: no\r\n" + kHead + "Received: x\r\n\r\n"));
  EXPECT_EQ(key("Subject: a\r\n b\r\n\r\n"), key("Subject:   a b\r\n\r\n"));
  EXPECT_NE(key(kHead + "\r\n"), key("From: b@x.test\r\n" + kHead.substr(kHead.find('\n') + 1) + "\r\n"));
  EXPECT_NE(key("Subject: a\r\n\r\n"), key("Date: a\r\n\r\n"));
}

TEST(Overview, AnythingHasOne) {
  EXPECT_EQ(of("").preview, "");
  EXPECT_EQ(of(std::string("\0\xff\r\n--", 6)).size, 6u);
}

}  // namespace
}  // namespace codec::convert
