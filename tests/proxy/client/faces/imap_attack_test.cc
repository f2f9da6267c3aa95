// What strangers and broken programs do to the IMAP face.
#include "tests/proxy/client/faces/transcript.h"

using namespace support;
using namespace std::chrono_literals;
using booster::runtime::sleep_for;

CORO_TEST(ImapFaceAttacks, HttpIsDropped) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.say("GET / HTTP/1.1\r\nHost: a\r\n\r\na LOGIN user secret\r\n");
  EXPECT_TRUE(has(co_await program.read_line(), "* BYE"));
  EXPECT_EQ(co_await program.read_line(), "");
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, LongLinesAndLiteralsBeforeLoginAreDropped) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  EXPECT_TRUE(has(co_await program.ask("a LOGIN {5000}"), "a BAD"));
  EXPECT_TRUE(has(co_await program.ask("a NOOP ((((("), "a BAD"));
  (void)co_await program.say("a " + std::string(9000, 'x'));
  EXPECT_TRUE(has(co_await program.read_line(), "* BYE"));
  EXPECT_EQ(co_await program.read_line(), "");
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, NothingButLoginBeforeLogin) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  for (const char* command : {"a SELECT INBOX", "a LIST \"\" *", "a IDLE", "a STATUS INBOX (MESSAGES)", "a STARTTLS"}) {
    EXPECT_TRUE(has(co_await program.ask(command), "a BAD")) << command;
  }
  EXPECT_TRUE(has(co_await program.ask("a APPEND INBOX {5}"), "a BAD"));
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, WrongPasswordsCostTimeAndThenAStayOutside) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  auto began = loop.now();
  EXPECT_TRUE(has(co_await program.ask("a LOGIN user wrong1"), "a NO [AUTHENTICATIONFAILED]"));
  EXPECT_GE(loop.now() - began, 2s);
  EXPECT_TRUE(has(co_await program.ask("a LOGIN nobody \"\""), "a NO [AUTHENTICATIONFAILED]"));
  EXPECT_TRUE(has(co_await program.ask("a LOGIN user wrong2"), "a NO [AUTHENTICATIONFAILED]"));
  EXPECT_TRUE(has(co_await program.ask("a LOGIN user wrong3"), "a NO [AUTHENTICATIONFAILED]"));
  EXPECT_TRUE(has(co_await program.ask("a LOGIN user secret"), "a NO [UNAVAILABLE]"));
  co_await sleep_for(61s);
  Program later(world, &faces::serve_imap_session);
  (void)co_await later.until("* OK");
  EXPECT_TRUE(has(co_await later.log_in(), "a OK"));
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, AStaleSavedPasswordNeverLocksItsOwnerOut) {
  FaceWorld world(loop);
  for (int i = 0; i < 10; ++i) {
    Program program(world, &faces::serve_imap_session);
    (void)co_await program.until("* OK");
    EXPECT_TRUE(has(co_await program.ask("a LOGIN user stale"), "a NO [AUTHENTICATIONFAILED]"));
    program.close();
  }
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  EXPECT_TRUE(has(co_await program.ask("a AUTHENTICATE PLAIN AHVzZXIAc2VjcmV0"), "a OK"));
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, ASilentOrSlowStrangerIsSentAway) {
  FaceWorld world(loop);
  Program silent(world, &faces::serve_imap_session);
  (void)co_await silent.until("* OK");
  const auto began = loop.now();
  EXPECT_TRUE(has(co_await silent.read_line(), "* BYE"));
  EXPECT_LE(loop.now() - began, 2min + 1s);
  Program slow(world, &faces::serve_imap_session);
  (void)co_await slow.until("* OK");
  std::size_t said = 0;
  while (said < 100 && co_await slow.say("x")) {
    ++said;
    co_await sleep_for(10s);
  }
  EXPECT_LT(said, 20U);
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, AProgramThatDoesNotReadIsLeft) {
  FaceWorld world(loop);
  world.store().add("INBOX", "Subject: big\r\n\r\n" + std::string(2 << 20, 'x'));
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  (void)co_await program.ask("b SELECT INBOX");
  (void)co_await program.say("c FETCH 1 BODY[]\r\n");
  co_await sleep_for(5min);
  EXPECT_EQ(world.sessions.running(), 0U);
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, EndsWithByeAtShutdownAndAfterHalfAnHourOfSilence) {
  FaceWorld world(loop);
  Program idle(world, &faces::serve_imap_session);
  (void)co_await idle.until("* OK");
  (void)co_await idle.log_in();
  const auto began = loop.now();
  EXPECT_TRUE(has(co_await idle.read_line(), "* BYE"));
  EXPECT_EQ(loop.now() - began, 30min);
  Program other(world, &faces::serve_imap_session);
  (void)co_await other.until("* OK");
  (void)co_await other.log_in();
  (void)co_await other.say("b IDLE\r\n");
  (void)co_await other.read_line();
  world.sessions.cancel();
  EXPECT_TRUE(has(co_await other.read_line(), "* BYE"));
  co_await end(world);
}

CORO_TEST(ImapFaceAttacks, GarbageIsAnsweredThenLeft) {
  FaceWorld world(loop);
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.log_in();
  std::string garbage;
  for (int i = 0; i < 100; ++i) garbage += "x nonsense (((\r\n";
  (void)co_await program.say(garbage);
  const std::string answer = co_await program.until("* BYE");
  EXPECT_TRUE(has(answer, "x BAD")) << answer;
  EXPECT_EQ(co_await program.read_line(), "");
  co_await end(world);
}
