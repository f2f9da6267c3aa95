#include <random>

#include "tests/booster/carrier/memory_world.h"

namespace booster::carrier {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

CORO_TEST(Tunnel, TheDeviceKeyIsProvedAndTheFirstAnswerTakesOneRoundTripBehindTls) {
  net::MemoryLink link;
  link.delay = milliseconds(300);
  MemoryWorld world(loop, co_await runtime::current_cancel(), link);
  world.start_server();
  int equal = 0;
  while (world.client->mux() == nullptr) CO_ASSERT_OK(co_await world.client->changed().wait());
  const runtime::TimePoint start = loop.now();
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 1000, equal));
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.host.last_device, world.device_pin);
  EXPECT_LE(loop.now() - start, milliseconds(1250));  // TLS 600 ms, then Hello, open, data and echo 600 ms
  co_await world.end();
}

CORO_TEST(Tunnel, ASessionClosedBeforeItCouldBeginIsNotBegun) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.network->down = true;
  while (!world.client->last_error()) CO_ASSERT_OK(co_await world.client->changed().wait());
  world.start_server();
  world.client->mux()->close(Error(Errc::Closed, "paired anew"));
  world.network->down = false;
  world.client->retry_now();
  CO_ASSERT_OK(co_await world.until_up());
  EXPECT_EQ(world.network->dials, 1);
  EXPECT_EQ(world.nobody.sessions, 2);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST(Tunnel, EightStreamsSurviveTwentyCuts) {
  net::MemoryLink link;
  link.delay = milliseconds(20);
  link.bytes_per_second = 400'000;
  MemoryWorld world(loop, co_await runtime::current_cancel(), link);
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  int equal = 0;
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  for (std::uint64_t i = 0; i < 8; ++i) streams.spawn("stream", echo_compare(*world.client->mux(), i, 900'000, equal));
  std::mt19937_64 random(7);
  int cuts = 0;
  while (streams.running() > 0 && cuts < 20) {
    (void)co_await runtime::sleep_for(milliseconds(100 + random() % 700));
    if (streams.running() == 0) break;
    world.network->cut();
    ++cuts;
    while (world.client->joins() < static_cast<std::uint64_t>(cuts))
      CO_ASSERT_OK(co_await world.client->changed().wait());
  }
  co_await streams.join();
  EXPECT_EQ(cuts, 20);
  EXPECT_EQ(equal, 8);
  EXPECT_EQ(world.host.sessions, 1);
  EXPECT_GE(world.client->joins(), 20U);
  co_await world.end();
}

CORO_TEST(Tunnel, ALostAnswerToAJoinIsAskedForOnANewHandshakeSoon) {
  net::MemoryLink link;
  link.delay = milliseconds(80);
  MemoryWorld world(loop, co_await runtime::current_cancel(), link);
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  int equal = 0;
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  streams.spawn("stream", echo_compare(*world.client->mux(), 1, 900'000, equal));
  CO_ASSERT_OK(co_await runtime::sleep_for(seconds(1)));
  world.network->swallowed_dials = 2;
  const int dials = world.network->dials;
  const runtime::TimePoint start = loop.now();
  world.network->cut();
  while (world.client->joins() == 0) CO_ASSERT_OK(co_await world.client->changed().wait());
  // 2 s and then 4 s for what does not come, handshakes, and the pauses between.
  EXPECT_LE(loop.now() - start, seconds(9));
  EXPECT_EQ(world.network->dials, dials + 3);
  co_await streams.join();
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST(Tunnel, WhatLetsAHandshakeOverUdpPassAndSwallowsTheJoinIsLeftForTls) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.network->pose_as_udp = true;
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  world.network->swallowed_dials = 1;
  world.network->cut();
  while (world.client->joins() == 0) CO_ASSERT_OK(co_await world.client->changed().wait());
  CO_ASSERT_TRUE(world.network->others.size() == 1);
  EXPECT_EQ(world.network->others[0], CarrierKind::Udp);
  EXPECT_EQ(world.network->dials, 3);
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 5000, equal));
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST(Tunnel, AForgottenSessionIsAnsweredAtOnceAndANewOneBegins) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  world.network->cut();
  co_await world.stop_server();
  world.start_server();
  const runtime::TimePoint start = loop.now();
  while (world.nobody.sessions < 2 || world.client->state() != LinkState::Up)
    CO_ASSERT_OK(co_await world.client->changed().wait());
  EXPECT_LE(loop.now() - start, seconds(3));
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 3, 5000, equal));
  EXPECT_EQ(equal, 1);
  co_await world.end();
}

CORO_TEST(Tunnel, ABrokenSessionIsKeptForItsGraceAndNoLonger) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  world.network->down = true;
  world.network->cut();
  (void)co_await runtime::sleep_for(minutes(14));
  EXPECT_EQ(world.server->live_sessions(), 1U);
  (void)co_await runtime::sleep_for(minutes(2));
  EXPECT_EQ(world.server->live_sessions(), 0U);
  world.network->down = false;
  world.client->retry_now();
  while (world.nobody.sessions < 2 || world.client->state() != LinkState::Up)
    CO_ASSERT_OK(co_await world.client->changed().wait());
  co_await world.end();
}

