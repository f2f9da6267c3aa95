#include "proxy/imap/command.h"

#include <gtest/gtest.h>

#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

// Parsed and written again; with CRLF only after literals' announcements.
std::string again(std::string_view text) {
  const auto command = parse_command(text);
  if (!command) return command.error().what;
  std::string out;
  for (const auto& piece : write_command(*command, LiteralSupport::Sync).pieces) out += piece;
  out.resize(out.size() - 2);
  return out;
}

TEST(Command, WhatIsParsedIsWrittenTheSame) {
  for (const char* text :
       {"a CAPABILITY",
        "a NOOP",
        "a LOGOUT",
        "a STARTTLS",
        "a CHECK",
        "a CLOSE",
        "a UNSELECT",
        "a NAMESPACE",
        "a IDLE",
        "a COMPRESS DEFLATE",
        "a ID NIL",
        "a ID (\"name\" \"sodr\" \"version\" NIL)",
        "a ENABLE CONDSTORE X-GOOD-IDEA",
        "a AUTHENTICATE GSSAPI",
        "a AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=",
        "a AUTHENTICATE EXTERNAL =",
        "a LOGIN \"SMITH\" \"SES\\\"AME\"",
        "a LOGIN \"u\" {3}\r\np\xc3\xa4",
        "a SELECT INBOX",
        "a EXAMINE blurdybloop",
        "a SELECT \"my mail\" (CONDSTORE)",
        "a SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))",
        "a SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211 (1,3 41,43)))",
        "a CREATE owatagusiam/blurdybloop",
        "a CREATE MySpecial (USE (\\Drafts \\Sent))",
        "a DELETE foo/bar",
        "a RENAME blurdybloop sarasoop",
        "a SUBSCRIBE #news.comp.mail.mime",
        "a UNSUBSCRIBE x",
        "a LIST \"\" \"*\"",
        "a LIST \"~/Mail/\" \"%\"",
        "a LIST (SUBSCRIBED REMOTE RECURSIVEMATCH) \"\" \"*\" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE)",
        "a LIST \"\" (\"INBOX\" \"Drafts\" \"Sent/%\")",
        "a LIST () \"\" \"%\"",
        "a LIST \"\" \"%\" RETURN (STATUS (MESSAGES UNSEEN))",
        "a LSUB \"#news.\" \"comp.mail.*\"",
        "a STATUS blurdybloop (MESSAGES UIDNEXT SIZE)",
        "a STATUS INBOX (UIDVALIDITY UNSEEN HIGHESTMODSEQ)",
        "a APPEND saved-messages (\\Seen) {310}",
        "a APPEND x (\\Seen $Junk) \"17-Jul-1996 02:44:25 -0700\" {31+}",
        "a EXPUNGE",
        "a UID EXPUNGE 3000:3002",
        "a SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
        "a SEARCH CHARSET UTF-8 TEXT {12}\r\n\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
        "a SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
        "a UID SEARCH RETURN (ALL) UID 1:100,7:*",
        "a SEARCH OR (SEEN DELETED) NOT (UNANSWERED OLD)",
        "a SEARCH MODSEQ 620162338 LARGER 100 SMALLER 2000",
        "a SEARCH HEADER Message-ID \"<x@y>\" KEYWORD $Junk UNKEYWORD foo 1:3,5 SENTBEFORE 1-Jan-2000",
        "a FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
        "a FETCH 1 BODY.PEEK[1.2.HEADER.FIELDS.NOT (\"A(B\")]<0.2048>",
        "a FETCH 1 (BODY[] BODY[TEXT] BODY[4.1.MIME] BODY[3.TEXT] BODY[HEADER] BODY[1])",
        "a UID FETCH 1:* (FLAGS UID) (CHANGEDSINCE 12345 VANISHED)",
        "a FETCH 1 (BODY BODYSTRUCTURE ENVELOPE MODSEQ)",
        "a FETCH 1 (RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE INTERNALDATE EMAILID THREADID)",
        "a STORE 2:4 +FLAGS (\\Deleted)",
        "a UID STORE 6,4 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)",
        "a STORE 1 FLAGS ()",
        "a STORE * -FLAGS.SILENT ($MDNSent)",
        "a COPY 2:4 MEETING",
        "a UID COPY 2 \"a b\"",
        "a MOVE 1:2 foo",
        "a UID MOVE 42:69 foo"}) {
    std::string expected = text;
    if (expected == "a UID STORE 6,4 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)") {
      expected.replace(expected.find("6,4"), 3, "4,6");
    }
    if (expected.ends_with("{31+}")) expected.replace(expected.size() - 5, 5, "{31}");
    if (expected.find("1:100,7:*") != std::string::npos) expected = "a UID SEARCH RETURN (ALL) UID 1:100,7:*";
    EXPECT_EQ(again(text), expected);
  }
}

