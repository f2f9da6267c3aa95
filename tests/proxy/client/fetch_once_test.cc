// A mail that a program asks for while it is on its way by policy crosses once, and comes whatever breaks meanwhile.
#include <algorithm>

#include "tests/proxy/client/engine_world.h"

namespace proxy::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

net::MemoryLink narrow() {
  net::MemoryLink link;
  link.delay = milliseconds(75);
  link.bytes_per_second = 40'000;
  link.buffer = 16 * 1024;  // as the tunnel's socket has it (TCP_NOTSENT_LOWAT)
  return link;
}

void give_mails(World& world, std::uint32_t mails) {
  for (std::uint32_t uid = 1; uid <= mails; ++uid) world.agent.mails[uid] = octets_of(20'000, uid);
}

std::ptrdiff_t times_begun(const World& world, std::uint32_t uid) {
  return std::count(world.agent.begun.begin(), world.agent.begun.end(), uid);
}

// What the agent has sent off, and is not here.
std::uint32_t begun_last(const World& world) {
  const std::uint32_t uid = world.agent.begun.back();
  EXPECT_FALSE(world.account.messages.at(uid).whole);
  return uid;
}

Task<Result<>> all_once(World& world) {
  CO_TRY(co_await runtime::sleep_for(minutes(3)));
  EXPECT_TRUE(world.bodies_equal());
  for (const auto& [uid, octets] : world.agent.mails) EXPECT_EQ(times_begun(world, uid), 1) << uid;
  CO_TRY_ASSIGN(const AccountStatus status, co_await world.engine.status());
  EXPECT_EQ(status.passed_over, 0U);
  co_return Result<>();
}

Task<Result<>> open_what_is_begun(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  const LocalUid uid{begun_last(world)};
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> fetching, co_await world.engine.fetch_now(kInbox, uid));
  CO_TRY(co_await fetching->wait_over());
  EXPECT_TRUE(fetching->done());
  EXPECT_EQ(world.agent.told_elsewhere, 1);
  CO_TRY_ASSIGN(const AccountStatus status, co_await world.engine.status());
  EXPECT_EQ(status.awaited, 1U);
  co_return co_await all_once(world);
}
CORO_TEST(FetchOnce, WhatABodiesStreamHasBegunIsWaitedForThere) {
  World world(loop);
  give_mails(world, 60);
  co_await world.with_session(open_what_is_begun(world), narrow());
}

Task<Result<>> open_what_is_planned(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  EXPECT_EQ(times_begun(world, 1), 0);
  EXPECT_TRUE(world.agent.asked.contains(1));
  const runtime::TimePoint from = world.loop.now();
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> fetching, co_await world.engine.fetch_now(kInbox, kFirst));
  CO_TRY(co_await fetching->wait_over());
  EXPECT_TRUE(fetching->done());
  EXPECT_LE(world.loop.now() - from, seconds(2)) << "before what went off already";
  EXPECT_EQ(world.agent.told_elsewhere, 0);
  co_return co_await all_once(world);
}
CORO_TEST(FetchOnce, WhatIsOnlyPlannedComesAtOnceAndAlone) {
  World world(loop);
  give_mails(world, 80);
  co_await world.with_session(open_what_is_planned(world), narrow());
}

// As many wait for what was begun as are fetched at once: another comes all the same.
Task<Result<>> open_many(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  const std::vector<std::uint32_t> begun(world.agent.begun.end() - kFetchesAtOnce, world.agent.begun.end());
  for (const std::uint32_t uid : begun) world.account.want(uid);
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  const runtime::TimePoint from = world.loop.now();
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> fetching, co_await world.engine.fetch_now(kInbox, kFirst));
  CO_TRY(co_await fetching->wait_over());
  EXPECT_LE(world.loop.now() - from, seconds(2));
  EXPECT_FALSE(world.account.messages.at(begun.back()).whole);
  co_return co_await all_once(world);
}
CORO_TEST(FetchOnce, WhatIsWaitedForKeepsNothingElseFromBeingFetched) {
  World world(loop);
  give_mails(world, 80);
  co_await world.with_session(open_many(world), narrow());
}

