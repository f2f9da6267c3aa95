#include "proxy/imap/response.h"

#include <gtest/gtest.h>

#include "proxy/imap/quirks.h"
#include "proxy/imap/response_reader.h"
#include "proxy/imap/structure.h"
#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

std::string written_again(std::string_view text) {
  const auto response = parse_response(text);
  if (!response) return response.error().what;
  std::string out;
  write_response(out, *response);
  out.resize(out.size() - 2);
  return out;
}

template <class Body>
Body parsed(std::string_view text) {
  auto response = parse_response(text);
  EXPECT_TRUE(response) << text;
  return std::get<Body>(std::move(*response));
}

TEST(Response, WhatIsParsedIsWrittenTheSame) {
  for (const char* text :
       {"* OK IMAP4rev1 server ready",
        "* PREAUTH hello",
        "* BYE Autologout",
        "A001 OK LOGIN completed",
        "a NO [TRYCREATE] x",
        "a OK [READ-WRITE] SELECT completed",
        "* OK [UNSEEN 12] Message 12 is first unseen",
        "* OK [UIDVALIDITY 3857529045] x",
        "* OK [UIDNEXT 4392] x",
        "* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] Limited",
        "* OK [HIGHESTMODSEQ 715194045007] x",
        "* OK [NOMODSEQ] Sorry",
        "* OK [CLOSED] Previous mailbox closed",
        "a OK [APPENDUID 38505 3955] done",
        "a OK [COPYUID 38505 304,319:320 3956:3958] Done",
        "d OK [MODIFIED 7,9] failed",
        "a NO [OVERQUOTA] x",
        "a NO [AUTHENTICATIONFAILED] x",
        "a NO [UNAVAILABLE] x",
        "a NO [INUSE] x",
        "a NO [ALREADYEXISTS] x",
        "a NO [NONEXISTENT] x",
        "* OK [CAPABILITY IMAP4REV1 STARTTLS] x",
        "a OK [MAILBOXID (F2212ea87-6097)] x",
        "* CAPABILITY IMAP4REV1 AUTH=GSSAPI XPIG-LATIN",
        "* LIST (\\Noselect) \"/\" ~/Mail/foo",
        "* LSUB () \".\" #news.x",
        "* LIST (\\HasChildren \\Sent) NIL \"a b\"",
        "* LIST () \"\\\\\" x",
        "* LIST () \"/\" f (\"CHILDINFO\" (\"SUBSCRIBED\"))",
        "* LIST () \"/\" b (\"OLDNAME\" (a))",
        "* LIST (\\Noselect) \"/\" \"\"",
        "* STATUS b (MESSAGES 231 UIDNEXT 44292 SIZE 9)",
        "* FLAGS (\\Seen \\Draft $Junk)",
        "* 23 EXISTS",
        "* 5 RECENT",
        "* 44 EXPUNGE",
        "* VANISHED 405,407,410",
        "* VANISHED (EARLIER) 300:310,405",
        "* SEARCH",
        "* SEARCH 2 3 84 882",
        "* SEARCH 2 5 6 (MODSEQ 917162500)",
        "* ESEARCH (TAG \"A282\") MIN 2 COUNT 3",
        "* ESEARCH (TAG \"A\") UID ALL 17,900 MODSEQ 8",
        "* ENABLED CONDSTORE",
        "* ID NIL",
        "* ID (\"name\" \"Cyrus\" \"x\" NIL)",
        "* NAMESPACE ((\"\" \"/\")) NIL NIL",
        "* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\")) ((\"~\" \"/\")) ((\"#shared/\" NIL))",
        "+ idling",
        "* 23 FETCH (UID 7 FLAGS (\\Seen) MODSEQ (65402) RFC822.SIZE 44827)",
        "* 1 FETCH (INTERNALDATE \" 7-Feb-1994 21:52:25 -0800\" BODYSTRUCTURE (\"TEXT\" (NIL) {3}\r\na\") 1))",
        "* 1 FETCH (ENVELOPE (NIL \"s\" ((NIL NIL \"a\" \"b\"))) BODY[HEADER.FIELDS (DATE)]<0> \"Date: x\")",
        "* 1 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9) BODY[1.2] NIL BODY[TEXT] {3}\r\na\r\n)"}) {
    EXPECT_EQ(written_again(text), text);
  }
}

