#include <random>

#include "booster/carrier/tls_carrier.h"
#include "booster/net/memory_stream.h"
#include "tests/booster/carrier/echo_world.h"
#include "tests/support/coro_test.h"

namespace booster::carrier {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Lets a handshake pass, and from then on nothing that comes.
class Swallowing final : public net::Stream {
 public:
  Swallowing(std::unique_ptr<net::Stream> wire, std::shared_ptr<bool> swallow)
      : wire_(std::move(wire)), swallow_(std::move(swallow)) {}
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    for (;;) {
      CO_TRY_ASSIGN(const std::size_t count, co_await wire_->read(into));
      if (count == 0 || !*swallow_) co_return count;
    }
  }
  Task<Result<>> write(ByteView bytes) override { return wire_->write(bytes); }
  Task<Result<>> finish() override { return wire_->finish(); }
  void close() override { wire_->close(); }

 private:
  std::unique_ptr<net::Stream> wire_;
  std::shared_ptr<bool> swallow_;
};

// What the client takes for UDP.
class PosingAsUdp final : public Carrier {
 public:
  explicit PosingAsUdp(std::unique_ptr<Carrier> own) : own_(std::move(own)) {}
  CarrierKind kind() const override { return CarrierKind::Udp; }
  Task<Result<>> write_greeting(Bytes chain) override { return own_->write_greeting(std::move(chain)); }
  Task<Result<Bytes>> read_greeting(std::size_t limit) override { return own_->read_greeting(limit); }
  Task<Result<>> carry(Mux& mux, OnAnswer on_answer) override { return own_->carry(mux, std::move(on_answer)); }
  Task<Result<>> finish() override { return own_->finish(); }
  Task<Result<>> doubted() override { return own_->doubted(); }
  bool silent() const override { return own_->silent(); }
  void network_changed() override { own_->network_changed(); }
  Bytes exporter(std::string_view label, std::size_t size) const override { return own_->exporter(label, size); }
  std::optional<crypto::Certificate> peer_certificate() const override { return own_->peer_certificate(); }
  std::string peer() const override { return own_->peer(); }
  std::optional<runtime::Duration> handshake_round_trip() const override { return own_->handshake_round_trip(); }

 private:
  std::unique_ptr<Carrier> own_;
};

// Connections made by the client's dialer come out of the gateway's listener; both can be cut and refused.
class MemoryNetwork final : public net::Listener, public Dialer {
 public:
  MemoryNetwork(runtime::Loop& loop, tls::Context client, net::MemoryLink link)
      : loop_(loop), client_(std::move(client)), link_(link), waiting_(16) {}
  Task<Result<net::StreamPtr>> accept() override { co_return co_await waiting_.pop(); }
  net::Address local() const override { return *net::Address::parse("127.0.0.1:1"); }
  void close() override { waiting_.close(); }
  Task<Result<std::unique_ptr<Carrier>>> dial() override {
    CO_TRY_ASSIGN(std::unique_ptr<Carrier> carrier, co_await connect());
    if (pose_as_udp) carrier = std::make_unique<PosingAsUdp>(std::move(carrier));
    co_return carrier;
  }
  Task<Result<std::unique_ptr<Carrier>>> dial_other(CarrierKind present) override {
    others.push_back(present);
    co_return co_await connect();
  }
  Task<Result<std::unique_ptr<Carrier>>> connect() {
    if (down) co_return fail(Errc::Unreachable, "down");
    link_.seed += 2;
    net::MemoryPair pair = net::make_memory_pair(loop_, link_);
    wires_.push_back(pair.client.get());
    ++dials;
    CO_TRY(co_await waiting_.push(std::move(pair.server)));
    const auto swallow = std::make_shared<bool>(false);
    std::unique_ptr<net::Stream> wire = std::make_unique<Swallowing>(std::move(pair.client), swallow);
    const runtime::TimePoint start = loop_.now();
    CO_TRY_ASSIGN(std::unique_ptr<tls::TlsStream> secured,
                  co_await tls::TlsStream::connect(client_, std::move(wire), "gateway"));
    Dialled dialled;
    dialled.round_trip = loop_.now() - start;
    if (swallowed_dials > 0) {
      --swallowed_dials;
      *swallow = true;
    }
    co_return std::unique_ptr<Carrier>(new TlsCarrier(loop_, std::move(secured), std::move(dialled)));
  }
  void cut() {  // only the newest can be alive
    if (!wires_.empty()) wires_.back()->close();
    wires_.clear();
  }
  bool down = false;
  int dials = 0;
  int swallowed_dials = 0;  // of the next ones
  bool pose_as_udp = false;
  std::vector<CarrierKind> others;  // than which another one was asked for