TEST(Command, OtherSpellingsMeanTheSame) {
  EXPECT_EQ(again("a fetch 1 fast"), "a FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)");
  EXPECT_EQ(again("a FETCH 1 ALL"), "a FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)");
  EXPECT_EQ(again("a FETCH 1 FULL"), "a FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY)");
  EXPECT_EQ(again("a search new"), "a SEARCH RECENT UNSEEN");
  EXPECT_EQ(again("a SEARCH RETURN () ALL"), "a SEARCH RETURN (ALL) ALL");
  EXPECT_EQ(again("a SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338"), "a SEARCH MODSEQ 620162338");
  EXPECT_EQ(again("a STORE 1 +FLAGS \\Seen \\Draft"), "a STORE 1 +FLAGS (\\Seen \\Draft)");
  EXPECT_EQ(again("a LOGIN {5}\r\nSMITH {6+}\r\nSESAME"), "a LOGIN \"SMITH\" \"SESAME\"");
  EXPECT_EQ(again("a select inbox"), "a SELECT INBOX");
  EXPECT_EQ(again("a SELECT {5}\r\ninbox"), "a SELECT INBOX");
  EXPECT_EQ(again("a FETCH 1 BODY[header.fields (\"Date\" {2}\r\nto)]"), "a FETCH 1 BODY[HEADER.FIELDS (DATE TO)]");
  EXPECT_EQ(again("a LIST \"\" Entw&APw-%"), "a LIST \"\" \"Entw&APw-%\"");
}

TEST(Command, BadSaysWhatWasExpected) {
  EXPECT_EQ(again("a FETCH"), "FETCH: expected a space at octet 8");
  EXPECT_EQ(again("a FETCH x FLAGS"), "FETCH: expected a sequence set at octet 9");
  EXPECT_EQ(again("a FETCH 1 (FLAGS FOO)"), "FETCH: unknown item at octet 18");
  EXPECT_EQ(again("a XYZZY"), "unknown command");
  EXPECT_EQ(again("a UID NOOP"), "unknown command after UID");
  EXPECT_EQ(again("a SELECT"), "SELECT: expected a space at octet 9");
  EXPECT_EQ(again("a NOOP x"), "NOOP: expected the end of the line at octet 7");
  EXPECT_EQ(again("+ NOOP"), "expected a tag, a space and a command");
  EXPECT_EQ(again("a SEARCH RETURN (SAVE) ALL"), "SEARCH: expected MIN, MAX, ALL or COUNT at octet 18");
}

TEST(Command, RefusesEachOfThese) {
  for (const char* text : {"",
                           " ",
                           "a",
                           "a ",
                           "a  NOOP",
                           "a LOGIN x",
                           "a LOGIN x y z",
                           "a LOGIN \"x y",
                           "a LOGIN {5}\r\nab c",
                           "a LOGIN {2}ab c",
                           "a SELECT \"\"",
                           "a SELECT a&b",
                           "a SELECT x (FOO)",
                           "a SELECT x (QRESYNC (0 1))",
                           "a SELECT x (QRESYNC (1 1 1:*))",
                           "a CREATE x (USE (\\Seen))",
                           "a STATUS x ()",
                           "a STATUS x (FOO)",
                           "a LIST \"\" ()",
                           "a LIST (FOO) \"\" x",
                           "a LIST (RECURSIVEMATCH) \"\" x",
                           "a APPEND x (\\Recent) {1}",
                           "a APPEND x \"1-Foo-2024\" {1}",
                           "a APPEND x abc",
                           "a SEARCH",
                           "a SEARCH FOO",
                           "a SEARCH (SEEN",
                           "a SEARCH NOT",
                           "a SEARCH OR SEEN",
                           "a SEARCH ON 99-Jan-2024",
                           "a SEARCH $",
                           "a FETCH 1 ()",
                           "a FETCH 1 BODY[",
                           "a FETCH 1 BODY[MIME]",
                           "a FETCH 1 BODY[0]",
                           "a FETCH 1 BODY[1.]",
                           "a FETCH 1 BODY[]<5>",
                           "a FETCH 1 BODY[]<0.0>",
                           "a FETCH 1 BODY.PEEK",
                           "a FETCH 1 (ALL FLAGS)",
                           "a FETCH 1 FLAGS (VANISHED)",
                           "a FETCH 1 BODY[HEADER.FIELDS ()]",
                           "a FETCH 1 BODY[HEADER.FIELDS (a:b)]",
                           "a STORE 1 FLAGS (\\Recent)",
                           "a STORE 1 FLAGS",
                           "a STORE 1 FOO (x)",
                           "a COPY 1",
                           "a COPY 0 x",
                           "a EXPUNGE 1",
                           "a UID EXPUNGE",
                           "a COMPRESS LZ4",
                           "a AUTHENTICATE",
                           "a AUTHENTICATE PLAIN a*b",
                           "a ENABLE",
                           "a ID",
                           "a ID (\"a\")",
                           "a UID",
                           "a UID FETCH"}) {
    EXPECT_FALSE(parse_command(text)) << text;
  }
}

