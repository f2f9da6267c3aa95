// Sessions over UDP on loopback: let in, refused, resumed, left, forgotten.
#include "tests/booster/carrier/udp_world.h"

namespace booster::carrier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<Result<>> until_session(TunnelClient& client, std::uint64_t number) {
  while (client.sessions_begun() < number || client.state() != LinkState::Up) CO_TRY(co_await client.changed().wait());
  co_return Result<>();
}

Task<Result<>> until_failed(TunnelClient& client) {
  while (!client.last_error()) CO_TRY(co_await client.changed().wait());
  co_return Result<>();
}

Task<Result<>> until_parked(UdpWorld& world) {
  while (world.host.last == nullptr || world.host.last->connected())
    CO_TRY(co_await runtime::sleep_for(milliseconds(5)));
  co_return Result<>();
}

CORO_TEST_REAL(UdpTunnel, EchoesStreamsOfManySizes) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client();
  CO_ASSERT_OK(co_await within_limit(world.until_over(CarrierKind::Udp)));
  int equal = 0;
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  const std::vector<std::size_t> sizes = {1, 1000, 1200, 64 << 10, 3 << 20};
  for (const std::size_t size : sizes) streams.spawn("stream", echo_compare(*world.client->mux(), size, size, equal));
  co_await streams.join();
  EXPECT_EQ(equal, 5);
  EXPECT_EQ(world.client->joins(), 0U);
  EXPECT_EQ(world.host.last_device, world.device.chain.front().pin());
  CO_ASSERT_TRUE(world.host.last != nullptr);
  CO_ASSERT_TRUE(world.host.last->carrier() != nullptr);
  EXPECT_EQ(world.host.last->carrier()->kind(), CarrierKind::Udp);
  EXPECT_EQ(world.host.last->peer.address, "127.0.0.1");
  co_await world.end();
}

CORO_TEST_REAL(UdpTunnel, ARefusalReachesTheClientWithItsReason) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.host.refuse = true;
  world.start_client();
  CO_ASSERT_OK(co_await within_limit(until_failed(*world.client)));
  EXPECT_EQ(world.client->last_error()->code, Errc::Denied);
  EXPECT_NE(world.client->last_error()->what.find("revoked"), std::string::npos) << world.client->last_error()->what;
  co_await world.end();
}

CORO_TEST_REAL(UdpTunnel, AnotherKeyThanThePairedOneIsDeniedAndNamed) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  const std::unique_ptr<UdpDialer> dialer = world.udp_dialer(world.device.chain.front().pin());
  const auto carrier = co_await dialer->dial();
  CO_ASSERT_TRUE(!carrier);
  EXPECT_EQ(carrier.error().code, Errc::Denied);
  EXPECT_NE(carrier.error().what.find("127.0.0.1"), std::string::npos) << carrier.error().what;
  const std::unique_ptr<Dialer> race = world.race_dialer(world.device.chain.front().pin());
  const auto raced = co_await race->dial();
  CO_ASSERT_TRUE(!raced);
  EXPECT_EQ(raced.error().code, Errc::Denied);
  co_await world.end();
}

struct ManyClients {
  struct One {
    std::unique_ptr<Dialer> dialer;
    Nobody nobody;
    std::unique_ptr<TunnelClient> client;
  };
  std::vector<std::unique_ptr<One>> each;
};

Task<Result<>> echo_when_up(TunnelClient& client, std::uint64_t seed, int& equal) {
  CO_TRY(co_await until_session(client, 1));
  co_return co_await echo_compare(*client.mux(), seed, 200'000, equal);
}

CORO_TEST_REAL(UdpTunnel, ServesSeveralClientsAtOnce) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  ManyClients many;
  runtime::TaskScope clients(loop, co_await runtime::current_cancel());
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  int equal = 0;
  for (std::uint64_t i = 0; i < 8; ++i) {
    auto one = std::make_unique<ManyClients::One>();
    one->dialer = std::make_unique<UdpDialer>(loop, "127.0.0.1", world.udp_port,
                                              world.client_context(CarrierKind::Udp, world.pin()));
    one->client = std::make_unique<TunnelClient>(loop, *one->dialer, ClientOptions{"test", "laptop", {}});
    clients.spawn("client", one->client->run(one->nobody));
    streams.spawn("echo", echo_when_up(*one->client, i, equal));
    many.each.push_back(std::move(one));
  }
  co_await streams.join();
  EXPECT_EQ(equal, 8);
  EXPECT_EQ(world.host.sessions, 8);
  EXPECT_EQ(world.udp->connections(), 8U);
  clients.cancel();
  co_await clients.join();
  many.each.clear();
  co_await world.end();
}

