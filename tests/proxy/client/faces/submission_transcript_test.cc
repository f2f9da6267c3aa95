// Whole conversations with the SUBMISSION face.
#include "proxy/client/faces/header_tap.h"
#include "tests/proxy/client/faces/transcript.h"

using namespace support;
using namespace std::chrono_literals;

namespace {

Task<std::string> one(Program& program, std::string line) {
  (void)co_await program.say(line + "\r\n");
  co_return co_await program.read_line();
}
Task<void> greet(Program& program) {
  (void)co_await program.until("220 ");
  (void)co_await program.say("EHLO me\r\n");
  const std::string offers = co_await program.until("250 ");
  for (const char* offer :
       {"PIPELINING", "SIZE ", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN"}) {
    EXPECT_TRUE(has(offers, offer)) << offers;
  }
  EXPECT_TRUE(has(co_await one(program, "AUTH PLAIN AHVzZXIAc2VjcmV0"), "235"));
}
const std::string kWhole =
    "From: a@example.org\r\nMessage-ID: <m1@example.org>\r\nDate: Mon, 7 Feb 1994 21:52:25 -0800\r\n\r\nHi\r\n";

std::string tapped(const std::string& in, std::size_t piece, faces::HeaderTap& tap) {
  codec::Bytes out;
  for (std::size_t at = 0; at < in.size(); at += piece) tap.feed(codec::as_bytes(in.substr(at, piece)), out);
  tap.finish(out);
  return codec::to_string(codec::ByteView(out));
}

}  // namespace

CORO_TEST(SubmissionFace, AcceptsOnlyWhatIsQueued) {
  for (const std::size_t piece : {0U, 1U, 5U}) {
    FaceWorld world(loop);
    Program program(world, &faces::serve_submission_session, piece);
    co_await greet(program);
    EXPECT_TRUE(has(co_await one(program, "MAIL FROM:<a@example.org> SIZE=10 BODY=8BITMIME RET=HDRS ENVID=e1"), "250"));
    EXPECT_TRUE(
        has(co_await one(program, "RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@example.org"), "250"));
    EXPECT_TRUE(has(co_await one(program, "RCPT TO:<c@example.org> NOTIFY=NEVER"), "250"));
    EXPECT_TRUE(has(co_await one(program, "DATA"), "354"));
    (void)co_await program.say(kWhole + "..dot\r\n.\r\n");
    EXPECT_EQ(co_await program.read_line(), "250 2.6.0 Queued as Q1\r\n");
    EXPECT_TRUE(has(co_await one(program, "QUIT"), "221"));
    EXPECT_EQ(co_await program.read_line(), "");
    const FakeSubmission& made = world.store().submissions.at(0);
    EXPECT_EQ(made.octets, kWhole + ".dot\r\n");
    EXPECT_EQ(made.envelope.sender, "a@example.org");
    EXPECT_EQ(made.envelope.recipients.at(0).notify, 2 | 4);
    EXPECT_EQ(made.envelope.recipients.at(1).notify, 1);
    EXPECT_EQ(made.envelope.ret, "HDRS");
    EXPECT_EQ(made.envelope.message_id, "<m1@example.org>");
    EXPECT_TRUE(made.answered);
    co_await end(world);
  }
}

CORO_TEST(SubmissionFace, ALostAnswerIsGivenAgainAndNothingIsQueuedTwice) {
  FaceWorld world(loop);
  for (int i = 0; i < 2; ++i) {
    Program program(world, &faces::serve_submission_session);
    co_await greet(program);
    (void)co_await one(program, "MAIL FROM:<a@example.org>");
    (void)co_await one(program, "RCPT TO:<b@example.org>");
    (void)co_await one(program, "DATA");
    (void)co_await program.say(kWhole + ".\r\n");
    EXPECT_EQ(co_await program.read_line(), "250 2.6.0 Queued as Q1\r\n");
    program.close();  // without another word: nobody knows whether the answer was read
  }
  EXPECT_EQ(world.store().submissions.size(), 1U);
  co_await end(world);
}

CORO_TEST(SubmissionFace, AFullDiskIs452AndNothingIsLost) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_submission_session);
  co_await greet(program);
  world.store().write_fails = proxy::Errc::Full;
  (void)co_await one(program, "MAIL FROM:<a@example.org>");
  (void)co_await one(program, "RCPT TO:<b@example.org>");
  (void)co_await one(program, "DATA");
  (void)co_await program.say(kWhole + ".\r\n");
  EXPECT_TRUE(has(co_await program.read_line(), "452 4.3.1"));
  world.store().write_fails.reset();
  (void)co_await one(program, "MAIL FROM:<a@example.org>");
  (void)co_await one(program, "RCPT TO:<b@example.org>");
  (void)co_await one(program, "DATA");
  (void)co_await program.say(kWhole + ".\r\n");
  EXPECT_TRUE(has(co_await program.read_line(), "250 2.6.0 Queued as Q1"));
  co_await end(world);
}

