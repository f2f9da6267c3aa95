// Mail that arrives while the client watches: its body comes with its row, unasked.
#include "tests/proxy/client/engine_world.h"

namespace proxy::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t kUid = 9;

net::MemoryLink satellite() {
  net::MemoryLink link;
  link.delay = milliseconds(300);
  return link;
}

bool is_whole(const World& world, std::uint32_t uid) {
  const auto found = world.account.messages.find(uid);
  return found != world.account.messages.end() && found->second.whole;
}

Task<Result<>> watch_one_arrive(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_GT(world.agent.wants_new.most, 0U);
  const runtime::TimePoint from = world.loop.now();
  Bytes octets = octets_of(20'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(octets)));
  world.agent.push_body(kUid);
  while (!is_whole(world, kUid)) CO_TRY(co_await runtime::sleep_for(milliseconds(1)));
  EXPECT_LE(world.loop.now() - from, milliseconds(350)) << "half a round trip";
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_TRUE(world.agent.asked.empty());
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(Arrivals, ABodyComesWithItsRowWithoutBeingAskedFor) {
  World world(loop);
  co_await world.with_session(watch_one_arrive(world), satellite());
}

constexpr std::uint32_t kNext = 10;

// The mail that is referred to arrives before the one that refers to it.
Task<Result<>> two_arrive(World& world, bool keep_the_first) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  Bytes first = octets_of(20'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(first)));
  world.agent.push_body(kUid);
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_TRUE(is_whole(world, kUid));
  if (!keep_the_first) world.account.messages.erase(kUid);
  world.agent.refers[kNext] = kUid;
  Bytes next = octets_of(20'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kNext, std::move(next)));
  world.agent.push_body(kNext);
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_TRUE(is_whole(world, kNext));
  EXPECT_EQ(world.account.messages.at(kNext).part, world.agent.mails.at(kNext));
  co_return Result<>();
}
Task<Result<>> a_reference_is_here(World& world) {
  CO_TRY(co_await two_arrive(world, true));
  EXPECT_TRUE(world.agent.asked.empty());
  EXPECT_TRUE(world.agent.missing.empty());
  co_return Result<>();
}
CORO_TEST(Arrivals, AMailIsReadAgainstOneThatIsHere) {
  World world(loop);
  co_await world.with_session(a_reference_is_here(world), satellite());
}

Task<Result<>> a_reference_is_gone(World& world) {
  CO_TRY(co_await two_arrive(world, false));
  EXPECT_EQ(world.agent.asked, std::set<std::uint32_t>{kNext});
  const std::vector<sync::ItemKey> lacking{{"INBOX", sync::UidValidity{7}, sync::ServerUid{kUid}}};
  EXPECT_EQ(world.agent.missing, lacking);
  co_return Result<>();
}
CORO_TEST(Arrivals, AMailWhoseReferenceIsGoneIsAskedForPlainly) {
  World world(loop);
  co_await world.with_session(a_reference_is_gone(world), satellite());
}

enum class Source : std::uint8_t { Here, Gone, Another };

// The second repeats the first. Gives what stands at the mail server for both.
Task<Result<>> one_repeats_another(World& world, Source source) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  Bytes first = octets_of(200'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(first)));
  world.agent.push_body(kUid);
  CO_TRY(co_await runtime::sleep_for(seconds(20)));
  EXPECT_TRUE(is_whole(world, kUid));
  if (source == Source::Gone) world.account.messages.erase(kUid);
  if (source == Source::Another) world.account.messages.at(kUid).part[150'000] ^= std::byte{1};
  world.agent.repeats[kNext] = kUid;
  Bytes next = octets_of(200'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kNext, std::move(next)));
  world.agent.push_body(kNext);
  CO_TRY(co_await runtime::sleep_for(minutes(2)));
  EXPECT_TRUE(is_whole(world, kNext));
  EXPECT_EQ(world.account.messages.at(kNext).part, world.agent.mails.at(kNext));
  co_return Result<>();
}
const std::vector<sync::ItemKey> kTheSource{{"INBOX", sync::UidValidity{7}, sync::ServerUid{kUid}}};

Task<Result<>> a_source_is_here(World& world) {
  CO_TRY(co_await one_repeats_another(world, Source::Here));
  EXPECT_TRUE(world.agent.asked.empty());
  EXPECT_TRUE(world.agent.missing.empty());
  co_return Result<>();
}
CORO_TEST(Arrivals, WhatAMailRepeatsIsReadHere) {
  World world(loop);
  co_await world.with_session(a_source_is_here(world), satellite());
}

Task<Result<>> a_source_is_gone(World& world) {
  CO_TRY(co_await one_repeats_another(world, Source::Gone));
  EXPECT_EQ(world.agent.missing, kTheSource);
  EXPECT_EQ(world.agent.asked, std::set<std::uint32_t>{kNext});
  co_return Result<>();
}
CORO_TEST(Arrivals, WhatRepeatsAMailThatIsGoneIsAskedForPlainly) {
  World world(loop);
  co_await world.with_session(a_source_is_gone(world), satellite());
}

Task<Result<>> a_source_is_another(World& world) {
  CO_TRY(co_await one_repeats_another(world, Source::Another));
  EXPECT_EQ(world.agent.missing, kTheSource);
  EXPECT_EQ(world.agent.asked, std::set<std::uint32_t>{kNext});
  EXPECT_GT(world.agent.offsets.back(), 0U) << "what was right stays";
  co_return Result<>();
}
CORO_TEST(Arrivals, WhatRepeatsAnotherMailGoesOnPlainly) {
  World world(loop);
  co_await world.with_session(a_source_is_another(world), satellite());
}

Task<Result<>> names_what_is_held(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_EQ(world.agent.wants_new.held, world.account.held);
  EXPECT_EQ(world.agent.wants_new.here, world.account.ranges);
  world.account.ranges = {{"INBOX", sync::UidValidity{7}, {{2, 3}}}};
  world.account.bodies_evicted().raise();
  world.account.bodies_wanted().raise();
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_EQ(world.agent.wants_new.here, world.account.ranges) << "what was evicted is said";
  co_return Result<>();
}
CORO_TEST(Arrivals, TheAgentIsToldWhatIsHeld) {
  World world(loop);
  world.account.held.push_back({"INBOX", sync::UidValidity{7}, {{5}, {4}, {2}}});
  co_await world.with_session(names_what_is_held(world), satellite());
}

Task<Result<>> body_overtakes_row(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  world.agent.mails[kUid] = octets_of(20'000, 1);
  world.agent.push_body(kUid);
  CO_TRY(co_await runtime::sleep_for(seconds(2)));
  Bytes octets = world.agent.mails.at(kUid);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(octets)));
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  EXPECT_TRUE(is_whole(world, kUid));
  EXPECT_TRUE(world.agent.asked.empty());
  co_return Result<>();
}
CORO_TEST(Arrivals, ABodyThatOvertakesItsRowWaitsForIt) {
  World world(loop);
  co_await world.with_session(body_overtakes_row(world), satellite());
}

Task<Result<>> open_while_it_comes(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  Bytes octets = octets_of(20'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(octets)));
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  world.account.want(kUid);
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  world.agent.push_body(kUid);
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  EXPECT_TRUE(is_whole(world, kUid));
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Fetch], 0) << "it was on its way";
  co_return Result<>();
}
CORO_TEST(Arrivals, WhoOpensWhatIsOnItsWayWaitsForThat) {
  World world(loop);
  co_await world.with_session(open_while_it_comes(world), satellite());
}

Task<Result<>> never_named(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  world.agent.mails[kUid] = octets_of(20'000, 1);
  world.agent.push_body(kUid);
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_FALSE(world.account.messages.contains(kUid));
  Bytes octets = octets_of(10'000, 2);
  CO_TRY(co_await world.agent.push_mail(kUid + 1, std::move(octets)));
  CO_TRY(co_await runtime::sleep_for(seconds(5)));
  EXPECT_TRUE(is_whole(world, kUid + 1)) << "asked for, and the stream goes on";
  co_return Result<>();
}
CORO_TEST(Arrivals, WhatNoRowNamesIsPassedOver) {
  World world(loop);
  co_await world.with_session(never_named(world), satellite());
}

Task<Result<>> lost_before_it_came(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  Bytes octets = octets_of(20'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(octets)));
  co_return co_await runtime::sleep_for(seconds(5));
}
CORO_TEST(Arrivals, WhatASessionTookWithItIsAskedForInTheNext) {
  World world(loop);
  co_await world.with_session(lost_before_it_came(world), satellite());
  EXPECT_FALSE(is_whole(world, kUid));
  EXPECT_TRUE(world.agent.asked.empty());
  CO_ASSERT_OK(co_await world.session_for(seconds(10), satellite()));
  EXPECT_TRUE(is_whole(world, kUid));
  EXPECT_TRUE(world.agent.asked.contains(kUid));
}

Task<Result<>> arrives_damaged(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  world.agent.wrong_digest_once.insert(kUid);
  Bytes octets = octets_of(20'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(octets)));
  world.agent.push_body(kUid);
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  EXPECT_TRUE(world.agent.asked.contains(kUid));
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(Arrivals, ADamagedOneIsAskedFor) {
  World world(loop);
  co_await world.with_session(arrives_damaged(world), satellite());
}

Task<Result<>> hold_then_release(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  queue::BodyOrder said;
  said.of = Class::Bodies;
  said.held = true;
  world.account.order(said);
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  EXPECT_EQ(world.agent.wants_new.most, 0U);
  co_return Result<>();
}
CORO_TEST(Arrivals, NothingComesUnaskedWhileAPersonsOrdersStand) {
  World world(loop);
  co_await world.with_session(hold_then_release(world));
}

Task<Result<>> hold_what_is_announced(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(10)));
  Bytes octets = octets_of(20'000, 1);
  CO_TRY(co_await world.agent.announce_mail(kUid, std::move(octets)));
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  world.agent.push_body(kUid);
  CO_TRY(co_await runtime::sleep_for(milliseconds(100)));
  queue::BodyOrder said;  // while its octets are on their way
  said.of = Class::Bodies;
  said.held = true;
  world.account.order(said);
  CO_TRY(co_await runtime::sleep_for(minutes(1)));
  EXPECT_FALSE(is_whole(world, kUid));
  co_return Result<>();
}
CORO_TEST(Arrivals, WhatIsHeldMeanwhileDoesNotCome) {
  World world(loop);
  co_await world.with_session(hold_what_is_announced(world), satellite());
}

CORO_TEST(Arrivals, OnDemandMeansOnDemand) {
  World world(loop);
  world.account.fetch_by_policy = false;
  CO_ASSERT_OK(co_await world.session_for(seconds(10)));
  EXPECT_EQ(world.agent.wants_new.serial, 0U);
  EXPECT_EQ(world.agent.opened[sync::MailPurpose::Bodies], 0);
}

}  // namespace
}  // namespace proxy::client
