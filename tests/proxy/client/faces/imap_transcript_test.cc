// Whole conversations with the IMAP face.
#include "tests/proxy/client/faces/transcript.h"

using namespace support;
using booster::runtime::sleep_for;
using namespace std::chrono_literals;

namespace {

const std::string kPlain =
    "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    "Date: Mon, 7 Feb 1994 21:52:25 -0800\r\nMessage-ID: <1@example.org>\r\n\r\nHello, world\r\n";
const std::string kMultipart =
    "From: ada@example.org\r\nSubject: two\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>two\r\n--b--\r\n";

// One conversation, said in pieces of `piece` octets: what the face answers must not depend on it.
Task<std::string> tour(Loop& loop, std::size_t piece) {
  FaceWorld world(loop);
  world.store().add("INBOX", kPlain);
  world.store().add("INBOX", kMultipart, {imap::SystemFlag::Seen});
  Program program(world, &faces::serve_imap_session, piece);
  std::string all = co_await program.until("* OK");
  for (const char* command :
       {"a0 CAPABILITY", "a1 LOGIN user secret", "a2 LIST \"\" *", "a3 SELECT INBOX", "a4 FETCH 1:* (FLAGS UID)",
        "a5 UID FETCH 1 (ENVELOPE BODYSTRUCTURE RFC822.SIZE INTERNALDATE)", "a6 FETCH 1 BODY.PEEK[]",
        "a7 FETCH 2 (BODY.PEEK[1] BODY.PEEK[2.MIME] BODY.PEEK[3])", "a8 FETCH 1 BODY[HEADER.FIELDS (Subject)]",
        "a9 STORE 1 +FLAGS (\\Deleted $Later)", "b0 UID SEARCH DELETED", "b1 COPY 1 Nowhere", "b2 CREATE Sub",
        "b3 COPY 1:2 Sub", "b4 EXPUNGE", "b5 STATUS Sub (MESSAGES UIDNEXT SIZE)", "b6 NONSENSE", "b7 LOGOUT"}) {
    all += co_await program.ask(command);
  }
  EXPECT_EQ(co_await program.read_line(), "");
  co_await end(world);
  co_return all;
}

}  // namespace