CORO_TEST(SubmissionFace, BareLineEndsAreRefused) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_submission_session);
  co_await greet(program);
  (void)co_await one(program, "MAIL FROM:<a@example.org>");
  (void)co_await one(program, "RCPT TO:<b@example.org>");
  (void)co_await one(program, "DATA");
  (void)co_await program.say("Subject: x\r\n\r\nhi\n.\r\nMAIL FROM:<evil@example.org>\r\n.\r\n");
  EXPECT_TRUE(has(co_await program.read_line(), "550 5.6.0"));
  EXPECT_TRUE(world.store().submissions.empty());
  co_await end(world);
}

CORO_TEST(SubmissionFace, NobodyGetsInWithoutThePassword) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_submission_session);
  (void)co_await program.until("220 ");
  (void)co_await program.say("EHLO me\r\n");
  (void)co_await program.until("250 ");
  EXPECT_TRUE(has(co_await one(program, "MAIL FROM:<a@example.org>"), "530"));
  EXPECT_TRUE(has(co_await one(program, "AUTH PLAIN AHVzZXIAd3Jvbmc="), "535"));
  EXPECT_TRUE(has(co_await one(program, "AUTH LOGIN"), "334"));
  EXPECT_TRUE(has(co_await one(program, "dXNlcg=="), "334"));
  EXPECT_TRUE(has(co_await one(program, "c2VjcmV0"), "235"));
  Program http(world, &faces::serve_submission_session);
  (void)co_await http.until("220 ");
  EXPECT_TRUE(has(co_await one(http, "POST / HTTP/1.1"), "521"));
  EXPECT_EQ(co_await http.read_line(), "");
  co_await end(world);
}

TEST(HeaderTap, AddsWhatIsMissingOnceAndLeavesTheRest) {
  for (const std::size_t piece : {1U, 3U, 1000U}) {
    faces::HeaderTap all("<new@x>", "today");
    EXPECT_EQ(tapped(kWhole, piece, all), kWhole);
    EXPECT_EQ(all.message_id(), "<m1@example.org>");
    faces::HeaderTap none("<new@x>", "today");
    EXPECT_EQ(tapped("Subject: a\r\n b\r\n\r\nDate: in the body\r\n", piece, none),
              "Subject: a\r\n b\r\nDate: today\r\nMessage-ID: <new@x>\r\n\r\nDate: in the body\r\n");
    EXPECT_EQ(none.message_id(), "<new@x>");
    faces::HeaderTap headless("<new@x>", "today");
    EXPECT_EQ(tapped("just text\r\n", piece, headless), "Date: today\r\nMessage-ID: <new@x>\r\n\r\njust text\r\n");
    faces::HeaderTap only("<new@x>", "today");
    EXPECT_EQ(tapped("date: now\r\n", piece, only), "date: now\r\nMessage-ID: <new@x>\r\n");
    faces::HeaderTap folded("<new@x>", "today");
    const std::string with_fold = "message-id:\r\n <f@x>\r\nDate: x\r\nX-Priority: 1 (Highest)\r\n\r\n";
    EXPECT_EQ(tapped(with_fold, piece, folded), with_fold);
    EXPECT_EQ(folded.message_id(), "<f@x>");
    EXPECT_EQ(folded.start_class(), faces::StartClass::Urgent);
    faces::HeaderTap bulk("<new@x>", "today");
    const std::string long_line =
        "Date: x\r\nMessage-ID: <1@x>\r\nX-Long: " + std::string(40'000, 'y') + "\r\nImportance: low\r\n\r\nbody";
    EXPECT_EQ(tapped(long_line, piece, bulk), long_line);
    EXPECT_EQ(bulk.start_class(), faces::StartClass::Bulk);
  }
  EXPECT_EQ(faces::write_mail_date(0), "Thu, 1 Jan 1970 00:00:00 +0000");
}
