// The tunnel through an HTTP proxy.
#include "tests/booster/carrier/connect_proxy.h"
#include "tests/booster/carrier/udp_world.h"

namespace booster::carrier {
namespace {

struct ProxiedWorld {
  ProxiedWorld(runtime::Loop& loop, runtime::CancelScope& scope) : world(loop, scope), proxy(loop, scope) {}
  TcpDialer dialer(http::WebProxyPtr through) {
    return TcpDialer(world.loop, "127.0.0.1", world.tcp_port, world.client_context(CarrierKind::Tls, world.pin()),
                     std::move(through));
  }
  std::string gateway() const { return "127.0.0.1:" + std::to_string(world.tcp_port); }
  Task<void> end() {
    co_await world.end();
    co_await proxy.end();
  }
  UdpWorld world;
  ConnectProxy proxy;
};

CORO_TEST_REAL(Proxied, WhereUdpDoesNotPassTlsGoesThroughTheProxy) {
  ProxiedWorld all(loop, co_await runtime::current_cancel());
  all.proxy.wanted = "Basic bWU6aHVudGVyMg==";
  all.world.proxy = all.proxy.as("me", "hunter2");
  all.world.relay->swallow = true;
  all.world.times.head_start.usual = std::chrono::milliseconds(50);
  all.world.start_client();
  CO_ASSERT_OK(co_await within_limit(all.world.until_over(CarrierKind::Tls)));
  EXPECT_EQ(all.world.client->carrier()->via(), all.proxy.place());
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*all.world.client->mux(), 1, 1'000'000, equal));
  EXPECT_EQ(equal, 1);
  CO_ASSERT_TRUE(!all.proxy.asked.empty());
  EXPECT_EQ(all.proxy.asked[0], all.gateway());
  co_await all.end();
}

CORO_TEST_REAL(Proxied, UdpIsRacedPastTheProxyAsEver) {
  ProxiedWorld all(loop, co_await runtime::current_cancel());
  all.world.proxy = all.proxy.as("", "");
  all.world.start_client();
  CO_ASSERT_OK(co_await within_limit(all.world.until_over(CarrierKind::Udp)));
  EXPECT_EQ(all.world.client->carrier()->via(), "");
  EXPECT_TRUE(all.proxy.asked.empty());
  co_await all.end();
}

CORO_TEST_REAL(Proxied, WithoutCredentialsTheRealmIsToldThatWantsThem) {
  ProxiedWorld all(loop, co_await runtime::current_cancel());
  all.proxy.wanted = "Basic bWU6aHVudGVyMg==";
  TcpDialer dialer = all.dialer(all.proxy.as("", ""));
  const auto dialled = co_await dialer.dial();
  CO_ASSERT_TRUE(!dialled);
  EXPECT_EQ(dialled.error().code, Errc::Denied);
  EXPECT_NE(dialled.error().what.find("wants a user name and password for realm \"office\""), std::string::npos)
      << dialled.error().what;
  co_await all.end();
}

CORO_TEST_REAL(Proxied, RefusedCredentialsAreNotShownAgainAtOnce) {
  ProxiedWorld all(loop, co_await runtime::current_cancel());
  all.proxy.wanted = "Basic bWU6aHVudGVyMg==";
  TcpDialer dialer = all.dialer(all.proxy.as("me", "hunter3"));
  for (int i = 0; i < 3; ++i) {
    const auto dialled = co_await dialer.dial();
    CO_ASSERT_TRUE(!dialled);
    EXPECT_EQ(dialled.error().code, Errc::Denied);
    EXPECT_NE(dialled.error().what.find("refuses the user name or password for realm \"office\""), std::string::npos)
        << dialled.error().what;
  }
  EXPECT_EQ(all.proxy.refused, 1);
  co_await all.end();
}

CORO_TEST_REAL(Proxied, WhichOfTheTwoDoesNotAnswerIsTold) {
  ProxiedWorld all(loop, co_await runtime::current_cancel());
  const std::string gateway = all.gateway();
  co_await all.world.stop_gateway();
  TcpDialer dialer = all.dialer(all.proxy.as("", ""));
  const auto no_gateway = co_await dialer.dial();
  CO_ASSERT_TRUE(!no_gateway);
  EXPECT_EQ(no_gateway.error().code, Errc::Unreachable);
  EXPECT_EQ(no_gateway.error().what,
            "proxy " + all.proxy.place() + ": does not reach " + gateway + ": 502 Bad Gateway");
  const http::WebProxyPtr proxy = all.proxy.as("", "");
  co_await all.end();
  TcpDialer late = all.dialer(proxy);
  const auto no_proxy = co_await late.dial();
  CO_ASSERT_TRUE(!no_proxy);
  EXPECT_EQ(no_proxy.error().code, Errc::Unreachable);
  EXPECT_TRUE(no_proxy.error().what.starts_with("proxy " + proxy->to_string() + ": ")) << no_proxy.error().what;
}

CORO_TEST_REAL(Proxied, AProxyThatIsNamedWronglyIsToldAtEachDial) {
  ProxiedWorld all(loop, co_await runtime::current_cancel());
  TcpDialer dialer(loop, "127.0.0.1", all.world.tcp_port, all.world.client_context(CarrierKind::Tls, all.world.pin()),
                   http::parse_proxy_url("https://p"));
  for (int i = 0; i < 2; ++i) {
    const auto dialled = co_await dialer.dial();
    CO_ASSERT_TRUE(!dialled);
    EXPECT_EQ(dialled.error().code, Errc::Unsupported);
  }
  co_await all.end();
}

}  // namespace
}  // namespace booster::carrier
