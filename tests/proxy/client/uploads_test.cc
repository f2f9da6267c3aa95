// Large mail goes up against mail that both ends hold.
#include "tests/proxy/client/engine_world.h"

namespace proxy::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::ticket_of;

constexpr std::size_t kAttachment = 300'000;

// What was received holds what is sent.
struct Forward {
  explicit Forward(World& world) {
    world.agent.mails[1] = octets_of(kAttachment, 1);
    mail = octets_of(2000, 2);
    const Bytes attachment = octets_of(kAttachment, 1);
    mail.insert(mail.end(), attachment.begin(), attachment.end());
    digest = booster::crypto::sha256(mail).bytes;
    world.account.likenesses[digest].push_back({"INBOX", sync::UidValidity{7}, sync::ServerUid{1}});
  }
  Bytes mail;
  sync::ContentDigest digest{};
};

net::MemoryLink slow_uplink() {
  net::MemoryLink link;
  link.delay = milliseconds(50);
  link.bytes_per_second = 40'000;
  return link;
}

Task<Result<std::uint64_t>> sent_octets(World& world) {
  CO_TRY_ASSIGN(const AccountStatus status, co_await world.engine.status());
  co_return status.coded_sent;
}

Task<Result<>> forward(World& world, const Forward& what) {
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_TRUE(world.bodies_equal());
  CO_TRY_ASSIGN(const std::uint64_t before, co_await sent_octets(world));
  world.account.submit(1, what.mail);
  CO_TRY(co_await runtime::sleep_for(seconds(2)));
  EXPECT_EQ(world.agent.mailed[ticket_of(1)], what.digest);
  CO_TRY_ASSIGN(const std::uint64_t after, co_await sent_octets(world));
  EXPECT_LT(after - before, 4000U);
  EXPECT_EQ(world.agent.upload_references.size(), 1U);
  const AccountStatus status = (co_await world.engine.status()).value();
  EXPECT_EQ(status.referred, 1U);
  EXPECT_EQ(status.not_here, 0U);
  co_return Result<>();
}
CORO_TEST(Uploads, AForwardCostsWhatIsNew) {
  World world(loop);
  const Forward what(world);
  co_await world.with_session(forward(world, what), slow_uplink());
}

// The gateway lacks the mail, or has another one there.
Task<Result<>> forward_of_another(World& world, const Forward& what, bool gone) {
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  world.agent.mails[1] = octets_of(kAttachment, 3);
  if (gone) world.agent.mails.erase(1);
  world.account.submit(1, what.mail);
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_EQ(world.agent.mailed[ticket_of(1)], what.digest);
  EXPECT_EQ(world.agent.upload_references.size(), 1U);
  const AccountStatus status = (co_await world.engine.status()).value();
  EXPECT_EQ(status.referred, 0U);
  EXPECT_EQ(status.not_here, 1U);
  co_return Result<>();
}
CORO_TEST(Uploads, WhatTheGatewayLacksIsSentPlainly) {
  for (const bool gone : {false, true}) {
    World world(loop);
    const Forward what(world);
    co_await world.with_session(forward_of_another(world, what, gone), slow_uplink());
  }
}

Task<Result<>> forward_of_an_evicted_one(World& world, const Forward& what) {
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  world.account.messages.erase(1);
  world.account.submit(1, what.mail);
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_EQ(world.agent.mailed[ticket_of(1)], what.digest);
  EXPECT_TRUE(world.agent.upload_references.empty());
  co_return Result<>();
}
CORO_TEST(Uploads, WhatIsNotHereAnyMoreIsNotReferredTo) {
  World world(loop);
  const Forward what(world);
  co_await world.with_session(forward_of_an_evicted_one(world, what), slow_uplink());
}

Task<Result<>> forward_to_one_that_refuses(World& world, const Forward& what) {
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  world.agent.refuses_references = true;
  world.account.submit(1, what.mail);
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_EQ(world.agent.mailed[ticket_of(1)], what.digest);
  EXPECT_EQ(world.agent.upload_references.size(), 1U);
  co_return Result<>();
}
CORO_TEST(Uploads, WhatIsRefusedWithReferencesGoesUpWithout) {
  World world(loop);
  const Forward what(world);
  co_await world.with_session(forward_to_one_that_refuses(world, what), slow_uplink());
}

// Much is new, so that it takes a while: every session is lost, and the next one goes on and refers again.
CORO_TEST(Uploads, ACutForwardGoesOnWhereItWas) {
  World world(loop);
  Forward what(world);
  const Bytes fresh = octets_of(200'000, 4);
  what.mail.insert(what.mail.end(), fresh.begin(), fresh.end());
  what.digest = booster::crypto::sha256(what.mail).bytes;
  world.account.likenesses[what.digest].push_back({"INBOX", sync::UidValidity{7}, sync::ServerUid{1}});
  while (!world.bodies_equal()) CO_ASSERT_OK(co_await world.session_for(seconds(30), slow_uplink()));
  world.account.submit(1, what.mail);
  for (int i = 0; i < 12; ++i) CO_ASSERT_OK(co_await world.session_for(milliseconds(2800), slow_uplink()));
  EXPECT_EQ(world.agent.mailed[ticket_of(1)], what.digest);
  EXPECT_GT(world.agent.upload_references.size(), 1U);
}

Task<Result<>> reorder_a_forward(World& world, const Forward& what) {
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  world.account.submit(1, what.mail);
  world.account.change(1, [](OutgoingSubmission& one) { one.of = Class::Bodies; });
  CO_TRY(co_await runtime::sleep_for(seconds(4)));
  EXPECT_FALSE(world.agent.mailed.contains(ticket_of(1))) << "under way";
  world.account.change(1, [](OutgoingSubmission& one) { one.of = Class::Interactive; });
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_EQ(world.agent.mailed[ticket_of(1)], what.digest);
  EXPECT_GT(world.agent.opened[sync::MailPurpose::Upload], 1);
  co_return Result<>();
}
CORO_TEST(Uploads, AForwardThatAPersonReordersGoesOn) {
  World world(loop);
  Forward what(world);
  const Bytes fresh = octets_of(800'000, 4);
  what.mail.insert(what.mail.end(), fresh.begin(), fresh.end());
  what.digest = booster::crypto::sha256(what.mail).bytes;
  world.account.likenesses[what.digest].push_back({"INBOX", sync::UidValidity{7}, sync::ServerUid{1}});
  co_await world.with_session(reorder_a_forward(world, what), slow_uplink());
}

}  // namespace
}  // namespace proxy::client