CORO_TEST(ImapFace, TourIsTheSameHoweverItsOctetsAreCut) {
  const std::string whole = co_await tour(loop, 0);
  EXPECT_TRUE(has(whole, "* OK [CAPABILITY IMAP4rev1")) << whole;
  EXPECT_TRUE(has(whole, "\r\n* LIST (\\HasNoChildren) \"/\" INBOX\r\n")) << whole;
  EXPECT_TRUE(has(whole, "\r\n* 2 EXISTS\r\n")) << whole;
  EXPECT_TRUE(has(whole, "[UIDVALIDITY 7]")) << whole;
  EXPECT_TRUE(has(whole, "a3 OK [READ-WRITE]")) << whole;
  EXPECT_TRUE(has(whole, "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n")) << whole;
  EXPECT_TRUE(has(whole, "ENVELOPE (\"Mon, 7 Feb 1994 21:52:25 -0800\"")) << whole;
  EXPECT_TRUE(has(whole, "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"")) << whole;
  EXPECT_TRUE(has(whole, "* 1 FETCH (BODY[] {" + std::to_string(kPlain.size()) + "}\r\n" + kPlain + ")\r\n")) << whole;
  EXPECT_TRUE(has(whole, "BODY[1] {3}\r\none BODY[2.MIME] {27}\r\nContent-Type: text/html\r\n\r\n BODY[3] NIL)"))
      << whole;
  EXPECT_TRUE(has(whole, "BODY[HEADER.FIELDS (SUBJECT)]")) << whole;
  EXPECT_TRUE(has(whole, "* 1 FETCH (FLAGS (\\Seen \\Deleted $Later))\r\na9 OK")) << whole;
  EXPECT_TRUE(has(whole, "* SEARCH 1\r\nb0 OK")) << whole;
  EXPECT_TRUE(has(whole, "b1 NO [TRYCREATE]")) << whole;
  EXPECT_TRUE(has(whole, "b3 OK [COPYUID 7 ")) << whole;
  EXPECT_TRUE(has(whole, "* 1 EXPUNGE\r\nb4 OK")) << whole;
  EXPECT_TRUE(has(whole, "* STATUS Sub (MESSAGES 2 UIDNEXT 3 SIZE ")) << whole;
  EXPECT_TRUE(has(whole, "b6 BAD")) << whole;
  EXPECT_TRUE(has(whole, "* BYE")) << whole;
  EXPECT_TRUE(has(whole, "b7 OK")) << whole;
  for (const std::size_t piece : {1U, 2U, 7U}) EXPECT_EQ(co_await tour(loop, piece), whole) << "pieces of " << piece;
}

CORO_TEST(ImapFace, TwoProgramsOnOneMailboxSeeEachOther) {
  FaceWorld world(loop);
  world.store().add("INBOX", kPlain);
  world.store().add("INBOX", kPlain);
  Program one(world, &faces::serve_imap_session);
  Program two(world, &faces::serve_imap_session);
  for (Program* program : {&one, &two}) {
    (void)co_await program->until("* OK");
    (void)co_await program->log_in();
    (void)co_await program->ask("b SELECT INBOX");
  }
  (void)co_await one.say("c IDLE\r\n");
  EXPECT_EQ(co_await one.read_line(), "+ idling\r\n");
  (void)co_await two.ask("c STORE 2 +FLAGS.SILENT (\\Deleted)");
  EXPECT_EQ(co_await one.read_line(), "* 2 FETCH (UID 2 FLAGS (\\Deleted))\r\n");
  (void)co_await two.ask("d EXPUNGE");
  EXPECT_EQ(co_await one.read_line(), "* 2 EXPUNGE\r\n");
  world.store().add("INBOX", kPlain);
  EXPECT_EQ(co_await one.read_line(), "* 2 EXISTS\r\n");
  (void)co_await one.say("DONE\r\n");
  EXPECT_TRUE(has(co_await one.until("c "), "c OK"));
  EXPECT_TRUE(has(co_await two.ask("e NOOP"), "* 2 EXISTS\r\n"));
  // An expunge is not told within FETCH, STORE or SEARCH: numbers must not move there.
  (void)co_await two.ask("f STORE 1 +FLAGS.SILENT (\\Deleted)");
  (void)co_await two.ask("g EXPUNGE");
  EXPECT_FALSE(has(co_await one.ask("h FETCH 1:* (UID)"), "EXPUNGE"));
  EXPECT_FALSE(has(co_await one.ask("i SEARCH ALL"), "EXPUNGE"));
  EXPECT_FALSE(has(co_await one.ask("j STORE 2 +FLAGS (\\Flagged)"), "EXPUNGE"));
  EXPECT_TRUE(has(co_await one.ask("k UID SEARCH ALL"), "* 1 EXPUNGE"));
  co_await end(world);
}

CORO_TEST(ImapFace, SearchSeesEverythingRfc3501Names) {
  FaceWorld world(loop);
  world.store().add("INBOX", kPlain, {imap::SystemFlag::Flagged});
  world.store().add("INBOX", kMultipart, {imap::SystemFlag::Seen});
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  (void)co_await program.ask("b SELECT INBOX");
  const std::vector<std::pair<std::string, std::string>> cases{{"ALL", " 1 2"},
                                                               {"FLAGGED", " 1"},
                                                               {"UNSEEN", " 1"},
                                                               {"NOT FLAGGED", " 2"},
                                                               {"OR FLAGGED SEEN", " 1 2"},
                                                               {"FROM ada", " 1 2"},
                                                               {"FROM Ada", " 1 2"},
                                                               {"TO bob", " 1"},
                                                               {"CC bob", ""},
                                                               {"SUBJECT two", " 2"},
                                                               {"CHARSET UTF-8 SUBJECT \"gr\"", " 1"},
                                                               {"BODY hello", " 1"},
                                                               {"BODY example", ""},
                                                               {"TEXT example.org", " 1 2"},
                                                               {"HEADER Message-ID 1@example", " 1"},
                                                               {"HEADER Content-Type multipart", " 2"},
                                                               {"HEADER X-None \"\"", ""},
                                                               {"BEFORE 18-Jul-1996", " 1 2"},
                                                               {"ON 17-Jul-1996", " 1 2"},
                                                               {"SINCE 18-Jul-1996", ""},
                                                               {"SENTON 7-Feb-1994", " 1"},
                                                               {"SENTSINCE 1-Jan-1994", " 1"},
                                                               {"SENTBEFORE 1-Jan-1994", ""},
                                                               {"LARGER 1", " 1 2"},
                                                               {"SMALLER 1", ""},
                                                               {"2:*", " 2"},
                                                               {"UID 1", " 1"},
                                                               {"KEYWORD x", ""},
                                                               {"RECENT", ""},
                                                               {"(SEEN NOT DELETED)", " 2"},
                                                               {"MODSEQ 2", " 2 (MODSEQ 2)"}};
  for (const auto& [key, numbers] : cases) {
    const std::string answer = co_await program.ask("s SEARCH " + key);
    EXPECT_TRUE(has(answer, "* SEARCH" + numbers + "\r\ns OK")) << key << ": " << answer;
  }
  std::string answer = co_await program.ask("s SEARCH RETURN (MIN MAX COUNT ALL) ALL");
  EXPECT_TRUE(has(answer, "* ESEARCH (TAG \"s\") MIN 1 MAX 2 COUNT 2 ALL 1:2\r\n")) << answer;
  answer = co_await program.ask("s UID SEARCH RETURN (COUNT) SEEN");
  EXPECT_TRUE(has(answer, "* ESEARCH (TAG \"s\") UID COUNT 1\r\n")) << answer;
  answer = co_await program.ask("s SEARCH CHARSET X-NONE TEXT a");
  EXPECT_TRUE(has(answer, "s NO [BADCHARSET]")) << answer;
  // "Grüße" as a literal in Latin-1.
  (void)co_await program.say(
      "t SEARCH CHARSET ISO-8859-1 SUBJECT {5+}\r\nGR\xdc\xdf"
      "E\r\n");
  answer = co_await program.until("t ");
  EXPECT_TRUE(has(answer, "* SEARCH 1\r\n")) << answer;
  co_await end(world);
}

CORO_TEST(ImapFace, SearchSaysWhatItCouldNotSearch) {
  FaceWorld world(loop);
  world.store().add("INBOX", kPlain);
  world.store().arrive("INBOX", 1, 0);
  world.store().offline = true;
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  (void)co_await program.ask("b SELECT INBOX");
  EXPECT_TRUE(has(co_await program.ask("c SEARCH SUBJECT gr"), "* SEARCH 1\r\nc OK SEARCH completed\r\n"));
  EXPECT_TRUE(has(co_await program.ask("d SEARCH BODY hello"), "* SEARCH 1\r\n"));  // the preview holds it
  EXPECT_TRUE(has(co_await program.ask("e SEARCH BODY elsewhere"), "text of 1 is not here"));
  EXPECT_EQ(world.store().body_opens, 0U);
  co_await end(world);
}

CORO_TEST(ImapFace, ABodyStreamsAsItArrivesAndTheProgramIsKeptAlive) {
  FaceWorld world(loop);
  const std::string octets = kPlain + std::string(100, 'x') + "\r\n";
  world.store().add("INBOX", octets);
  world.store().arrive("INBOX", 1, 0);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  (void)co_await program.ask("b SELECT INBOX");
  (void)co_await program.say("c FETCH 1 BODY.PEEK[]\r\n");
  const auto asked = loop.now();
  EXPECT_EQ(co_await program.read_line(), "* OK This message is on its way\r\n");
  EXPECT_LE(loop.now() - asked, 20s);
  EXPECT_EQ(co_await program.read_line(), "* OK This message is on its way\r\n");
  world.store().arrive("INBOX", 1, 40);
  EXPECT_EQ(co_await program.read_line(), "* 1 FETCH (BODY[] {" + std::to_string(octets.size()) + "}\r\n");
  EXPECT_EQ(co_await program.read_line(), "From: Ada <ada@example.org>\r\n");
  world.store().arrive("INBOX", 1, SIZE_MAX);
  EXPECT_TRUE(has(co_await program.until("c "), std::string(100, 'x') + "\r\n)\r\nc OK"));
  world.store().arrive("INBOX", 1, 0);
  world.store().offline = true;
  EXPECT_TRUE(has(co_await program.ask("d FETCH 1 (FLAGS BODY[])"), "d NO [UNAVAILABLE]"));
  EXPECT_TRUE(has(co_await program.ask("e FETCH 1 (FLAGS ENVELOPE)"), "FLAGS () ENVELOPE"));  // \Seen was not set
  co_await end(world);
}

CORO_TEST(ImapFace, CondstoreIsWhole) {
  FaceWorld world(loop);
  world.store().add("INBOX", kPlain);
  world.store().add("INBOX", kPlain);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  EXPECT_TRUE(has(co_await program.ask("b SELECT INBOX (CONDSTORE)"), "[HIGHESTMODSEQ 2]"));
  EXPECT_TRUE(has(co_await program.ask("c FETCH 1 (MODSEQ)"), "* 1 FETCH (MODSEQ (1))"));
  std::string answer = co_await program.ask("d STORE 1,2 (UNCHANGEDSINCE 1) +FLAGS.SILENT (\\Seen)");
  EXPECT_TRUE(has(answer, "* 1 FETCH (MODSEQ (3))\r\nd OK [MODIFIED 2]")) << answer;
  answer = co_await program.ask("e UID FETCH 1:* (FLAGS) (CHANGEDSINCE 2)");
  EXPECT_TRUE(has(answer, "* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (3))\r\ne OK")) << answer;
  world.store().set_flag("INBOX", 2, imap::SystemFlag::Flagged);
  EXPECT_TRUE(has(co_await program.ask("f NOOP"), "* 2 FETCH (UID 2 FLAGS (\\Flagged) MODSEQ (4))"));
  EXPECT_TRUE(has(co_await program.ask("g STATUS INBOX (HIGHESTMODSEQ)"), "HIGHESTMODSEQ 4"));
  EXPECT_TRUE(has(co_await program.ask("h ENABLE CONDSTORE X"), "* ENABLED\r\nh OK"));
  co_await end(world);
}

CORO_TEST(ImapFace, AppendIsDurableOrRefused) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  (void)co_await program.ask("b SELECT INBOX");
  const std::string size = std::to_string(kPlain.size());
  (void)co_await program.say("c APPEND INBOX (\\Seen) \"17-Jul-1996 02:44:25 -0700\" {" + size + "}\r\n");
  EXPECT_EQ(co_await program.read_line(), "+ OK\r\n");
  (void)co_await program.say(kPlain + "\r\n");
  std::string answer = co_await program.until("c ");
  EXPECT_TRUE(has(answer, "* 1 EXISTS\r\nc OK [APPENDUID 7 1]")) << answer;
  EXPECT_EQ(world.store().mailbox("INBOX").messages.at(0).octets, kPlain);
  answer = co_await program.ask("d APPEND None {5}");
  EXPECT_TRUE(has(answer, "d NO [TRYCREATE]")) << answer;
  (void)co_await program.say("e APPEND None {5+}\r\n12345\r\nf NOOP\r\n");
  answer = co_await program.until("f ");
  EXPECT_TRUE(has(answer, "e NO [TRYCREATE]")) << answer;
  world.store().write_fails = proxy::Errc::Full;
  (void)co_await program.say("g APPEND INBOX {5+}\r\n12345\r\n");
  answer = co_await program.until("g ");
  EXPECT_TRUE(has(answer, "g NO [UNAVAILABLE] APPEND: the disk is full")) << answer;
  EXPECT_TRUE(has(co_await program.ask("h STORE 1 +FLAGS (\\Flagged)"), "h NO [UNAVAILABLE]"));
  world.store().write_fails.reset();
  EXPECT_TRUE(has(co_await program.ask("i STORE 1 +FLAGS (\\Flagged)"), "i OK"));
  EXPECT_EQ(world.store().mailbox("INBOX").messages.size(), 1U);
  co_await end(world);
}

CORO_TEST(ImapFace, MoveTellsWhereItWentThenThatItLeft) {
  FaceWorld world(loop);
  world.store().add("INBOX", kPlain);
  world.store().add_mailbox("Archive");
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  (void)co_await program.ask("b SELECT INBOX");
  const std::string answer = co_await program.ask("c UID MOVE 1 Archive");
  EXPECT_EQ(answer, "* OK [COPYUID 7 1 1] Moved\r\n* 1 EXPUNGE\r\nc OK MOVE completed\r\n");
  EXPECT_TRUE(has(co_await program.ask("d EXAMINE Archive"), "[READ-ONLY]"));
  EXPECT_TRUE(has(co_await program.ask("e STORE 1 +FLAGS (\\Seen)"), "e NO"));
  EXPECT_TRUE(has(co_await program.ask("f FETCH 1 BODY[]"), "f OK"));
  EXPECT_FALSE(world.store().mailbox("Archive").messages.at(0).flags.has(imap::SystemFlag::Seen));
  co_await end(world);
}

CORO_TEST(ImapFace, ARefusedMailboxPasswordIsTold) {
  for (const bool known : {false, true}) {
    FaceWorld world(loop);
    world.store().folders_known = known;
    world.store().told_trouble = "the mail server refused the password";
    Program program(world, &faces::serve_imap_session);
    (void)co_await program.until("* OK");
    const std::string answer = co_await program.log_in();
    EXPECT_EQ(has(answer, "* OK [ALERT] the mail server refused the password"), known) << answer;
    EXPECT_EQ(has(answer, "NO [AUTHENTICATIONFAILED] the mail server refused the password"), !known) << answer;
    co_await end(world);
  }
}

CORO_TEST(ImapFace, WhatTheServerLetsNobodyChangeIsReadOnly) {
  FaceWorld world(loop);
  world.store().add("INBOX", kPlain);
  world.store().mailbox("INBOX").any_keyword = false;
  world.store().add_mailbox("Shared").read_only = true;
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  const std::string inbox = co_await program.ask("b SELECT INBOX");
  EXPECT_TRUE(has(inbox, "[PERMANENTFLAGS (")) << inbox;
  EXPECT_FALSE(has(inbox, "\\*")) << inbox;
  EXPECT_TRUE(has(inbox, "b OK [READ-WRITE]")) << inbox;
  const std::string shared = co_await program.ask("c SELECT Shared");
  EXPECT_TRUE(has(shared, "[PERMANENTFLAGS ()]")) << shared;
  EXPECT_TRUE(has(shared, "c OK [READ-ONLY]")) << shared;
  EXPECT_TRUE(has(co_await program.ask("d STORE 1 +FLAGS (\\Seen)"), "d NO"));
  co_await end(world);
}

CORO_TEST(ImapFace, ListKnowsChildrenUsesAndSubscriptions) {
  FaceWorld world(loop);
  world.store().add_mailbox("Sent").info.special_use.add(imap::MailboxAttribute::Sent);
  world.store().add_mailbox("Work/2024").info.subscribed = true;
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  EXPECT_EQ(co_await program.ask("b LIST \"\" \"\""), "* LIST (\\Noselect) \"/\" \"\"\r\nb OK LIST completed\r\n");
  std::string answer = co_await program.ask("b LIST \"\" %");
  EXPECT_TRUE(has(answer, "* LIST (\\HasNoChildren \\Sent) \"/\" Sent\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\\HasChildren) \"/\" Work\r\n")) << answer;
  EXPECT_FALSE(has(answer, "2024")) << answer;
  answer = co_await program.ask("c LSUB \"\" *");
  EXPECT_EQ(answer, "* LSUB () \"/\" Work/2024\r\nc OK LSUB completed\r\n");
  answer = co_await program.ask("c LSUB \"\" %");
  EXPECT_EQ(answer, "* LSUB (\\Noselect) \"/\" Work\r\nc OK LSUB completed\r\n");
  answer = co_await program.ask("d LIST (SUBSCRIBED RECURSIVEMATCH) \"\" %");
  EXPECT_TRUE(has(answer, "Work (\"CHILDINFO\" (\"SUBSCRIBED\"))")) << answer;
  answer = co_await program.ask("e LIST (SPECIAL-USE) \"\" * RETURN (STATUS (MESSAGES))");
  EXPECT_TRUE(has(answer, "\"/\" Sent\r\n* STATUS Sent (MESSAGES 0)\r\ne OK")) << answer;
  answer = co_await program.ask("f LIST \"\" (INBOX \"Work/*\") RETURN (SUBSCRIBED)");
  EXPECT_TRUE(has(answer, "\\Subscribed")) << answer;
  co_await end(world);
}

CORO_TEST(ImapFace, LoginWaitsForTheFoldersAndSaysSo) {
  FaceWorld world(loop);
  world.store().folders_known = false;
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.say("a LOGIN user secret\r\n");
  EXPECT_EQ(co_await program.read_line(), "* OK Waiting for the folders\r\n");
  world.store().folders_known = true;
  world.store().folders.notify_all();
  EXPECT_TRUE(has(co_await program.until("a "), "a OK"));
  co_await end(world);
}
