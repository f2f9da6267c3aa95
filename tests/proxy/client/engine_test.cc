#include "tests/proxy/client/engine_world.h"

namespace proxy::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::ticket_of;

CORO_TEST(Engine, TheFirstSyncBringsEveryBodyOctetForOctet) {
  World world(loop);
  for (std::uint32_t uid = 1; uid <= 40; ++uid) world.agent.mails[uid] = octets_of(uid * 3000, uid);
  CO_ASSERT_OK(co_await world.session_for(seconds(60)));
  EXPECT_EQ(world.agent.logins.size(), 1U);
  EXPECT_EQ(as_text(world.agent.logins[0].password), "first");
  EXPECT_TRUE(world.bodies_equal());
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Operations], 0) << "nothing was to be sent";
}

// The login's answer is not waited for: request, vectors and the answers take one round trip.
CORO_TEST(Engine, AColdStartTakesOneRoundTrip) {
  World world(loop);
  world.agent.mails[1] = octets_of(100, 1);
  net::MemoryLink link;
  link.delay = milliseconds(300);
  CO_ASSERT_OK(co_await world.session_for(milliseconds(650), link));
  EXPECT_EQ(world.account.messages.size(), 1U);
}

Task<Result<>> live_changes(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  CO_TRY(co_await world.agent.push_mail(2, octets_of(5000, 2)));
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_TRUE(world.bodies_equal());
  sync::FlagChanges changes;
  changes.mailbox = 1;
  sync::Entry entry;
  entry.uid = sync::ServerUid{2};
  entry.flags.system = sync::Flags::kSeen;
  changes.entries.push_back(entry);
  sync::FeedMessage message = std::move(changes);
  CO_TRY(co_await world.agent.push(std::move(message)));
  sync::Operation operation;
  operation.ticket = ticket_of(9);
  operation.mailbox = "INBOX";
  world.account.operate(operation);
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.account.messages.at(2).entry.flags.system, sync::Flags::kSeen);
  EXPECT_EQ(world.agent.operations.size(), 1U);
  EXPECT_TRUE(world.account.results.contains(ticket_of(9)));
  EXPECT_EQ(world.engine.login_state(), LoginState::Ongoing);
  CO_TRY(co_await world.engine.refresh());
  co_return Result<>();
}
CORO_TEST(Engine, ChangesPassBothWaysWhileItIsLive) {
  World world(loop);
  world.agent.mails[1] = octets_of(100, 1);
  co_await world.with_session(live_changes(world));
  const Result<AccountStatus> status = co_await world.engine.status();
  CO_ASSERT_OK(status);
  EXPECT_TRUE(status->confirmed && status->confirmed_as_of);
  EXPECT_EQ(status->login, LoginState::Offline);
}

CORO_TEST(Engine, SessionsThatAreCutAnywhereGoOnWhereTheyWere) {
  World world(loop);
  for (std::uint32_t uid = 1; uid <= 12; ++uid) world.agent.mails[uid] = octets_of(uid * 9000, uid);
  net::MemoryLink link;
  link.delay = milliseconds(50);
  link.bytes_per_second = 40'000;
  std::uint32_t seed = 5;
  int sessions = 0;
  for (; sessions < 80 && !(world.account.messages.size() == 12 && world.account.all_bodies()); ++sessions) {
    seed = seed * 1664525 + 1013904223;
    CO_ASSERT_OK(co_await world.session_for(milliseconds(300 + (seed >> 16) % 1500), link));
  }
  EXPECT_TRUE(world.bodies_equal());
  EXPECT_GT(sessions, 5);
}

