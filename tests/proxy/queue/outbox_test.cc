// Submissions from the face's 250 to the last recipient's end.
#include "proxy/queue/outbox.h"

#include <gtest/gtest.h>

#include "tests/booster/disk/temp_directory.h"
#include "tests/support/coro_test.h"

namespace proxy::queue {
namespace {

using booster::disk::TempDirectory;
using sync::SubmissionState;

struct World {
  TempDirectory temp{TempDirectory::quick()};
  SerialThread thread{"journal"};
  Journal journal = Journal::open(temp.path() / "journal.db", "").value();
  CommitQueue commits{thread, {&journal.database()}, nullptr};
  Outbox outbox{commits, journal};
};

NewSubmission mail(const std::string& message_id, std::vector<std::string> to = {"a@x.example"}) {
  NewSubmission out;
  out.message_id = message_id;
  out.submission.sender = "me@x.example";
  for (auto& address : to) out.submission.recipients.push_back({address, 0, {}});
  out.submission.size = 100;
  return out;
}

// A coroutine of its own: g++ 12 takes no initializer list beside a co_await.
Task<Result<std::string>> send(Outbox& outbox, std::string message_id, std::vector<std::string> to) {
  const NewSubmission submission = mail(message_id, std::move(to));
  co_return co_await outbox.submit(submission);
}
Task<Result<std::string>> send(Outbox& outbox, std::string message_id) {
  std::vector<std::string> to(1, "a@x.example");
  return send(outbox, std::move(message_id), std::move(to));
}

CORO_TEST(Outbox, OrderIsClassThenPosition) {
  World w;
  NewSubmission slow = mail("<1>");
  slow.start = Class::Bodies;
  const auto a = co_await w.outbox.submit(slow);
  const auto b = co_await send(w.outbox, "<2>");
  const auto c = co_await send(w.outbox, "<3>");
  CO_ASSERT_OK(c);
  const auto ids = [](const std::vector<QueuedSubmission>& rows) {
    std::string text;
    for (const auto& row : rows) text += row.message_id;
    return text;
  };
  EXPECT_EQ(ids((co_await w.outbox.next(10)).value()), "<2><3><1>");
  CO_ASSERT_OK(co_await w.outbox.raise(*c));
  EXPECT_EQ(ids((co_await w.outbox.next(10)).value()), "<3><2><1>");
  CO_ASSERT_OK(co_await w.outbox.hold(*b));
  EXPECT_EQ(ids((co_await w.outbox.next(10)).value()), "<3><1>");
  CO_ASSERT_OK(co_await w.outbox.release(*b));
  CO_ASSERT_OK(co_await w.outbox.lower(*c));
  CO_ASSERT_OK(co_await w.outbox.lower(*c));
  EXPECT_EQ(ids((co_await w.outbox.next(10)).value()), "<2><3><1>");
  EXPECT_TRUE((co_await w.outbox.cancel(*a)).value());
  EXPECT_EQ((co_await w.outbox.list()).value().size(), 2U);
  EXPECT_EQ((co_await w.outbox.raise(*a)).error().code, Errc::NotFound);
}

CORO_TEST(Outbox, ALostAnswerIsGivenAgain) {
  World w;
  const auto first = co_await send(w.outbox, "<1>");
  const auto again = co_await send(w.outbox, "<1>");
  EXPECT_EQ(*first, *again);
  CO_ASSERT_OK(co_await w.outbox.answered(*first));
  const auto other = co_await send(w.outbox, "<1>");  // the person sent it twice
  EXPECT_NE(*first, *other);
  std::vector<std::string> b(1, "b@x.example");
  const auto third = co_await send(w.outbox, "<1>", std::move(b));
  EXPECT_NE(*other, *third);
}

CORO_TEST(Outbox, ItEndsWithItsLastRecipientAndAnEndStays) {
  World w;
  const NewSubmission both = mail("<1>", {"a@x.example", "b@x.example"});
  const auto id = co_await w.outbox.submit(both);
  const auto found = co_await w.outbox.find(*id);
  sync::SubmissionReport report;
  report.ticket = (*found)->submission.ticket;
  CO_ASSERT_OK(co_await w.outbox.sent(report.ticket));
  report.state = SubmissionState::Sending;
  report.recipients = {{"a@x.example", SubmissionState::Failed, "550 no such user"},
                       {"b@x.example", SubmissionState::Sending, ""}};
  EXPECT_FALSE((co_await w.outbox.reported(report)).value());
  report.state = SubmissionState::Done;
  report.recipients = {{"a@x.example", SubmissionState::Done, "250"}, {"b@x.example", SubmissionState::Done, "250 ok"}};
  EXPECT_TRUE((co_await w.outbox.reported(report)).value());
  const auto end = co_await w.outbox.find(*id);
  EXPECT_EQ((*end)->recipients[0].reply, "550 no such user");
  EXPECT_EQ((*end)->recipients[1].state, SubmissionState::Done);
  EXPECT_TRUE((co_await w.outbox.next(10)).value().empty());
  const auto tickets = co_await w.outbox.to_acknowledge(10);
  CO_ASSERT_TRUE(tickets.value().size() == 1);
  CO_ASSERT_OK(co_await w.outbox.acknowledged(*tickets));
  EXPECT_TRUE((co_await w.outbox.to_acknowledge(10)).value().empty());
}

CORO_TEST(Outbox, ASentOneIsCancelledByTheGatewayOnly) {
  World w;
  const auto id = co_await send(w.outbox, "<1>");
  const auto ticket = (*co_await w.outbox.find(*id))->submission.ticket;
  CO_ASSERT_OK(co_await w.outbox.sent(ticket));
  EXPECT_FALSE((co_await w.outbox.cancel(*id)).value());
  const auto decisions = co_await w.outbox.decisions();
  CO_ASSERT_TRUE(decisions.value().size() == 1);
  EXPECT_EQ(decisions->front().what, sync::Decide::What::Cancel);
  CO_ASSERT_OK(co_await w.outbox.decision_sent(ticket));
  EXPECT_EQ((co_await w.outbox.decisions()).value().size(), 1U) << "wanted until the mail has its end";
  EXPECT_TRUE((*co_await w.outbox.find(ticket))->cancelled);
  EXPECT_EQ((co_await w.outbox.list()).value().front().state, "being withdrawn");
  CO_ASSERT_OK(co_await w.outbox.withdrawn(ticket));  // the gateway never had it
  EXPECT_FALSE((co_await w.outbox.find(ticket)).value());
  EXPECT_TRUE((co_await w.outbox.decisions()).value().empty());
}

CORO_TEST(Outbox, AWithdrawalThatCameTooLateIsTold) {
  World w;
  const auto id = co_await send(w.outbox, "<1>");
  sync::SubmissionReport report;
  report.ticket = (*co_await w.outbox.find(*id))->submission.ticket;
  CO_ASSERT_OK(co_await w.outbox.sent(report.ticket));
  EXPECT_FALSE((co_await w.outbox.cancel(*id)).value());
  report.state = SubmissionState::Done;
  report.recipients = {{"a@x.example", SubmissionState::Done, "250 ok"}};
  EXPECT_TRUE((co_await w.outbox.reported(report)).value());
  EXPECT_TRUE((co_await w.outbox.decisions()).value().empty());
  const auto told = w.journal.database().one<std::string>("SELECT text FROM notices");
  CO_ASSERT_OK(told);
  EXPECT_EQ(told->value_or(""),
            "The mail " + *id + " could not be withdrawn any more: the server has taken it for 1 of 1 recipients");
}

CORO_TEST(Outbox, WhatTheGatewayMayHaveIsNotHeldAndWhatItHasNotMoved) {
  World w;
  const auto id = co_await send(w.outbox, "<1>");
  sync::SubmissionReport report;
  report.ticket = (*co_await w.outbox.find(*id))->submission.ticket;
  report.state = SubmissionState::Stored;
  EXPECT_EQ((co_await w.outbox.list()).value().front().bytes_left, 100U);
  CO_ASSERT_OK(co_await w.outbox.sent(report.ticket));
  EXPECT_EQ((co_await w.outbox.hold(*id)).error().code, Errc::Conflict) << "it went out in one piece";
  CO_ASSERT_OK(co_await w.outbox.raise(*id));
  CO_ASSERT_OK(co_await w.outbox.reported(report));
  EXPECT_EQ((co_await w.outbox.raise(*id)).error().code, Errc::Conflict);
  EXPECT_EQ((co_await w.outbox.list()).value().front().bytes_left, 0U);
}

CORO_TEST(Outbox, ALargeOneIsHeldWhileItsOctetsGoUp) {
  World w;
  NewSubmission large = mail("<1>");
  large.submission.size = sync::kInlineOctets + 1;
  const auto id = co_await w.outbox.submit(large);
  sync::SubmissionReport report;
  report.ticket = (*co_await w.outbox.find(*id))->submission.ticket;
  CO_ASSERT_OK(co_await w.outbox.sent(report.ticket));
  CO_ASSERT_OK(co_await w.outbox.hold(*id));
  EXPECT_EQ((co_await w.outbox.list()).value().front().state, "held");
  EXPECT_TRUE((co_await w.outbox.next(10)).value().empty());
  report.state = SubmissionState::Stored;  // all of it was there before the person held it
  CO_ASSERT_OK(co_await w.outbox.reported(report));
  EXPECT_EQ((co_await w.outbox.list()).value().front().state, "stored at the gateway");
}

CORO_TEST(Outbox, ANoteOfTroubleAtTheGatewayIsNoEnd) {
  World w;
  const auto id = co_await send(w.outbox, "<1>");
  sync::SubmissionReport report;
  report.ticket = (*co_await w.outbox.find(*id))->submission.ticket;
  report.state = SubmissionState::Receiving;
  report.text = "disk full";
  CO_ASSERT_OK(co_await w.outbox.reported(report));
  const auto entries = co_await w.outbox.list();
  EXPECT_EQ(entries->front().text, "disk full");
  EXPECT_EQ(entries->front().bytes_left, 100U);
}

}  // namespace
}  // namespace proxy::queue