CORO_TEST_REAL(UdpTunnel, AClientThatLeavesSaysSo) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client();
  CO_ASSERT_OK(co_await within_limit(world.until_over(CarrierKind::Udp)));
  world.tasks.cancel();
  co_await world.tasks.join();
  const runtime::TimePoint start = loop.now();
  CO_ASSERT_OK(co_await within_limit(until_parked(world)));
  EXPECT_LT(loop.now() - start, seconds(5));  // not by the silence of the one or the other
  co_await world.end();
}

CORO_TEST_REAL(UdpTunnel, AGatewayThatGoesDownSaysSo) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client(world.udp_dialer(world.pin()));
  CO_ASSERT_OK(co_await within_limit(world.until_over(CarrierKind::Udp)));
  const runtime::TimePoint start = loop.now();
  co_await world.stop_gateway();
  while (!world.nobody.last_end && loop.now() - start < seconds(10)) (void)co_await runtime::sleep_for(milliseconds(5));
  CO_ASSERT_TRUE(world.nobody.last_end.has_value());
  EXPECT_EQ(world.nobody.last_end->code, Errc::Closed);
  EXPECT_NE(world.nobody.last_end->what.find("going down"), std::string::npos) << world.nobody.last_end->what;
  EXPECT_LT(loop.now() - start, seconds(3));
  co_await world.end();
}

Task<Result<>> ping_until_new(TunnelClient& client) {
  while (client.sessions_begun() < 2 || client.state() != LinkState::Up) {
    if (client.mux() != nullptr) client.mux()->ping();
    CO_TRY(co_await runtime::sleep_for(milliseconds(20)));
  }
  co_return Result<>();
}

CORO_TEST_REAL(UdpTunnel, AGatewayThatForgotItsClientsSaysSoByAReset) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client(world.udp_dialer(world.pin()));
  CO_ASSERT_OK(co_await within_limit(world.until_over(CarrierKind::Udp)));
  world.relay->swallow = true;  // nothing of its going down is heard
  co_await world.stop_gateway();
  world.start_gateway();
  world.relay->swallow = false;
  const runtime::TimePoint start = loop.now();
  CO_ASSERT_OK(co_await within_limit(ping_until_new(*world.client)));
  EXPECT_LT(loop.now() - start, seconds(10));
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 3, 5000, equal));
  EXPECT_EQ(equal, 1);
  co_await world.end();
}

Task<Result<>> until_remembered(const UdpDialer& dialer) {
  while (dialer.memory().token.empty() || dialer.memory().ticket.empty())
    CO_TRY(co_await runtime::sleep_for(milliseconds(5)));
  co_return Result<>();
}

CORO_TEST_REAL(UdpTunnel, TheSecondConnectionIsResumed) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  std::unique_ptr<UdpDialer> owned = world.udp_dialer(world.pin());
  UdpDialer& dialer = *owned;
  world.start_client(std::move(owned));
  CO_ASSERT_OK(co_await within_limit(world.until_over(CarrierKind::Udp)));
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 4, 50'000, equal));
  const std::uint64_t first = world.relay->passed();
  world.tasks.cancel();
  co_await world.tasks.join();
  CO_ASSERT_OK(co_await within_limit(until_remembered(dialer)));
  const std::uint64_t before = world.relay->passed();
  auto carrier = co_await dialer.dial();
  CO_ASSERT_TRUE(carrier.has_value());
  EXPECT_TRUE(static_cast<UdpCarrier&>(**carrier).resumed());
  EXPECT_EQ((*carrier)->peer_certificate()->pin(), world.pin());
  EXPECT_TRUE(dialer.memory().ticket.empty() || !dialer.memory().token.empty());  // each is used once
  EXPECT_LT(world.relay->passed() - before, first);
  carrier->reset();
  co_await world.end();
}

Task<Result<>> dial_and_drop(Dialer& dialer) {
  CO_TRY_ASSIGN(const std::unique_ptr<Carrier> carrier, co_await dialer.dial());
  co_return Result<>();
}

CORO_TEST_REAL(UdpTunnel, CancellingADialAtAnyMomentLeavesNothing) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.relay->delay = milliseconds(2);
  for (int i = 0; i < 12; ++i) {
    const std::unique_ptr<Dialer> dialer = world.race_dialer(world.pin());
    (void)co_await runtime::with_timeout(milliseconds(i), dial_and_drop(*dialer));
  }
  co_await world.end();
}

CORO_TEST_REAL(UdpTunnel, CancellingAClientAtAnyMomentLeavesNothing) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.relay->delay = milliseconds(2);
  for (int i = 0; i < 12; ++i) {
    Nobody nobody;
    const std::unique_ptr<Dialer> dialer = world.race_dialer(world.pin());
    TunnelClient client(loop, *dialer, ClientOptions{"test", "laptop", {}});
    (void)co_await runtime::with_timeout(milliseconds(3 * i), client.run(nobody));
  }
  co_await world.end();
}

}  // namespace
}  // namespace booster::carrier