CORO_TEST(Engine, ASubmissionWhoseReportsAreLostIsMailedOnce) {
  World world(loop);
  const Bytes small = octets_of(2000, 1);
  const Bytes large = octets_of(300'000, 2);
  world.account.submit(1, small);
  world.account.submit(2, large);
  world.agent.lose_reports = 4;
  CO_ASSERT_OK(co_await world.session_for(minutes(5)));
  EXPECT_EQ(world.agent.mailed.size(), 2U);
  EXPECT_EQ(world.agent.mailed.at(ticket_of(1)), booster::crypto::sha256(small).bytes);
  EXPECT_EQ(world.agent.mailed.at(ticket_of(2)), booster::crypto::sha256(large).bytes);
  EXPECT_EQ(world.account.states.at(ticket_of(1)), sync::SubmissionState::Done);
  EXPECT_EQ(world.account.states.at(ticket_of(2)), sync::SubmissionState::Done);
  EXPECT_EQ(world.agent.acknowledged.size(), 2U);
}

CORO_TEST(Engine, AnUploadThatIsCutGoesOn) {
  World world(loop);
  const Bytes large = octets_of(200'000, 3);
  world.account.submit(1, large);
  net::MemoryLink link;
  link.delay = milliseconds(50);
  link.bytes_per_second = 40'000;
  for (int i = 0; i < 12; ++i) CO_ASSERT_OK(co_await world.session_for(milliseconds(2500), link));
  CO_ASSERT_TRUE(world.agent.mailed.contains(ticket_of(1)));
  EXPECT_EQ(world.agent.mailed.at(ticket_of(1)), booster::crypto::sha256(large).bytes);
}

Task<Result<>> refused_then_renewed(World& world) {
  CO_TRY(co_await runtime::sleep_for(minutes(30)));
  EXPECT_EQ(world.agent.logins.size(), 1U) << "a refused password is not tried again";
  EXPECT_EQ(world.engine.login_state(), LoginState::Refused);
  EXPECT_EQ(world.engine.text(), "as scripted");
  world.password.text = "second";
  world.engine.password_changed();
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.agent.logins.size(), 2U);
  EXPECT_EQ(as_text(world.agent.logins.back().password), "second");
  EXPECT_EQ(world.engine.login_state(), LoginState::Ongoing);
  co_return Result<>();
}
Task<Result<>> renewed_while_live(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.engine.login_state(), LoginState::Ongoing);
  world.password.text = "second";
  world.engine.password_changed();
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.agent.logins.size(), 2U);
  EXPECT_EQ(as_text(world.agent.logins.back().password), "second");
  EXPECT_EQ(world.engine.login_state(), LoginState::Ongoing);
  co_return Result<>();
}
CORO_TEST(Engine, APasswordRenewedWhileItIsLiveIsTriedAtOnce) {
  World world(loop);
  co_await world.with_session(renewed_while_live(world));
}

CORO_TEST(Engine, ARefusedPasswordIsTriedAgainOnlyWhenRenewed) {
  World world(loop);
  world.agent.login_answers = {sync::LoginResult::Code::Refused};
  co_await world.with_session(refused_then_renewed(world));
}

CORO_TEST(Engine, AnUnreachableServerIsTriedAgainWithGrowingDelay) {
  World world(loop);
  world.agent.login_answers.assign(6, sync::LoginResult::Code::Unreachable);
  CO_ASSERT_OK(co_await world.session_for(seconds(20)));
  EXPECT_GE(world.agent.logins.size(), 3U);
  EXPECT_LE(world.agent.logins.size(), 6U);
}

Task<Result<>> agent_goes_and_comes(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  sync::AgentLost lost;
  lost.account = sync::AccountHandle{1};
  sync::ControlMessage gone = lost;
  CO_TRY(co_await world.agent.control(std::move(gone)));
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.engine.login_state(), LoginState::AgentLost);
  const int before = world.agent.opened[sync::MailPurpose::Sync];
  world.agent.mails[2] = octets_of(4000, 2);
  sync::AgentReady ready;
  ready.account = sync::AccountHandle{1};
  sync::ControlMessage back = ready;
  CO_TRY(co_await world.agent.control(std::move(back)));
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Sync], before + 1);
  EXPECT_EQ(world.agent.logins.size(), 1U);
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(Engine, AnAgentThatComesBackGoesOn) {
  World world(loop);
  world.agent.mails[1] = octets_of(100, 1);
  co_await world.with_session(agent_goes_and_comes(world));
}

Task<Result<>> log_off_and_on(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  world.engine.log_off();
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.agent.logoffs, 1);
  EXPECT_EQ(world.engine.login_state(), LoginState::LoggedOff);
  const Result<> refreshed = co_await world.engine.refresh();
  EXPECT_FALSE(refreshed);
  world.engine.log_on();
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_EQ(world.engine.login_state(), LoginState::Ongoing);
  co_return Result<>();
}
CORO_TEST(Engine, LogoffLeavesTheAgentUntilLogOn) {
  World world(loop);
  co_await world.with_session(log_off_and_on(world));
}

CORO_TEST(Engine, FortyOperationsGoUpInTheirOrder) {
  World world(loop);
  for (std::uint8_t i = 1; i <= 40; ++i) {
    sync::Operation operation;
    operation.ticket = ticket_of(i);
    operation.mailbox = "INBOX";
    world.account.operate(operation);
  }
  CO_ASSERT_OK(co_await world.session_for(minutes(1)));
  CO_ASSERT_TRUE(world.agent.operations.size() == 40U);
  for (std::uint8_t i = 1; i <= 40; ++i) EXPECT_EQ(world.agent.operations[i - 1U], ticket_of(i));
}