 private:
  runtime::Loop& loop_;
  tls::Context client_;
  net::MemoryLink link_;
  runtime::Channel<net::StreamPtr> waiting_;
  std::vector<net::Stream*> wires_;
};

Task<Result<>> serve_quietly(TunnelServer& server, net::Listener& listener, SessionHost& host) {
  std::vector<net::Listener*> listeners(1, &listener);
  std::vector<UdpServer*> no_udp;
  (void)co_await server.serve(std::move(listeners), std::move(no_udp), host);
  co_return Result<>();
}

struct World {
  explicit World(runtime::Loop& on, runtime::CancelScope& scope, net::MemoryLink link = {})
      : loop(on),
        identity(make_identity("gateway")),
        device(make_identity("device")),
        device_pin(device.chain.front().pin()),
        host(on),
        tasks(on, scope) {
    tls::ClientOptions options;
    options.by_pin = tls::VerifyByPin{identity.chain.front().pin()};
    options.identity = std::move(device);
    network = std::make_unique<MemoryNetwork>(loop, *tls::Context::client(std::move(options)), link);
    tls::ServerOptions server_options{
        .identity = std::move(identity), .ask_for_certificate = true, .oldest = tls::Version::Tls13};
    server_context.emplace(*tls::Context::server(std::move(server_options)));
    client.emplace(loop, *network, ClientOptions{.agent = "test", .device = "laptop", .limits = {}});
    tasks.spawn("client", client->run(nobody));
  }
  void start_server() {
    server = std::make_unique<TunnelServer>(loop, *server_context, "gateway", ServerLimits{});
    server_tasks = std::make_unique<runtime::TaskScope>(loop, tasks.cancel_scope());
    server_tasks->spawn("server", serve_quietly(*server, *network, host));
  }
  Task<void> stop_server() {
    server_tasks->cancel();
    co_await server_tasks->join();
    server.reset();
    server_tasks.reset();
  }
  Task<void> end() {
    tasks.cancel();
    if (server_tasks != nullptr) co_await stop_server();
    co_await tasks.join();
  }
  Task<Result<>> until_up() {
    while (client->state() != LinkState::Up) CO_TRY(co_await client->changed().wait());
    co_return Result<>();
  }
  runtime::Loop& loop;
  tls::Identity identity;
  tls::Identity device;
  crypto::Digest device_pin;
  EchoHost host;
  Nobody nobody;
  runtime::TaskScope tasks;
  std::optional<tls::Context> server_context;
  std::unique_ptr<MemoryNetwork> network;
  std::optional<TunnelClient> client;
  std::unique_ptr<TunnelServer> server;
  std::unique_ptr<runtime::TaskScope> server_tasks;
};

CORO_TEST(Tunnel, TheDeviceKeyIsProvedAndTheFirstAnswerTakesOneRoundTripBehindTls) {
  net::MemoryLink link;
  link.delay = milliseconds(300);
  World world(loop, co_await runtime::current_cancel(), link);
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
  World world(loop, co_await runtime::current_cancel());
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
  World world(loop, co_await runtime::current_cancel(), link);
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
  link.delay = milliseconds(300);
  World world(loop, co_await runtime::current_cancel(), link);
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
  // Two round trips of TLS and join each time, 2.4 s and twice as long for what does not come, and the pauses between.
  EXPECT_LE(loop.now() - start, seconds(12));
  EXPECT_EQ(world.network->dials, dials + 3);
  co_await streams.join();
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST(Tunnel, WhatLetsAHandshakeOverUdpPassAndSwallowsTheJoinIsLeftForTls) {
  World world(loop, co_await runtime::current_cancel());
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
  World world(loop, co_await runtime::current_cancel());
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
  World world(loop, co_await runtime::current_cancel());
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

CORO_TEST(Tunnel, ARefusalReachesTheClientWithItsReason) {
  World world(loop, co_await runtime::current_cancel());
  world.host.refuse = true;
  world.start_server();
  while (!world.client->last_error()) CO_ASSERT_OK(co_await world.client->changed().wait());
  EXPECT_EQ(world.client->last_error()->code, Errc::Denied);
  EXPECT_NE(world.client->last_error()->what.find("revoked"), std::string::npos) << world.client->last_error()->what;
  co_await world.end();
}

CORO_TEST(Tunnel, ARefusedClientTriesEverMoreSeldomAndStillKnowsWhy) {
  World world(loop, co_await runtime::current_cancel());
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
  World world(loop, co_await runtime::current_cancel());
  world.host.hang_up = true;
  world.start_server();
  (void)co_await runtime::sleep_for(hours(1));
  EXPECT_GE(world.host.sessions, 60);
  EXPECT_LE(world.host.sessions, 260);
  co_await world.end();
}

CORO_TEST(Tunnel, ARevokedDevicesSessionEndsAtOnce) {
  World world(loop, co_await runtime::current_cancel());
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