TEST(Response, FetchOfGmail) {
  const auto fetch = parsed<response::Fetch>(
      "* 1 FETCH (X-GM-THRID 1266894439832287888 X-GM-MSGID 12 X-GM-LABELS (\"\\\\Inbox\" \\Sent foo \"a b\") UID 5 "
      "BINARY[1]<0> {2}\r\nhi X-NEW (a (b \"c)\")))");
  EXPECT_EQ(fetch.gmail_thread_id, 1266894439832287888u);
  EXPECT_EQ(*fetch.gmail_labels, (std::vector<std::string>{"\\Inbox", "\\Sent", "foo", "a b"}));
  EXPECT_EQ(fetch.uid, Uid{5});
}

TEST(Response, CopyUidSaysWhereEachWent) {
  const auto state = parsed<response::State>("a OK [COPYUID 1 5,9:11,3 20:21,40:42] x");
  const auto runs = copy_runs(std::get<code::CopyUid>(*state.code));
  ASSERT_TRUE(runs);
  EXPECT_EQ(*runs, (std::vector<CopyRun>{{5, 20, 1}, {9, 21, 1}, {10, 40, 2}, {3, 42, 1}}));
  EXPECT_FALSE(copy_runs({UidValidity{1}, {{1, 3}}, {{1, 2}}}));
}

TEST(Response, RefusesEachOfThese) {
  for (const char* text : {"",
                           "*",
                           "* ",
                           "x",
                           "a FOO bar",
                           "a BYE x",
                           "* 0 EXPUNGE",
                           "* 0 FETCH ()",
                           "* 1 FETCH (",
                           "* 1 FETCH (UID)",
                           "* 1 FETCH (UID 0)",
                           "* 1 FETCH (FLAGS \\Seen)",
                           "* 1 FETCH (BODY[] {5}\r\nab)",
                           "* 4294967296 EXISTS",
                           "* 10 233",
                           "* FLAGS \\Seen",
                           "* LIST x",
                           "* LIST () \"//\" x",
                           "* SEARCH x",
                           "* SEARCH 0",
                           "* VANISHED",
                           "* VANISHED (LATER) 1",
                           "* STATUS x (UIDNEXT)",
                           "* NAMESPACE",
                           "* ID x",
                           "* 1 FETCH (ENVELOPE (\"a)"}) {
    EXPECT_FALSE(parse_response(text)) << text;
  }
}

TEST(Response, ListOfManyIsLinear) {
  std::string text = "* SEARCH";
  for (int i = 150000; i > 0; --i) text += " " + std::to_string(i * 2);
  EXPECT_EQ(parsed<response::Search>(text).numbers.ranges().size(), 150000u);
  EXPECT_FALSE(parse_response("* 1 FETCH (BODYSTRUCTURE " + std::string(100000, '(')));
}

TEST(Quirks, EachExampleIsTaken) {
  for (const Quirk& quirk : quirks()) {
    ResponseReader reader;
    const std::string bytes = std::string(quirk.example) + "\r\n";
    std::string_view in = bytes;
    const auto event = reader.next(in);
    ASSERT_TRUE(event) << quirk.name;
    ASSERT_TRUE(*event) << quirk.name;
    EXPECT_TRUE(std::holds_alternative<Response>(**event)) << quirk.name;
  }
}

