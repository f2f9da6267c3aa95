// Atoms, tags, texts, flags, mailbox names, dates.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proxy/imap/date.h"
#include "proxy/imap/flags.h"
#include "proxy/imap/mailbox_attributes.h"
#include "proxy/imap/mailbox_name.h"
#include "proxy/imap/types.h"

namespace proxy::imap {
namespace {

TEST(Words, AtomsAndTagsRefuseWhatWouldBreakALine) {
  for (const char* bad : {"", "a b", "a\r\n", "(x", "x)", "a{", "a%", "a*", "\"", "a\\", "caf\xc3\xa9"}) {
    EXPECT_FALSE(make_atom(bad)) << bad;
    EXPECT_FALSE(make_tag(bad)) << bad;
  }
  EXPECT_FALSE(make_atom(std::string_view("a\0b", 3)));
  EXPECT_FALSE(make_tag("a+"));
  EXPECT_FALSE(make_tag(std::string(129, 'a')));
  EXPECT_TRUE(make_tag("A142]"));
  EXPECT_TRUE(make_atom("AUTH=PLAIN")->is("auth=plain"));
}

TEST(Words, TextNeverHoldsALineEndOrLooksLikeACode) {
  EXPECT_EQ(make_text("a\r\nb OK x").text(), "a??b OK x");
  EXPECT_EQ(make_text("[ALERT] x").text(), "(ALERT] x");
  EXPECT_EQ(make_text("").text(), "-");
  EXPECT_EQ(make_text("\xff\xc3\xa9").text(), "?\xc3\xa9");
  EXPECT_LE(make_text(std::string(5000, 'x')).text().size(), 1024u);
}

TEST(Flags, OneOrderAndNoCase) {
  FlagSet set;
  for (const char* flag : {"zeta", "\\seen", "$Forwarded", "Alpha", "ALPHA", "\\Answered"}) {
    ASSERT_TRUE(set.add(*make_flag(flag)));
  }
  EXPECT_EQ(write_flags(set), "(\\Seen \\Answered $Forwarded Alpha zeta)");
  EXPECT_EQ(set.size(), 5u);
  EXPECT_TRUE(set.has(*make_flag("$forwarded")));
  set.remove(*make_flag("ZETA"));
  set.remove(SystemFlag::Seen);
  EXPECT_EQ(write_flags(set), "(\\Answered $Forwarded Alpha)");
  EXPECT_FALSE(make_flag("\\*"));
  EXPECT_FALSE(make_flag("a b"));
  EXPECT_FALSE(make_flag("\\"));
}

TEST(Flags, KeywordsAreBounded) {
  FlagSet set;
  for (int i = 0; i < 256; ++i) ASSERT_TRUE(set.add(*make_flag("k" + std::to_string(i))));
  const auto more = set.add(*make_flag("onemore"));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::Limit);
}

TEST(Flags, SetArithmetic) {
  FlagSet a{SystemFlag::Seen}, b{SystemFlag::Seen, SystemFlag::Draft};
  ASSERT_TRUE(a.add(*make_flag("x")));
  ASSERT_TRUE(b.add(*make_flag("X")));
  ASSERT_TRUE(b.add(*make_flag("y")));
  ASSERT_TRUE(a.unite(b));
  EXPECT_EQ(write_flags(a), "(\\Seen \\Draft x y)");
  a.subtract(b);
  EXPECT_TRUE(a.empty());
}

TEST(MailboxName, TheExamplesOfRfc3501) {
  EXPECT_EQ(parse_mailbox_name("~peter/mail/&U,BTFw-/&ZeVnLIqe-")->utf8(),
            "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e");
  EXPECT_EQ(parse_mailbox_name("Entw&APw-rfe")->utf8(), "Entw\xc3\xbcrfe");
  EXPECT_EQ(make_mailbox_name("R&D")->wire(), "R&-D");
  EXPECT_EQ(make_mailbox_name("\xf0\x9f\x93\xac")->wire(), "&2D3c7A-");
  EXPECT_EQ(parse_mailbox_name("&2D3c7A-")->utf8(), "\xf0\x9f\x93\xac");
}

TEST(MailboxName, InboxIsInboxInAnyCase) {
  EXPECT_TRUE(parse_mailbox_name("inBox")->is_inbox());
  EXPECT_EQ(parse_mailbox_name("inBox")->wire(), "INBOX");
  EXPECT_EQ(parse_mailbox_name("inbox/a")->utf8(), "inbox/a");
}

TEST(MailboxName, RefusesWhatIsNotModifiedUtf7) {
  for (const char* bad : {"&", "a&b", "&AA", "&AGE-", "&2D0-", "&3Kw-", "&AP!-", "&AOk", "&AAA-x\r\n", "\xff"}) {
    EXPECT_FALSE(parse_mailbox_name(bad)) << bad;
  }
  EXPECT_FALSE(make_mailbox_name(""));
  EXPECT_FALSE(make_mailbox_name("a\nb"));
  EXPECT_FALSE(make_mailbox_name(std::string(1025, 'x')));
}

TEST(MailboxName, AServersOwnSpellingIsKept) {
  const auto name = parse_server_mailbox_name("R&D");
  EXPECT_EQ(name->utf8(), "R&D");
  EXPECT_EQ(name->wire(), "R&D");
  EXPECT_NE(*name, *parse_server_mailbox_name("R&-D"));
  EXPECT_EQ(parse_server_mailbox_name("Entw\xc3\xbcrfe")->wire(), "Entw\xc3\xbcrfe");
  EXPECT_EQ(parse_server_mailbox_name("&AOk-&AOk-")->utf8(), "\xc3\xa9\xc3\xa9");
  EXPECT_EQ(parse_server_mailbox_name("&AOk-&AOk-")->wire(), "&AOk-&AOk-");
  EXPECT_EQ(parse_server_mailbox_name("Inbox")->wire(), "INBOX");
}

RC_GTEST_PROP(MailboxName, AnyUtf8ComesBack, ()) {
  std::string utf8;
  for (const auto point :
       *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, 0x11000))) {
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    const std::uint32_t c = surrogate ? 'x' : point;
    if (c < 0x80) {
      utf8.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      utf8.push_back(static_cast<char>(0xc0 | c >> 6));
      utf8.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
      utf8.push_back(static_cast<char>(0xe0 | c >> 12));
      utf8.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
      utf8.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    } else {
      utf8.append("\xf0\x90").push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
      utf8.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    }
  }
  const std::string wire = encode_modified_utf7(utf8);
  for (char c : wire) RC_ASSERT(c >= ' ' && c < 0x7f);
  const auto back = decode_modified_utf7(wire);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == utf8);
}

