// Where mail would be lost or doubled: every step cut, every reply lost, every durable write failing.
#include "tests/proxy/gateway/agent/submission_world.h"

namespace proxy::gateway::agent {
namespace {

using State = SubmissionState;
constexpr auto kLongEnough = std::chrono::hours(3);

struct Rig {
  explicit Rig(runtime::Loop& loop, Policy how = Policy::CanAsk)
      : loop_(loop),
        policy(how),
        tasks(loop, loop.scope(), [](const std::string&, const Error&) {}),
        dialer(server, tasks),
        access(loop, imap),
        queue(server),
        disk(disk::make_posix_disk()) {
    server.replies["nobody@x.example"] = "550 5.1.1 no such user here";
  }
  Result<std::unique_ptr<UserOperations>> open(disk::Disk& on, const std::string& vfs = {}) {
    UserOperationsSettings settings;
    settings.state_dir = folder.path();
    settings.stem = "alice";
    settings.submission.own_host = "gw.example";
    settings.sql.vfs = vfs;
    return UserOperations::open(loop_, on, dialer, settings, policy == Policy::CanAsk ? &queue : nullptr);
  }

  runtime::Loop& loop_;
  Policy policy;
  disk::TempDirectory folder{disk::TempDirectory::quick()};
  ScriptedServer server;
  runtime::TaskScope tasks;
  ScriptedDialer dialer;
  NoImap imap;
  TestAccess access;
  AskQueue queue;
  std::unique_ptr<disk::Disk> disk;
};

Task<void> run_for(Rig& rig, UserOperations& operations, runtime::Duration length) {
  (void)co_await runtime::with_timeout(length, operations.serve_background(rig.access));
  rig.tasks.cancel();
  co_await rig.tasks.join();
}

void expect_promise(const ScriptedServer& server, Policy policy, const std::string& where) {
  for (const char* address : {"bob@x.example", "carol@x.example"}) {
    const int copies = server.copies(address);
    EXPECT_LE(copies, policy == Policy::Retry ? 2 : 1) << where << " " << address;
    EXPECT_GE(copies, policy == Policy::AskPerson ? 0 : 1) << where << " " << address;
  }
  EXPECT_EQ(server.copies("nobody@x.example"), 0) << where;
}

Task<void> cut_once(runtime::Loop& loop, Policy policy, std::string step, Cut cut) {
  const std::string where = step + (cut == Cut::Before ? " cut" : " reply lost");
  Rig rig(loop, policy);
  rig.server.cut_at = step;
  rig.server.cut = cut;
  rig.server.cuts_left = 1;
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  auto accepted = co_await (*operations)->submissions().accept(example_submission(policy));
  CO_ASSERT_OK(accepted);
  EXPECT_EQ(accepted->state, State::Stored);
  co_await run_for(rig, **operations, kLongEnough);
  EXPECT_EQ(rig.server.cuts_left, 0) << where;
  expect_promise(rig.server, policy, where);
  auto report = co_await (*operations)->submissions().report(accepted->ticket);
  CO_ASSERT_OK(report);
  CO_ASSERT_TRUE(report->has_value());
  const auto& recipients = (*report)->recipients;
  EXPECT_EQ(recipients[1].state, State::Failed) << where;
  EXPECT_EQ(recipients[1].reply, "550 5.1.1 no such user here") << where;
  const bool in_doubt =
      step == "dot" || step == "message";  // a small mail is gone, dot and all, before the cut is seen
  const State end = in_doubt && policy == Policy::AskPerson ? State::Unknown : State::Done;
  EXPECT_EQ(recipients[0].state, end) << where;
  EXPECT_EQ(recipients[2].state, end) << where;
  EXPECT_EQ((*report)->ambiguous, in_doubt) << where;
  EXPECT_EQ((*operations)->submissions().counts().in_doubt, in_doubt ? 1U : 0U) << where;
  if (!in_doubt) {
    EXPECT_EQ(rig.server.copies("bob@x.example"), 1) << where;
  }
}

CORO_TEST(Submissions, KeepTheirPromiseAtEveryStepThatIsCutOrUnanswered) {
  for (const Policy policy : {Policy::CanAsk, Policy::Retry, Policy::AskPerson})
    for (const char* step : {"greeting", "ehlo", "auth", "mail", "rcpt", "data", "message", "dot"})
      for (const Cut cut : {Cut::Before, Cut::After}) {
        if (cut == Cut::After && std::string(step) == "message") continue;  // the message alone has no reply
        std::string name = step;
        co_await cut_once(loop, policy, std::move(name), cut);
      }
}

CORO_TEST(Submissions, AReplyLostForEverEndsUnknownAfterTwoCopies) {
  Rig rig(loop, Policy::Retry);
  rig.server.cut_at = "dot";
  rig.server.cut = Cut::After;
  rig.server.cuts_left = 100;
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  auto accepted = co_await (*operations)->submissions().accept(example_submission(Policy::Retry));
  CO_ASSERT_OK(accepted);
  co_await run_for(rig, **operations, kLongEnough);
  EXPECT_EQ(rig.server.copies("bob@x.example"), 2);
  auto report = co_await (*operations)->submissions().report(accepted->ticket);
  CO_ASSERT_OK(report);
  EXPECT_EQ((*report)->state, State::Unknown);
  sync::Decide decide{accepted->ticket, sync::Decide::What::TakeAsSent};
  auto decided = co_await (*operations)->submissions().decide(decide);
  CO_ASSERT_OK(decided);
  EXPECT_EQ((*decided)->recipients[0].state, State::Done);
}

// The agent dies at its k-th durable step and comes back; the client sends the same ticket again.
Task<void> die_at(runtime::Loop& loop, Policy policy, std::uint64_t k, bool lasting, bool& hit) {
  const std::string where = "k=" + std::to_string(k) + (lasting ? " for ever" : " once");
  Rig rig(loop, policy);
  {
    disk::Faults faults;
    const booster::sql::FaultVfs vfs(faults);
    const auto faulty = disk::make_faulty_disk(*rig.disk, faults);
    faults.fail_at(k, ENOSPC, lasting ? UINT64_MAX : 1);
    auto operations = rig.open(*faulty, vfs.name());
    if (operations) {
      auto accepted = co_await (*operations)->submissions().accept(example_submission(policy));
      if (!lasting && !accepted) accepted = co_await (*operations)->submissions().accept(example_submission(policy));
      co_await run_for(rig, **operations, kLongEnough);
      if (!lasting) expect_promise(rig.server, policy, where + " (alive)");
    }
    hit = faults.failures() > 0;
  }
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  auto accepted = co_await (*operations)->submissions().accept(example_submission(policy));
  CO_ASSERT_OK(accepted);
  runtime::TaskScope tasks(loop, loop.scope(), [](const std::string&, const Error&) {});
  operations->reset();
  ScriptedDialer dialer(rig.server, tasks);
  UserOperationsSettings settings;
  settings.state_dir = rig.folder.path();
  settings.stem = "alice";
  auto reopened =
      UserOperations::open(loop, *rig.disk, dialer, settings, policy == Policy::CanAsk ? &rig.queue : nullptr);
  CO_ASSERT_OK(reopened);
  (void)co_await runtime::with_timeout(kLongEnough, (*reopened)->serve_background(rig.access));
  tasks.cancel();
  co_await tasks.join();
  expect_promise(rig.server, policy, where);
  auto report = co_await (*reopened)->submissions().report(accepted->ticket);
  CO_ASSERT_OK(report);
  CO_ASSERT_TRUE(report->has_value());
  EXPECT_EQ((*report)->recipients[1].state, State::Failed) << where;
  if (policy != Policy::AskPerson) {
    EXPECT_EQ((*report)->recipients[0].state, State::Done) << where;
  }
}

Task<void> die_everywhere(runtime::Loop& loop, Policy policy, bool lasting) {
  bool hit = true;
  std::uint64_t k = 1;
  for (; hit && k < 2000; ++k) co_await die_at(loop, policy, k, lasting, hit);
  EXPECT_GT(k, 30U);  // the faults reached the store
}

CORO_TEST(Submissions, SurviveDeathAtEveryDurableStepWhenTheServerCanBeAsked) {
  co_await die_everywhere(loop, Policy::CanAsk, true);
}
CORO_TEST(Submissions, SurviveDeathAtEveryDurableStepByRetry) {
  co_await die_everywhere(loop, Policy::Retry, true);
}
CORO_TEST(Submissions, SurviveDeathAtEveryDurableStepByAskingAPerson) {
  co_await die_everywhere(loop, Policy::AskPerson, true);
}
CORO_TEST(Submissions, HealWhenTheDiskFailsOnce) {
  co_await die_everywhere(loop, Policy::CanAsk, false);
}

CORO_TEST(Submissions, ATicketStandsForItsOctets) {
  Rig rig(loop);
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  Submissions& submissions = (*operations)->submissions();
  sync::Submission large = example_submission(Policy::CanAsk);
  large.octets.clear();
  auto missing = co_await submissions.accept(large);
  CO_ASSERT_OK(missing);
  EXPECT_TRUE(missing->need_octets);
  CO_ASSERT_OK(co_await submissions.accept(example_submission(Policy::CanAsk)));
  auto known = co_await submissions.accept(large);
  CO_ASSERT_OK(known);
  EXPECT_FALSE(known->need_octets);
  EXPECT_EQ(known->state, State::Stored);
  sync::Submission other = example_submission(Policy::CanAsk);
  other.octets.push_back(std::byte{'x'});
  other.size = other.octets.size();
  other.digest = booster::crypto::sha256(ByteView(other.octets)).bytes;
  auto conflict = co_await submissions.accept(other);
  CO_ASSERT_OK(conflict);
  EXPECT_TRUE(conflict->conflict);
}

CORO_TEST(Submissions, TemporaryRefusalsWaitVisiblyAndSimilarMailsAreDifferentMails) {
  Rig rig(loop);
  rig.server.replies["bob@x.example"] = "451 4.7.1 greylisted";
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  Submissions& submissions = (*operations)->submissions();
  auto first = co_await submissions.accept(example_submission(Policy::CanAsk, 1));
  CO_ASSERT_OK(first);
  CO_ASSERT_OK(co_await submissions.accept(example_submission(Policy::CanAsk, 2)));
  (void)co_await runtime::with_timeout(std::chrono::minutes(2), (*operations)->serve_background(rig.access));
  auto report = co_await submissions.report(first->ticket);
  CO_ASSERT_OK(report);
  EXPECT_EQ((*report)->recipients[0].state, State::Stored);
  EXPECT_EQ((*report)->recipients[0].reply, "451 4.7.1 greylisted");
  EXPECT_NE((*report)->text.find("greylisted"), std::string::npos);
  EXPECT_EQ((*report)->recipients[2].state, State::Done);
  rig.server.replies.erase("bob@x.example");
  co_await run_for(rig, **operations, kLongEnough);
  EXPECT_EQ(rig.server.copies("bob@x.example"), 2);
  EXPECT_EQ(rig.server.copies("carol@x.example"), 2);
}

CORO_TEST(Submissions, ARefusedPasswordIsNotShownAgainAndAnotherOneSendsEverything) {
  Rig rig(loop);
  rig.server.login_reply = "535 5.7.8 wrong";
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  Submissions& submissions = (*operations)->submissions();
  auto first = co_await submissions.accept(example_submission(Policy::CanAsk, 1));
  CO_ASSERT_OK(first);
  CO_ASSERT_OK(co_await submissions.accept(example_submission(Policy::CanAsk, 2)));
  (void)co_await runtime::with_timeout(std::chrono::minutes(50), (*operations)->serve_background(rig.access));
  EXPECT_EQ(rig.server.logins, 1);
  CO_ASSERT_TRUE(rig.access.told.size() == 1);
  EXPECT_NE(rig.access.told[0].find("refuses the password"), std::string::npos);
  auto report = co_await submissions.report(first->ticket);
  CO_ASSERT_OK(report);
  EXPECT_EQ((*report)->recipients[0].state, State::Stored);
  EXPECT_NE((*report)->text.find("535 5.7.8"), std::string::npos);
  rig.server.login_reply = "235 2.7.0 welcome";
  (*operations)->credential_renewed();
  co_await run_for(rig, **operations, std::chrono::seconds(10));
  EXPECT_EQ(rig.server.copies("bob@x.example"), 2);
}

CORO_TEST(Submissions, WhatTheServerCannotCarryFailsInClearWords) {
  Rig rig(loop);
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  sync::Submission submission = example_submission(Policy::CanAsk);
  submission.recipients[0].address = "j\xc3\xb6rg@x.example";
  auto accepted = co_await (*operations)->submissions().accept(submission);
  CO_ASSERT_OK(accepted);
  co_await run_for(rig, **operations, kLongEnough);
  auto report = co_await (*operations)->submissions().report(accepted->ticket);
  CO_ASSERT_OK(report);
  EXPECT_EQ((*report)->state, State::Failed);
  EXPECT_NE((*report)->recipients[0].reply.find("SMTPUTF8"), std::string::npos);
  EXPECT_TRUE(rig.server.mails.empty());
}

CORO_TEST(Submissions, AWithdrawnMailIsNotSent) {
  Rig rig(loop);
  auto operations = rig.open(*rig.disk);
  CO_ASSERT_OK(operations);
  auto accepted = co_await (*operations)->submissions().accept(example_submission(Policy::CanAsk));
  CO_ASSERT_OK(accepted);
  sync::Decide decide{accepted->ticket, sync::Decide::What::Cancel};
  auto decided = co_await (*operations)->submissions().decide(decide);
  CO_ASSERT_OK(decided);
  EXPECT_EQ((*decided)->state, State::Failed);
  co_await run_for(rig, **operations, kLongEnough);
  EXPECT_EQ(rig.server.connections, 0);
}

}  // namespace
}  // namespace proxy::gateway::agent