TEST(Command, CutAtEachLengthIsNeverMoreThanAnError) {
  const std::string text =
      "a UID SEARCH RETURN (MIN ALL) CHARSET UTF-8 OR (SEEN HEADER \"X\" {3}\r\nabc) NOT ON 1-Feb-1994 UID 4:*";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) (void)parse_command(text.substr(0, cut));
  EXPECT_TRUE(parse_command(text));
}

TEST(Command, NestingAndNumbersAreBounded) {
  std::string deep = "a SEARCH ";
  for (int i = 0; i < 32; ++i) deep += "(";
  EXPECT_TRUE(parse_command(deep + "SEEN" + std::string(32, ')')));
  EXPECT_FALSE(parse_command(deep + "(SEEN)" + std::string(32, ')')));
  std::string nots = "a SEARCH ";
  for (int i = 0; i < 5000; ++i) nots += "NOT ";
  EXPECT_EQ(parse_command(nots + "SEEN").error().code, Errc::Limit);
  std::string keys = "a SEARCH";
  for (int i = 0; i < 1025; ++i) keys += " 1";
  EXPECT_EQ(parse_command(keys).error().code, Errc::Limit);
  EXPECT_FALSE(parse_command("a ID (\"a\" \"b\")", {.nesting = 1, .lists = 0}));
}

TEST(Command, LiteralsWaitUnlessTheServerTakesThem) {
  const auto command = *parse_command("a LOGIN \"u\" {3}\r\np\xc3\xa4");
  const auto sync = write_command(command, LiteralSupport::Sync);
  ASSERT_EQ(sync.pieces.size(), 2u);
  EXPECT_EQ(sync.pieces[0], "a LOGIN \"u\" {3}\r\n");
  EXPECT_EQ(sync.pieces[1], "p\xc3\xa4\r\n");
  const auto plus = write_command(command, LiteralSupport::Plus);
  ASSERT_EQ(plus.pieces.size(), 1u);
  EXPECT_EQ(plus.pieces[0], "a LOGIN \"u\" {3+}\r\np\xc3\xa4\r\n");
  auto append = *parse_command("a APPEND x {5000}");
  EXPECT_TRUE(ends_non_sync(write_command(append, LiteralSupport::Plus)));
  EXPECT_FALSE(ends_non_sync(write_command(append, LiteralSupport::Minus)));
  EXPECT_EQ(verb(append), "APPEND");
}

TEST(Command, NothingInjectedGoesOut) {
  command::Login login{"a\" b\r\nx NOOP", std::string("p\0w", 3)};
  const auto text = write_command({*make_tag("a"), login}, LiteralSupport::Plus);
  EXPECT_EQ(text.pieces[0], "a LOGIN {12+}\r\na\" b\r\nx NOOP {3+}\r\n" + std::string("p\0w\r\n", 5));
  command::Fetch fetch;
  fetch.set = SequenceSet::single(1);
  fetch.items.push_back({.what = FetchWhat::Section,
                         .peek = true,
                         .section = {{}, SectionText::HeaderFields, {"A)]\r\nb"}},
                         .partial = {}});
  EXPECT_EQ(write_command({*make_tag("a"), fetch}, LiteralSupport::Sync).pieces[0],
            "a FETCH 1 BODY.PEEK[HEADER.FIELDS (\"A)]b\")]\r\n");
}

}  // namespace
}  // namespace proxy::imap