TEST(Quirks, WhatSomeOfThemMean) {
  EXPECT_EQ(written_again("* XLIST (\\HasNoChildren \\Spam) \"/\" \"[Gmail]/Spam\""),
            "* LIST (\\HasNoChildren \\Junk) \"/\" [Gmail]/Spam");
  EXPECT_EQ(written_again("* 1 FETCH (BODY[] {2}\r\nhiUID 12 FLAGS (\\Seen))"),
            "* 1 FETCH (UID 12 FLAGS (\\Seen) BODY[] \"hi\")");
  EXPECT_EQ(written_again("* 2 FETCH (UID 1 (ENVELOPE (NIL)) RFC822.SIZE 1)"),
            "* 2 FETCH (UID 1 RFC822.SIZE 1 ENVELOPE (NIL))");
  EXPECT_EQ(written_again("[COPYUID 124 10 233]"), "* OK [COPYUID 124 10 233] -");
  EXPECT_EQ(written_again("* FLAGS (\\Seen a]b  c)"), "* FLAGS (\\Seen c)");
  EXPECT_EQ(written_again("* 1 FETCH (INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" UID 3)"), "* 1 FETCH (UID 3)");
  EXPECT_EQ(written_again("* NO [UIDNEXT] later"), "* NO [UIDNEXT] later");
}

TEST(Structure, EnvelopeAndBodyOfTheRfc) {
  Envelope envelope;
  envelope.date = "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)";
  envelope.subject = "say \"hi\"";
  envelope.from = envelope.sender = envelope.reply_to = {{"Terry Gray", std::nullopt, "gray", "cac.washington.edu"}};
  envelope.message_id = "<B27397-0100000@cac>";
  EXPECT_EQ(write_envelope(envelope),
            "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"say \\\"hi\\\"\" ((\"Terry Gray\" NIL \"gray\" "
            "\"cac.washington.edu\")) "
            "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" "
            "\"cac.washington.edu\")) NIL NIL "
            "NIL NIL \"<B27397-0100000@cac>\")");
  BodyPart text;
  text.parameters = {{"CHARSET", "US-ASCII"}};
  text.octets = 3028;
  text.lines = 92;
  EXPECT_EQ(write_body_structure(text, false),
            "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92)");
  BodyPart file;
  file.type = "APPLICATION";
  file.subtype = "PDF";
  file.disposition = Disposition{"attachment", {{"filename", "a.pdf"}}};
  BodyPart message;
  message.type = "MESSAGE";
  message.subtype = "RFC822";
  message.envelope = Envelope{};
  message.parts = {text};
  BodyPart mixed;
  mixed.type = "MULTIPART";
  mixed.subtype = "MIXED";
  mixed.parts = {text, file, message};
  EXPECT_EQ(write_body_structure(mixed, true),
            "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92 NIL NIL NIL NIL)"
            "(\"APPLICATION\" \"PDF\" NIL NIL NIL \"7BIT\" 0 NIL (\"attachment\" (\"filename\" \"a.pdf\")) NIL NIL)"
            "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 0 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
            "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92 NIL NIL NIL NIL) 0 NIL NIL NIL "
            "NIL) \"MIXED\" NIL NIL NIL NIL)");
}

TEST(FetchWriter, StreamsBodies) {
  std::string out;
  FetchWriter writer(out, SeqNumber{12});
  writer.uid(Uid{7});
  writer.envelope("(broken");
  FetchItem item{
      .what = FetchWhat::Section, .peek = true, .section = {{1}, SectionText::Mime, {}}, .partial = Partial{5, 10}};
  writer.begin_body(item, 3);
  out += "a)\n";
  writer.body({.what = FetchWhat::Rfc822Header, .peek = false, .section = {}, .partial = {}}, "x");
  writer.end();
  EXPECT_EQ(out, "* 12 FETCH (UID 7 ENVELOPE NIL BODY[1.MIME]<5> {3}\r\na)\n RFC822.HEADER \"x\")\r\n");
}

TEST(ResponseWriter, NothingInjectedGoesOut) {
  std::string out;
  response::State state;
  state.text = make_text("x\r\n* 1 EXPUNGE");
  state.code = code::Other{"A]\r\nB"};
  write_response(out, state);
  write_response(out, response::Capability{{"OK", "BAD\r\nX"}});
  write_response(out, response::Continue{"a\r\nb"});
  EXPECT_EQ(out, "* OK [X] x??* 1 EXPUNGE\r\n* CAPABILITY OK\r\n+ a??b\r\n");
}

}  // namespace
}  // namespace proxy::imap
