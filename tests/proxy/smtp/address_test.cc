#include "proxy/smtp/address.h"

#include <gtest/gtest.h>

namespace proxy::smtp {
namespace {

TEST(Mailbox, TakesWhatTheGrammarTakes) {
  for (const char* good :
       {"ann@example.org", "a.b+c@x", "\"a b\"@example.org", R"("a\"b\\"@example.org)", "\"a@b>\"@x.example",
        "ann@[192.0.2.1]", "ann@[IPv6:2001:db8::1]", "postmaster", "PostMaster",
        "\xc3\xb6@b\xc3\xbc"
        "cher.example",
        "sailor..@carrier.example", "!#$%&'*+-/=?^_`{|}~@example.org", "\"\"@x"})
    EXPECT_TRUE(make_mailbox(good)) << good;
}

TEST(Mailbox, RefusesWhatCouldBreakALine) {
  for (const char* bad :
       {"",       "@",       "ann",        "ann@",         "@x",     "a b@x",  "ann@x y",   "ann@x\r\nRCPT TO:<b@y>",
        "a\nn@x", "ann@x\n", "\"a\rb\"@x", "\"a\\\nb\"@x", "ann@-x", "ann@x-", "ann@x..y",  "ann@.x",
        "ann@x.", "ann@[]",  "ann@[a]b",   "<ann@x>",      "a<b@x",  "\"a@x",  "ann\x7f@x", "...@x",
        "ann@x>", "\xff@x",  "ann@\xc3"})
    EXPECT_FALSE(make_mailbox(bad)) << bad;
  EXPECT_FALSE(make_mailbox(std::string_view("a\0b@x", 5)));
}

TEST(Mailbox, HoldsTheLengthsOfTheRfc) {
  EXPECT_TRUE(make_mailbox(std::string(64, 'a') + "@x"));
  EXPECT_EQ(make_mailbox(std::string(65, 'a') + "@x").error().code, Errc::Limit);
  EXPECT_TRUE(make_mailbox("a@" + std::string(254, 'x')));
  EXPECT_EQ(make_mailbox("a@" + std::string(255, 'x')).error().code, Errc::Limit);
}

TEST(Mailbox, PartsAndEquality) {
  const Mailbox a = make_mailbox("\"a@b\"@Example.ORG").value();
  EXPECT_EQ(a.local(), "\"a@b\"");
  EXPECT_EQ(a.domain(), "Example.ORG");
  EXPECT_EQ(a, make_mailbox("\"a@b\"@example.org").value());
  EXPECT_FALSE(make_mailbox("Ann@x").value() == make_mailbox("ann@x").value());
  EXPECT_FALSE(make_mailbox("\xc3\xb6@x").value().ascii());
  EXPECT_EQ(make_mailbox("postmaster").value().domain(), "");
}

TEST(Path, ReadsToItsOwnAngleAndForgetsTheRoute) {
  std::string_view text = "<\"a>b\"@x> SIZE=1";
  EXPECT_EQ(parse_path(text).value().text(), "<\"a>b\"@x>");
  EXPECT_EQ(text, " SIZE=1");
  text = "<>";
  EXPECT_TRUE(parse_path(text).value().null());
  text = "<@a.example,@b.example:ann@x>";
  EXPECT_EQ(parse_path(text).value().text(), "<ann@x>");
  for (const char* bad : {"", "<", "ann@x", "<ann@x", "<ann@x ", "<@a>", "<@a:>", "< ann@x>", "<<ann@x>>"}) {
    text = bad;
    EXPECT_FALSE(parse_path(text)) << bad;
  }
}

}  // namespace
}  // namespace proxy::smtp
