// Two connections of one session over a long path.
#include "tests/booster/carrier/memory_world.h"

namespace booster::carrier {
namespace {

constexpr std::size_t kFile = 3'000'000;

net::MemoryLink long_link() {
  net::MemoryLink link;
  link.delay = std::chrono::milliseconds(150);
  link.bytes_per_second = 200'000;
  return link;
}

// A transfer that has been under way for some seconds.
struct Transfer {
  explicit Transfer(MemoryWorld& in, runtime::CancelScope& scope) : world(in), streams(in.loop, scope) {}
  Task<Result<>> begin() {
    world.start_server();
    CO_TRY(co_await world.until_up());
    streams.spawn("stream", echo_compare(*world.client->mux(), 1, kFile, equal));
    co_return co_await runtime::sleep_for(std::chrono::seconds(6));
  }
  // Within an hour of virtual time, in which anything that goes on at all is done.
  Task<void> finish() {
    const runtime::TimePoint limit = world.loop.now() + std::chrono::hours(1);
    while (streams.running() > 0 && world.loop.now() < limit)
      (void)co_await runtime::sleep_for(std::chrono::milliseconds(100));
    streams.cancel();
    co_await streams.join();
  }
  MemoryWorld& world;
  runtime::TaskScope streams;
  int equal = 0;
};

CORO_TEST(SecondConnection, StandsWhileATransferGoesOnAndNoLonger) {
  MemoryWorld world(loop, co_await runtime::current_cancel(), long_link());
  Transfer transfer(world, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await transfer.begin());
  EXPECT_TRUE(world.client->mux()->has_beside());
  EXPECT_TRUE(world.host.last->mux.has_beside());
  co_await transfer.finish();
  EXPECT_EQ(transfer.equal, 1);
  EXPECT_EQ(world.network->dials, 2);
  CO_ASSERT_OK(co_await runtime::sleep_for(std::chrono::seconds(15)));
  EXPECT_FALSE(world.client->mux()->has_beside());
  EXPECT_FALSE(world.host.last->mux.has_beside());
  EXPECT_EQ(world.client->joins(), 0U);
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 2, 1000, transfer.equal));
  CO_ASSERT_OK(co_await runtime::sleep_for(std::chrono::seconds(5)));
  EXPECT_EQ(world.client->second_carriers(), 1U) << "a message is no transfer";
  co_await world.end();
}

CORO_TEST(SecondConnection, ItsEndLosesNothing) {
  MemoryWorld world(loop, co_await runtime::current_cancel(), long_link());
  Transfer transfer(world, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await transfer.begin());
  CO_ASSERT_TRUE(world.client->mux()->has_beside());
  world.network->wires().back()->close();
  co_await transfer.finish();
  EXPECT_EQ(transfer.equal, 1);
  EXPECT_EQ(world.client->joins(), 0U) << "the first one goes on";
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST(SecondConnection, TheEndOfTheFirstOneLosesNothing) {
  MemoryWorld world(loop, co_await runtime::current_cancel(), long_link());
  Transfer transfer(world, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await transfer.begin());
  CO_ASSERT_TRUE(world.client->mux()->has_beside());
  world.network->wires().front()->close();
  co_await transfer.finish();
  EXPECT_EQ(transfer.equal, 1);
  EXPECT_EQ(world.client->joins(), 1U);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST(SecondConnection, OneThatFallsSilentIsGivenUpAndLosesNothing) {
  MemoryWorld world(loop, co_await runtime::current_cancel(), long_link());
  Transfer transfer(world, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await transfer.begin());
  CO_ASSERT_TRUE(world.client->mux()->has_beside());
  world.network->wires().back()->swallow = true;
  co_await transfer.finish();
  EXPECT_EQ(transfer.equal, 1);
  EXPECT_EQ(world.client->joins(), 0U);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST(SecondConnection, AShortPathNeedsNone) {
  net::MemoryLink link = long_link();
  link.delay = std::chrono::milliseconds(50);
  MemoryWorld world(loop, co_await runtime::current_cancel(), link);
  Transfer transfer(world, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await transfer.begin());
  co_await transfer.finish();
  EXPECT_EQ(transfer.equal, 1);
  EXPECT_EQ(world.network->dials, 1);
  co_await world.end();
}

}  // namespace
}  // namespace booster::carrier
