// What a person says of the queue reaches the agent: raised, lowered, held, released, cancelled; down and up alike.
#include <algorithm>

#include "tests/proxy/client/engine_world.h"

namespace proxy::client {
namespace {

using queue::BodyOrder;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::ticket_of;

BodyOrder order(Class of, std::uint32_t uid = 0) {
  BodyOrder said;
  said.uid = {uid};
  said.of = of;
  return said;
}
BodyOrder held(std::uint32_t uid = 0) {
  BodyOrder said = order(Class::Bodies, uid);
  said.held = true;
  return said;
}

net::MemoryLink slow() {
  net::MemoryLink link;
  link.delay = milliseconds(75);
  link.bytes_per_second = 40'000;
  link.buffer = 16 * 1024;  // as the tunnel's socket has it (TCP_NOTSENT_LOWAT)
  return link;
}

std::size_t place_of(const World& world, std::uint32_t uid) {
  const auto& begun = world.agent.begun;
  return static_cast<std::size_t>(std::find(begun.begin(), begun.end(), uid) - begun.begin());
}

CORO_TEST(Order, ARaisedMailIsAskedForFirst) {
  World world(loop);
  for (std::uint32_t uid = 1; uid <= 30; ++uid) world.agent.mails[uid] = octets_of(1500, uid);
  world.account.order(order(Class::Calendar, 3));
  world.account.order(order(Class::Prefetch, 30));
  CO_ASSERT_OK(co_await world.session_for(minutes(1)));
  EXPECT_TRUE(world.bodies_equal());
  EXPECT_EQ(place_of(world, 3), 0U);
  EXPECT_EQ(place_of(world, 30), 29U);
}

CORO_TEST(Order, LargeOnesComeAfterTheRest) {
  World world(loop);
  world.agent.mails[9] = octets_of(queue::kLargeBody + 1, 9);
  for (std::uint32_t uid = 1; uid <= 5; ++uid) world.agent.mails[uid] = octets_of(100'000, uid);
  CO_ASSERT_OK(co_await world.session_for(seconds(16), slow()));
  EXPECT_FALSE(world.account.messages.at(9).whole);
  for (std::uint32_t uid = 1; uid <= 5; ++uid) EXPECT_TRUE(world.account.messages.at(uid).whole) << uid;
  CO_ASSERT_OK(co_await world.session_for(minutes(2), slow()));
  EXPECT_TRUE(world.bodies_equal());
}

Task<Result<>> raise_while_others_come(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  EXPECT_FALSE(world.account.messages.at(1).whole);
  const std::size_t begun = world.agent.begun.size();
  world.account.order(order(Class::Calendar, 1));
  CO_TRY(co_await runtime::sleep_for(seconds(2)));
  EXPECT_TRUE(world.account.messages.at(1).whole) << "before the others that were asked for already";
  EXPECT_TRUE(world.agent.cancelled.contains(1)) << "and was asked for once";
  EXPECT_EQ(std::count(world.agent.begun.begin(), world.agent.begun.end(), 1U), 1);
  EXPECT_LT(begun, 40U);
  CO_TRY(co_await runtime::sleep_for(minutes(2)));
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(Order, RaisingOvertakesWhatIsAskedForAlready) {
  World world(loop);
  for (std::uint32_t uid = 1; uid <= 40; ++uid) world.agent.mails[uid] = octets_of(20'000, uid);
  co_await world.with_session(raise_while_others_come(world), slow());
}

Task<Result<>> hold_and_release(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  world.account.order(held());
  CO_TRY(co_await runtime::sleep_for(milliseconds(200)));
  const std::size_t begun = world.agent.begun.size();
  EXPECT_LT(begun, 40U);
  CO_TRY(co_await runtime::sleep_for(minutes(5)));
  EXPECT_EQ(world.agent.begun.size(), begun) << "nothing is asked for while it is held";
  world.account.want(1);  // a program goes through
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_TRUE(world.account.messages.at(1).whole);
  EXPECT_FALSE(world.account.all_bodies());
  world.account.order(order(Class::Bodies));
  CO_TRY(co_await runtime::sleep_for(minutes(2)));
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(Order, WhatIsHeldIsNotAskedForUntilItIsReleased) {
  World world(loop);
  for (std::uint32_t uid = 1; uid <= 40; ++uid) world.agent.mails[uid] = octets_of(20'000, uid);
  co_await world.with_session(hold_and_release(world), slow());
}

Task<Result<>> hold_what_is_half_here(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  const std::size_t part = world.account.messages.at(1).part.size();
  EXPECT_GT(part, 0U);
  EXPECT_FALSE(world.account.messages.at(2).whole);
  BodyOrder said = held(1);
  world.account.order(said);
  CO_TRY(co_await runtime::sleep_for(minutes(2)));
  EXPECT_TRUE(world.account.messages.at(2).whole) << "the link is free for the rest";
  EXPECT_FALSE(world.account.messages.at(1).whole);
  const std::size_t kept = world.account.messages.at(1).part.size();
  EXPECT_GE(kept, part);
  world.account.order(order(Class::Bodies, 1));
  CO_TRY(co_await runtime::sleep_for(minutes(5)));
  EXPECT_TRUE(world.bodies_equal());
  EXPECT_EQ(world.agent.offsets.back(), kept) << "it goes on where it was";
  co_return Result<>();
}
CORO_TEST(Order, AMailThatIsHalfHereStopsAndGoesOnWhereItWas) {
  World world(loop);
  world.account.order(order(Class::Calendar, 1));
  world.agent.mails[1] = octets_of(3'000'000, 1);
  world.agent.mails[2] = octets_of(20'000, 2);
  co_await world.with_session(hold_what_is_half_here(world), slow());
}

Task<Result<>> want_what_is_half_here(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_GT(world.account.messages.at(1).part.size(), 0U);
  for (std::uint32_t uid = 2; uid <= 50; ++uid) CO_TRY(co_await world.agent.push_mail(uid, octets_of(60'000, uid)));
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  world.account.want(1);
  CO_TRY(co_await runtime::sleep_for(seconds(45)));
  EXPECT_TRUE(world.account.messages.at(1).whole) << "a program does not wait for smaller mails";
  EXPECT_FALSE(world.account.all_bodies());
  const auto again = std::find(world.agent.begun.rbegin(), world.agent.begun.rend(), 1U);
  const auto place = static_cast<std::size_t>(world.agent.begun.rend() - again) - 1;
  EXPECT_GT(world.agent.offsets[place], 0U) << "what was here was not asked for again";
  CO_TRY(co_await runtime::sleep_for(minutes(4)));
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(Order, AProgramTakesALargeMailOffItsPlaceInTheQueue) {
  World world(loop);
  world.agent.mails[1] = octets_of(1'400'000, 1);
  co_await world.with_session(want_what_is_half_here(world), slow());
}

Task<Result<>> cancel_bodies(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  BodyOrder said = order(Class::Bodies);
  said.cancelled_to = {40};
  world.account.order(said);
  CO_TRY(co_await world.agent.push_mail(41, octets_of(20'000, 41)));
  CO_TRY(co_await runtime::sleep_for(minutes(3)));
  EXPECT_TRUE(world.account.messages.at(41).whole) << "what comes later is wanted";
  EXPECT_FALSE(world.account.messages.at(1).whole);
  co_return Result<>();
}
CORO_TEST(Order, WhatIsCancelledDoesNotComeByItself) {
  World world(loop);
  for (std::uint32_t uid = 1; uid <= 40; ++uid) world.agent.mails[uid] = octets_of(20'000, uid);
  co_await world.with_session(cancel_bodies(world), slow());
}

Task<Result<>> carry_late(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_FALSE(world.account.outbox.front().sent) << "a session without a link is no reason to say so";
  world.account.change(1, [](OutgoingSubmission& one) { one.held = true; });
  world.link_up = true;
  world.engine.link_changed();
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_EQ(world.agent.mailed.size(), 1U);
  EXPECT_TRUE(world.agent.mailed.contains(ticket_of(2)));
  co_return Result<>();
}
CORO_TEST(Order, NothingIsHandedOutBeforeTheLinkCarries) {
  World world(loop);
  world.link_up = false;
  world.account.submit(1, octets_of(2000, 1));
  world.account.submit(2, octets_of(2000, 2));
  co_await world.with_session(carry_late(world));
}

Task<Result<>> hold_upload(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(4)));
  EXPECT_FALSE(world.agent.uploads[ticket_of(1)].empty());
  world.account.change(1, [](OutgoingSubmission& one) { one.held = true; });
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  const std::size_t part = world.agent.uploads[ticket_of(1)].size();
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_EQ(world.agent.uploads[ticket_of(1)].size(), part) << "held";
  EXPECT_LT(part, 800'000U);
  world.account.change(1, [](OutgoingSubmission& one) { one.held = false; });
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_EQ(world.agent.mailed.size(), 1U);
  EXPECT_EQ(world.account.states.at(ticket_of(1)), sync::SubmissionState::Done);
  co_return Result<>();
}
CORO_TEST(Order, AnUploadThatIsHeldStopsAndGoesOnWhenReleased) {
  World world(loop);
  world.account.submit(1, octets_of(800'000, 1));
  co_await world.with_session(hold_upload(world), slow());
}

Task<Result<>> cancel_upload(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(4)));
  world.account.change(1, [](OutgoingSubmission& one) { one.cancelled = true; });
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_TRUE(world.account.withdrawn.contains(ticket_of(1)));
  EXPECT_TRUE(world.agent.mailed.empty());
  co_return Result<>();
}
CORO_TEST(Order, AnUploadThatIsCancelledIsWithdrawn) {
  World world(loop);
  world.account.submit(1, octets_of(800'000, 1));
  co_await world.with_session(cancel_upload(world), slow());
}

// Sent in a session that was lost before the gateway had it: then the person thought better of it.
CORO_TEST(Order, ACancelledMailThatTheGatewayNeverGotIsNotGivenToIt) {
  World world(loop);
  world.account.submit(1, octets_of(2000, 1));
  world.account.change(1, [](OutgoingSubmission& one) {
    one.sent = true;
    one.cancelled = true;
  });
  CO_ASSERT_OK(co_await world.session_for(minutes(1)));
  EXPECT_TRUE(world.account.withdrawn.contains(ticket_of(1)));
  EXPECT_TRUE(world.agent.mailed.empty());
}

Task<Result<>> raise_upload(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(4)));
  world.account.change(4, [](OutgoingSubmission& one) { one.of = Class::Interactive; });
  CO_TRY(co_await runtime::sleep_for(minutes(5)));
  EXPECT_EQ(world.agent.mailed.size(), 4U);
  EXPECT_LT(world.agent.mailed_order.at(ticket_of(4)), world.agent.mailed_order.at(ticket_of(3)));
  co_return Result<>();
}
CORO_TEST(Order, ARaisedUploadIsTheNext) {
  World world(loop);
  for (std::uint8_t number = 1; number <= 4; ++number) {
    world.account.submit(number, octets_of(300'000, number));
    world.account.change(number, [](OutgoingSubmission& one) { one.of = Class::Bodies; });
  }
  co_await world.with_session(raise_upload(world), slow());
}

CORO_TEST(Order, UploadsDoNotKeepSmallMailWaiting) {
  World world(loop);
  for (std::uint8_t number = 1; number <= 20; ++number) {
    world.account.submit(number, octets_of(300'000, number));
    world.account.change(number, [](OutgoingSubmission& one) { one.of = Class::Bodies; });
  }
  world.account.submit(21, octets_of(2000, 21));
  CO_ASSERT_OK(co_await world.session_for(seconds(8), slow()));
  EXPECT_TRUE(world.agent.mailed.contains(ticket_of(21)));
  EXPECT_LT(world.agent.mailed.size(), 3U);
}

CORO_TEST(Order, ASubmissionThatTheGatewayCouldNotStoreComesBy) {
  World world(loop);
  world.account.submit(1, octets_of(2000, 1));
  world.agent.trouble = 2;
  CO_ASSERT_OK(co_await world.session_for(minutes(5)));
  EXPECT_EQ(world.agent.mailed.size(), 1U);
  EXPECT_EQ(world.account.states.at(ticket_of(1)), sync::SubmissionState::Done);
}

}  // namespace
}  // namespace proxy::client
