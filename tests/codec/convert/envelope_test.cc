#include "codec/convert/envelope.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/convert/write.h"

namespace codec::convert {
namespace {

std::string addresses(std::string_view value) {
  Envelope envelope;
  envelope.to = parse_addresses(value);
  std::string text;
  write_envelope(text, envelope);
  const std::string head = "(NIL NIL NIL NIL NIL ";
  return text.substr(head.size(), text.size() - head.size() - std::string(" NIL NIL NIL NIL)").size());
}

TEST(Addresses, UsualForms) {
  EXPECT_EQ(addresses("ann@x.test"), R"(((NIL NIL "ann" "x.test")))");
  EXPECT_EQ(addresses("Ann Bee <ann@x.test>"), R"((("Ann Bee" NIL "ann" "x.test")))");
  EXPECT_EQ(addresses("\"Bee, Ann\" <ann@x.test>, b@y.test"),
            R"((("Bee, Ann" NIL "ann" "x.test")(NIL NIL "b" "y.test")))");
  EXPECT_EQ(addresses("John Q. Public\r\n  <j@x.test>"), R"((("John Q. Public" NIL "j" "x.test")))");
  EXPECT_EQ(addresses("=?utf-8?q?=C3=A9?= <e@x.test>"), R"((("=?utf-8?q?=C3=A9?=" NIL "e" "x.test")))");
  EXPECT_EQ(addresses("\"say \\\"hi\\\"\" <s@x.test>"), R"((("say \"hi\"" NIL "s" "x.test")))");
}

TEST(Addresses, CommentsAreNamesWhereThereIsNone) {
  EXPECT_EQ(addresses("ann@x.test (Ann (the) Bee)"), R"((("Ann (the) Bee" NIL "ann" "x.test")))");
  EXPECT_EQ(addresses("Ann (c) <ann@x.test>"), R"((("Ann" NIL "ann" "x.test")))");
}

TEST(Addresses, ObsoleteForms) {
  EXPECT_EQ(addresses("<@a.test,@b.test:ann@x.test>"), R"(((NIL "@a.test,@b.test" "ann" "x.test")))");
  EXPECT_EQ(addresses("ann . bee @ x . test"), R"(((NIL NIL "ann . bee" "x.test")))");
  EXPECT_EQ(addresses("\"a b\"@[1.2.3.4]"), R"(((NIL NIL "a b" "[1.2.3.4]")))");
}

TEST(Addresses, GroupsHaveAStartAndAnEnd) {
  EXPECT_EQ(addresses("undisclosed-recipients:;"), R"(((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL)))");
  EXPECT_EQ(
      addresses("My Group: a@x.test, B <b@x.test>;, c@x.test"),
      R"(((NIL NIL "My Group" NIL)(NIL NIL "a" "x.test")("B" NIL "b" "x.test")(NIL NIL NIL NIL)(NIL NIL "c" "x.test")))");
  EXPECT_EQ(addresses("open: a@x.test"), R"(((NIL NIL "open" NIL)(NIL NIL "a" "x.test")(NIL NIL NIL NIL)))");
}

TEST(Addresses, BrokenFormsStillShowWhatIsThere) {
  EXPECT_EQ(addresses("root"), R"(((NIL NIL "root" "MISSING_DOMAIN")))");
  EXPECT_EQ(addresses("Someone Else"), R"((("Someone Else" NIL "MISSING_MAILBOX" "MISSING_DOMAIN")))");
  EXPECT_EQ(addresses("<>"), R"(((NIL NIL "MISSING_MAILBOX" "MISSING_DOMAIN")))");
  EXPECT_EQ(addresses("ann@bee <a@x.test>"), R"((("ann@bee" NIL "a" "x.test")))");
  EXPECT_EQ(addresses("A <a@x.test> Trailing"), R"((("A" NIL "a" "x.test")))");
  EXPECT_EQ(addresses(",, ,"), "NIL");
  EXPECT_EQ(addresses("(only a comment"), "NIL");
  EXPECT_EQ(addresses("A <a@x.test, b@y.test"), R"((("A" NIL "a" "x.test")(NIL NIL "b" "y.test")))");
}

TEST(Addresses, AreCutAtTheLimit) {
  std::string many;
  for (int i = 0; i < 500'000; ++i) many += "a@b,";
  EXPECT_LE(parse_addresses(many).size(), kMaxAddresses);
  const Envelope envelope = parse_envelope(as_bytes("To: " + many + "\r\nTo: " + many + "\r\n\r\n"));
  EXPECT_LE(envelope.to.size(), kMaxAddresses);
}

TEST(Addresses, OpenBracketsEnd) {
  for (const char c : std::string("(<[\"@:;,\\>")) {
    EXPECT_LE(parse_addresses(std::string(200'000, c)).size(), kMaxAddresses) << c;
  }
}

TEST(Envelope, TakesTheFirstOfEachTextAndAllAddresses) {
  const Envelope e = parse_envelope(
      as_bytes("Subject: one\r\n  two\r\nSubject: other\r\nFrom: a@x.test\r\nTo: b@x.test\r\nTo: c@x.test\r\n"
               "Date: Mon, 2 Feb 2026 10:00:00 +0100\r\nMessage-ID:\r\n <1@x.test>\r\nIn-Reply-To: "
               "<0@x.test>\r\n\r\nSubject: body\r\n"));
  EXPECT_EQ(e.subject, "one two");
  EXPECT_EQ(e.message_id, "<1@x.test>");
  EXPECT_EQ(e.in_reply_to, "<0@x.test>");
  EXPECT_EQ(e.to.size(), 2u);
  EXPECT_EQ(e.sender, e.from);
  EXPECT_EQ(e.reply_to, e.from);
  EXPECT_TRUE(e.cc.empty());
}

TEST(Envelope, WritesLiteralsWhereQuotesMayNotStand) {
  std::string text;
  write_nstring(text, std::string("gr\xc3\xbc\xc3\x9f"));
  EXPECT_EQ(text, "{6}\r\ngr\xc3\xbc\xc3\x9f");
  text.clear();
  write_nstring(text, std::string("a\0b", 3));
  EXPECT_EQ(text,
            "{3}\r\na\x80"
            "b");
  text.clear();
  write_nstring(text, std::string("a\"\\"));
  EXPECT_EQ(text, R"("a\"\\")");
  text.clear();
  write_nstring(text, std::nullopt);
  EXPECT_EQ(text, "NIL");
}

}  // namespace
}  // namespace codec::convert