RC_GTEST_PROP(MailboxName, AnyBytesAreTakenOrRefused, (const std::string& wire)) {
  if (const auto name = parse_mailbox_name(wire)) RC_ASSERT(*parse_mailbox_name(name->wire()) == *name);
  if (const auto name = parse_server_mailbox_name(wire)) {
    RC_ASSERT(*parse_server_mailbox_name(name->wire()) == *name);
    RC_ASSERT(name->is_inbox() || name->wire() == wire);
  }
}

TEST(Date, TheExamplesOfTheRfc) {
  const auto time = parse_date_time("17-Jul-1996 02:44:25 -0700");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->seconds, 837596665);
  EXPECT_EQ(time->zone_minutes, -420);
  EXPECT_EQ(write_date_time(*time), "17-Jul-1996 02:44:25 -0700");
  EXPECT_EQ(write_date_time(*parse_date_time(" 1-feb-1994 21:52:25 +0530")), " 1-Feb-1994 21:52:25 +0530");
  EXPECT_EQ(write_day(*parse_day("1-Feb-1994")), "1-Feb-1994");
  EXPECT_EQ(parse_day("1-Jan-1970")->days, 0);
  EXPECT_EQ(local_day(*parse_date_time("31-Dec-1999 23:30:00 -0100")), *parse_day("31-Dec-1999"));
  EXPECT_EQ(local_day(*parse_date_time(" 1-Jan-1960 00:30:00 +0100")), *parse_day("1-Jan-1960"));
}

TEST(Date, RefusesDaysThatAreNone) {
  for (const char* bad : {"", "30-Feb-2024", "0-Jan-2024", "1-Foo-2024", "1-Jan-24", "1 Jan 2024", "1-Jan-2024x"}) {
    EXPECT_FALSE(parse_day(bad)) << bad;
  }
  for (const char* bad : {"", "1-Jan-2024", "1-Jan-2024 25:00:00 +0000", "1-Jan-2024 10:00:00",
                          "1-Jan-2024 10:00:00 0000", "1-Jan-2024 10:00:00 +00000", "1-Jan-2024 1:00:00 +0000"}) {
    EXPECT_FALSE(parse_date_time(bad)) << bad;
  }
}

RC_GTEST_PROP(Date, WhatIsWrittenReadsTheSame, ()) {
  const DateTime time{*rc::gen::inRange<std::int64_t>(-62135596800, 253402300000 - 86400),
                      *rc::gen::inRange(-840, 841)};
  RC_ASSERT(*parse_date_time(write_date_time(time)) == time);
}

TEST(Attributes, NamesWithoutCase) {
  EXPECT_EQ(parse_attribute("\\NOSELECT"), MailboxAttribute::NoSelect);
  EXPECT_EQ(parse_attribute("\\Starred"), MailboxAttribute::Flagged);
  EXPECT_EQ(parse_attribute("\\Nonsense"), std::nullopt);
  EXPECT_EQ(write_attributes({MailboxAttribute::Sent, MailboxAttribute::HasNoChildren}), "(\\HasNoChildren \\Sent)");
  EXPECT_EQ(write_status_items({StatusItem::Size, StatusItem::Messages}), "(MESSAGES SIZE)");
}

}  // namespace
}  // namespace proxy::imap