Task<Result<>> lose_the_fetch(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  EXPECT_EQ(times_begun(world, 1), 0);
  world.agent.cut_fetches = 1;
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> fetching, co_await world.engine.fetch_now(kInbox, kFirst));
  CO_TRY(co_await fetching->wait_over());
  EXPECT_TRUE(fetching->failed());
  CO_TRY(co_await runtime::sleep_for(minutes(3)));
  EXPECT_TRUE(world.bodies_equal()) << "the agent had taken it out of what it brings by policy";
  co_return Result<>();
}
CORO_TEST(FetchOnce, WhatAFetchTookAndLostComesByPolicy) {
  World world(loop);
  give_mails(world, 80);
  co_await world.with_session(lose_the_fetch(world), narrow());
}

Task<Result<>> lose_the_bodies(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  const std::uint32_t waited = begun_last(world);
  const LocalUid uid{waited};
  CO_TRY_ASSIGN(const std::shared_ptr<Fetching> fetching, co_await world.engine.fetch_now(kInbox, uid));
  CO_TRY(co_await runtime::sleep_for(seconds(1)));
  EXPECT_EQ(world.agent.told_elsewhere, 1);
  EXPECT_FALSE(fetching->over());
  queue::BodyOrder said;
  said.of = Class::Bodies;
  said.held = true;
  world.account.order(said);  // the stream ends with all that is on it
  CO_TRY(co_await fetching->wait_over());
  EXPECT_TRUE(fetching->done()) << "on a stream of its own then";
  EXPECT_TRUE(world.account.messages.at(waited).whole);
  EXPECT_FALSE(world.account.all_bodies());
  said.held = false;
  world.account.order(said);
  CO_TRY(co_await runtime::sleep_for(minutes(3)));
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(FetchOnce, WhatIsWaitedForIsFetchedWhenItsStreamEnds) {
  World world(loop);
  give_mails(world, 60);
  co_await world.with_session(lose_the_bodies(world), narrow());
}

Task<Result<>> open_a_wrong_one(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  const std::uint32_t wrong = begun_last(world);
  world.agent.wrong_digest_once = {wrong};
  world.account.want(wrong);
  CO_TRY(co_await runtime::sleep_for(minutes(3)));
  EXPECT_EQ(world.agent.told_elsewhere, 1);
  EXPECT_EQ(world.agent.asked_raw, std::set<std::uint32_t>{wrong});
  EXPECT_TRUE(world.bodies_equal());
  co_return Result<>();
}
CORO_TEST(FetchOnce, WhatIsWaitedForAndComesWrongIsFetched) {
  World world(loop);
  give_mails(world, 60);
  co_await world.with_session(open_a_wrong_one(world), narrow());
}

Task<Result<>> want_the_last(World& world) {
  CO_TRY(co_await runtime::sleep_for(seconds(3)));
  world.account.want(world.agent.begun.back());
  world.account.want(1);
  co_return Result<>();
}
CORO_TEST(FetchOnce, ALostSessionLosesNothing) {
  for (const auto length : {milliseconds(3100), milliseconds(3300), milliseconds(3600)}) {
    World world(loop);
    give_mails(world, 60);
    const runtime::Surroundings here = co_await runtime::surroundings();
    runtime::TaskScope tasks(loop, *here.scope, [](const std::string&, const Error&) {});
    tasks.spawn("wants", want_the_last(world));
    CO_ASSERT_OK(co_await world.session_for(length, narrow()));
    EXPECT_FALSE(world.account.all_bodies());
    CO_ASSERT_OK(co_await world.session_for(minutes(3), narrow()));
    EXPECT_TRUE(world.bodies_equal());
    co_await tasks.join();
  }
}

}  // namespace
}  // namespace proxy::client