CORO_TEST(Engine, AnOperationThatHasToWaitIsSentAgainLater) {
  World world(loop);
  world.agent.later = 3;
  for (std::uint8_t i = 1; i <= 5; ++i) {
    sync::Operation operation;
    operation.ticket = ticket_of(i);
    operation.mailbox = "INBOX";
    world.account.operate(operation);
  }
  CO_ASSERT_OK(co_await world.session_for(minutes(1)));
  EXPECT_EQ(world.account.results.size(), 5U);
  EXPECT_EQ(world.agent.operations.size(), 5U);
}

CORO_TEST(Engine, AWrongDigestIsAskedForOnceMoreRawAndCounted) {
  World world(loop);
  world.agent.mails[1] = octets_of(20'000, 1);
  world.agent.mails[2] = octets_of(5'000, 2);
  world.agent.wrong_digest_once = {1};
  CO_ASSERT_OK(co_await world.session_for(minutes(1)));
  EXPECT_TRUE(world.bodies_equal());
  EXPECT_EQ(world.agent.asked_raw, std::set<std::uint32_t>{1});
  const Result<AccountStatus> status = co_await world.engine.status();
  CO_ASSERT_OK(status);
  EXPECT_EQ(status->carried_down.items, 2U);
  EXPECT_EQ(status->carried_down.fell_back, 1U);
  EXPECT_EQ(status->carried_down.raw, 45'000U) << "one of them twice";
  EXPECT_GE(status->carried_down.coded, 100U);
  EXPECT_LE(status->carried_down.coded, status->coded_received);
  EXPECT_EQ(status->last_carried.size(), 2U);
}

Task<Result<>> read_while_it_comes(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> one, co_await world.engine.fetch_now(kInbox, kFirst));
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> two, co_await world.engine.fetch_now(kInbox, kFirst));
  EXPECT_EQ(one.get(), two.get());
  Bytes got;
  Bytes buffer(1000);
  CO_TRY(co_await one->wait_for_more(0));
  EXPECT_FALSE(one->done()) << "readable before it is whole";
  while (!one->size() || got.size() < *one->size()) {
    CO_TRY(co_await one->wait_for_more(got.size()));
    CO_TRY_ASSIGN(const std::size_t count, co_await one->read_at(got.size(), buffer));
    got.insert(got.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  }
  EXPECT_TRUE(got == world.agent.mails.at(1));
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Fetch], 1);
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Bodies], 0);
  co_return Result<>();
}
Task<Result<>> read_one_after_the_other(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  for (const std::uint32_t number : {1U, 2U}) {
    const LocalUid uid{number};
    CO_TRY_ASSIGN(const std::shared_ptr<Fetching> fetching, co_await world.engine.fetch_now(kInbox, uid));
    CO_TRY(co_await fetching->wait_over());
    EXPECT_TRUE(fetching->done());
    CO_TRY(co_await runtime::sleep_for(seconds(1)));
  }
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Fetch], 1);
  CO_TRY(co_await runtime::sleep_for(minutes(5)));
  const LocalUid third{3};
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> later, co_await world.engine.fetch_now(kInbox, third));
  CO_TRY(co_await later->wait_over());
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Fetch], 2) << "a stream that rests too long ends";
  co_return Result<>();
}
CORO_TEST(Engine, WhatIsFetchedOneAfterTheOtherSharesAStream) {
  World world(loop);
  world.account.fetch_by_policy = false;
  for (const std::uint32_t uid : {1U, 2U, 3U}) world.agent.mails[uid] = octets_of(20'000, 1);
  co_await world.with_session(read_one_after_the_other(world));
}

CORO_TEST(Engine, AFetchIsReadWhileItArrivesAndShared) {
  World world(loop);
  world.account.fetch_by_policy = false;
  world.agent.mails[1] = octets_of(200'000, 1);
  net::MemoryLink link;
  link.delay = milliseconds(50);
  link.bytes_per_second = 40'000;
  co_await world.with_session(read_while_it_comes(world), link);
}

CORO_TEST(Engine, WithTheLinkDownNothingIsAskedAndAnswersComeAtOnce) {
  World world(loop);
  world.account.messages[1].entry.size = 10;
  const runtime::TimePoint before = loop.now();
  const auto fetched = co_await world.engine.fetch_now(kInbox, kFirst);
  CO_ASSERT_TRUE(!fetched);
  EXPECT_EQ(fetched.error().code, Errc::Unreachable);
  const Result<> refreshed = co_await world.engine.refresh();
  EXPECT_EQ(refreshed.error().code, Errc::Unreachable);
  CO_ASSERT_OK(co_await world.engine.status());
  EXPECT_EQ(world.engine.login_state(), LoginState::Offline);
  EXPECT_EQ(loop.now(), before);
  EXPECT_TRUE(world.agent.opened.empty());
}

}  // namespace
}  // namespace proxy::client
