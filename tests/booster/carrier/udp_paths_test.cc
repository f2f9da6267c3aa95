// A client whose interfaces come and go: from where its connection goes on, and what it remembers of which network.
#include <net/if.h>

#include "tests/booster/carrier/udp_world.h"

namespace booster::carrier {
namespace {

using namespace std::chrono_literals;

// What a test says. Everything is the loopback interface in truth.
class ToldWays final : public Ways {
 public:
  Result<platform::Way> to(const net::Address&, std::uint32_t interface) const override {
    if (interface == 0 && all.empty()) return fail(Errc::Unreachable, "route: none");
    if (interface == 0) return all.front();
    for (const platform::Way& each : all) {
      if (each.interface == interface) return each;
    }
    return fail(Errc::Unreachable, "route: none through it");
  }
  std::vector<platform::Way> all_to(const net::Address&) const override { return all; }

  std::vector<platform::Way> all;  // the preferred first
};

platform::Way way_of(std::uint32_t interface, std::string network) {
  const std::string source{'\x7f', '\0', '\0', static_cast<char>(interface)};
  return {interface, "lo", source, std::move(network)};
}

struct PathsWorld : UdpWorld {
  PathsWorld(runtime::Loop& loop, runtime::CancelScope& scope) : UdpWorld(loop, scope) {}
  void start() {
    std::unique_ptr<UdpDialer> dialer = udp_dialer(pin());
    gateway = dialer->memory().gateway;
    dialer->find_ways_by(ways);
    dialer->remember_in(networks);
    start_client(std::move(dialer));
  }
  std::uint64_t moves() const { return client->carrier()->report().moves; }
  Task<Result<>> until_moved(std::uint64_t times) {
    while (client->carrier() == nullptr || moves() < times) CO_TRY(co_await runtime::sleep_for(5ms));
    co_return Result<>();
  }
  Network known(std::string_view network) const { return networks->known(network_key(network, gateway)); }

  std::shared_ptr<ToldWays> ways = std::make_shared<ToldWays>();
  std::shared_ptr<NetworkMemory> networks = std::make_shared<NetworkMemory>();
  std::string gateway;
};

Task<Result<>> limited(Task<Result<>> task) {
  Task<Result<>> own = std::move(task);
  co_return co_await runtime::with_timeout(kUdpTestLimit, std::move(own));
}

CORO_TEST_REAL(UdpPaths, WhatTheRoutesPreferByNowIsGoneToWithoutALoss) {
  PathsWorld world(loop, co_await runtime::current_cancel());
  world.ways->all = {way_of(1, "router a")};
  world.start();
  CO_ASSERT_OK(co_await limited(world.until_over(CarrierKind::Udp)));
  int equal = 0;
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  streams.spawn("echo", echo_compare(*world.client->mux(), 1, 6 << 20, equal));
  while (world.relay->passed() < (1 << 20)) CO_ASSERT_OK(co_await runtime::sleep_for(1ms));
  world.ways->all = {way_of(2, "router b"), way_of(1, "router a")};
  world.client->network_changed();
  CO_ASSERT_OK(co_await limited(world.until_moved(1)));
  world.ways->all = {way_of(2, "router b")};  // the first may go now
  world.client->network_changed();
  co_await streams.join();
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.moves(), 1U);
  EXPECT_EQ(world.client->joins(), 0U);
  co_await world.end();
}

CORO_TEST_REAL(UdpPaths, WhatChangesNothingForUsMovesNothing) {
  PathsWorld world(loop, co_await runtime::current_cancel());
  world.ways->all = {way_of(1, "router a")};
  world.start();
  CO_ASSERT_OK(co_await limited(world.until_over(CarrierKind::Udp)));
  for (std::uint32_t other = 2; other < 6; ++other) {
    world.ways->all.push_back(way_of(other, "bridge"));  // of a container
    world.client->network_changed();
  }
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 1 << 20, equal));
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.moves(), 0U);
  co_await world.end();
}

CORO_TEST_REAL(UdpPaths, AnAddressThatIsGoneIsLeftAtOnce) {
  PathsWorld world(loop, co_await runtime::current_cancel());
  world.ways->all = {way_of(1, "router a")};
  world.start();
  CO_ASSERT_OK(co_await limited(world.until_over(CarrierKind::Udp)));
  world.ways->all = {way_of(3, "router a")};
  world.client->network_changed();
  EXPECT_EQ(world.moves(), 1U);
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 1 << 20, equal));
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.client->joins(), 0U);
  co_await world.end();
}

CORO_TEST_REAL(UdpPaths, InSilenceTheOthersAreAsked) {
  PathsWorld world(loop, co_await runtime::current_cancel());
  world.ways->all = {way_of(1, "router a"), way_of(2, "router b")};
  world.start();
  CO_ASSERT_OK(co_await limited(world.until_over(CarrierKind::Udp)));
  const std::uint16_t port = world.relay->last_port();
  world.relay->deaf_to = port;
  int equal = 0;
  CO_ASSERT_OK(co_await limited(echo_compare(*world.client->mux(), 1, 100'000, equal)));
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.moves(), 1U);
  EXPECT_NE(world.relay->last_port(), port);
  EXPECT_EQ(world.client->joins(), 0U);
  co_await world.end();
}

CORO_TEST_REAL(UdpPaths, WhatWasLearnedIsUsedInItsOwnNetworkOnly) {
  PathsWorld world(loop, co_await runtime::current_cancel());
  world.ways->all = {way_of(1, "router a")};
  Network before;
  before.path = transport::rate::Remembered{{5'000'000}, 1ms};
  before.udp_idle_life = transport::path::IdleLife{112s, 119s};
  world.gateway = "127.0.0.1:" + std::to_string(world.relay->port());
  world.networks->note(network_key("router a", world.gateway), before);
  world.start();
  CO_ASSERT_OK(co_await limited(world.until_over(CarrierKind::Udp)));
  EXPECT_EQ(world.client->carrier()->report().paths.at(0).silence, 105s);
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 1 << 20, equal));
  world.ways->all = {way_of(2, "router b")};
  world.client->network_changed();
  while (world.client->carrier()->report().paths.at(0).silence != transport::path::kUdpKeepalive.first)
    CO_ASSERT_OK(co_await runtime::sleep_for(5ms));
  EXPECT_TRUE(world.known("router a").path);
  EXPECT_EQ(world.known("router a").udp_idle_life, before.udp_idle_life);
  EXPECT_FALSE(world.known("router b").path);
  world.ways->all = {way_of(1, "router a")};
  world.client->network_changed();
  while (world.client->carrier()->report().paths.at(0).silence != 105s) CO_ASSERT_OK(co_await runtime::sleep_for(5ms));
  co_await world.end();
  EXPECT_FALSE(world.known("router b").udp_idle_life);
}

CORO_TEST_REAL(UdpPaths, OfANetworkThatCannotBeToldNothingIsKept) {
  PathsWorld world(loop, co_await runtime::current_cancel());
  world.ways->all = {way_of(1, "")};
  world.start();
  CO_ASSERT_OK(co_await limited(world.until_over(CarrierKind::Udp)));
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 1 << 20, equal));
  co_await world.end();
  EXPECT_EQ(world.networks->size(), 0U);
}

}  // namespace
}  // namespace booster::carrier