CORO_TEST(Tunnel, ABrokenSessionEndsWhereItsDeviceHasBegunAnother) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  const std::vector<TestedWire*> first(world.network->wires().begin(), world.network->wires().end());
  Nobody user;
  TunnelClient after_kill(loop, *world.network, ClientOptions{.agent = "test", .device = "laptop", .limits = {}});
  world.tasks.spawn("another process", after_kill.run(user));
  while (after_kill.state() != LinkState::Up) CO_ASSERT_OK(co_await after_kill.changed().wait());
  (void)co_await runtime::sleep_for(seconds(1));
  EXPECT_EQ(world.server->live_sessions(), 2U);  // the first is still heard: perhaps it lives
  world.network->down = true;
  for (TestedWire* wire : first) wire->close();
  (void)co_await runtime::sleep_for(seconds(1));
  EXPECT_EQ(world.server->live_sessions(), 1U);
  EXPECT_EQ(after_kill.state(), LinkState::Up);
  co_await world.end();
}

CORO_TEST(Tunnel, ASessionThatNobodyAnswersForEndsSoonWhereItsDeviceHasBegunAnother) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  for (TestedWire* wire : world.network->wires()) wire->swallow = true;  // killed, and nobody tells the gateway
  Nobody user;
  TunnelClient after_kill(loop, *world.network, ClientOptions{.agent = "test", .device = "laptop", .limits = {}});
  world.tasks.spawn("another process", after_kill.run(user));
  while (after_kill.state() != LinkState::Up) CO_ASSERT_OK(co_await after_kill.changed().wait());
  world.network->down = true;  // so that the first does not come again
  (void)co_await runtime::sleep_for(seconds(5));
  EXPECT_EQ(world.server->live_sessions(), 2U);
  (void)co_await runtime::sleep_for(seconds(6));
  EXPECT_EQ(world.server->live_sessions(), 1U);
  EXPECT_EQ(after_kill.state(), LinkState::Up);
  co_await world.end();
}

CORO_TEST(Tunnel, AFormerSessionThatAnswersIsLeftAlone) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  Nobody user;
  TunnelClient other(loop, *world.network, ClientOptions{.agent = "test", .device = "laptop", .limits = {}});
  world.tasks.spawn("another process", other.run(user));
  while (other.state() != LinkState::Up) CO_ASSERT_OK(co_await other.changed().wait());
  (void)co_await runtime::sleep_for(minutes(1));
  EXPECT_EQ(world.server->live_sessions(), 2U);
  EXPECT_EQ(world.client->joins(), 0U);
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 5000, equal));
  EXPECT_EQ(equal, 1);
  co_await world.end();
}

CORO_TEST(Tunnel, ARefusalReachesTheClientWithItsReason) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.host.refuse = true;
  world.start_server();
  while (!world.client->last_error()) CO_ASSERT_OK(co_await world.client->changed().wait());
  EXPECT_EQ(world.client->last_error()->code, Errc::Denied);
  EXPECT_NE(world.client->last_error()->what.find("revoked"), std::string::npos) << world.client->last_error()->what;
  co_await world.end();
}

CORO_TEST(Tunnel, ARefusedClientTriesEverMoreSeldomAndStillKnowsWhy) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.host.refuse = true;
  world.start_server();
  (void)co_await runtime::sleep_for(hours(1));
  EXPECT_GE(world.network->dials, 12);
  EXPECT_LE(world.network->dials, 30);
  CO_ASSERT_TRUE(world.client->last_error().has_value());
  EXPECT_EQ(world.client->last_error()->code, Errc::Denied);
  world.host.refuse = false;
  world.client->retry_now();
  const runtime::TimePoint start = loop.now();
  CO_ASSERT_OK(co_await world.until_up());
  EXPECT_LE(loop.now() - start, seconds(1));
  co_await world.end();
}

CORO_TEST(Tunnel, SessionsThatTheGatewayEndsAtOnceAreNotBegunWithoutPause) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.host.hang_up = true;
  world.start_server();
  (void)co_await runtime::sleep_for(hours(1));
  EXPECT_GE(world.host.sessions, 60);
  EXPECT_LE(world.host.sessions, 260);
  co_await world.end();
}

CORO_TEST(Tunnel, ARevokedDevicesSessionEndsAtOnce) {
  MemoryWorld world(loop, co_await runtime::current_cancel());
  world.start_server();
  CO_ASSERT_OK(co_await world.until_up());
  EXPECT_EQ(world.server->end_sessions_of(world.device_pin, "revoked"), 1U);
  while (world.nobody.sessions < 2) CO_ASSERT_OK(co_await world.client->changed().wait());
  CO_ASSERT_TRUE(world.nobody.last_end.has_value());
  EXPECT_EQ(world.nobody.last_end->code, Errc::Denied);
  EXPECT_NE(world.nobody.last_end->what.find("revoked"), std::string::npos);
  co_await world.end();
}

}  // namespace
}  // namespace booster::carrier
