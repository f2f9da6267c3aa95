// A gateway with both its ports on loopback, a relay before the UDP one, and clients that race.
#pragma once
#include "booster/carrier/race_dialer.h"
#include "booster/carrier/tls_carrier.h"
#include "booster/carrier/udp_client.h"
#include "tests/booster/carrier/echo_world.h"
#include "tests/booster/carrier/udp_relay.h"

namespace booster::carrier {

inline tls::Identity copy_of(const tls::Identity& identity) {
  std::vector<crypto::Certificate> chain;
  for (const crypto::Certificate& each : identity.chain) chain.push_back(*crypto::Certificate::from_pem(each.to_pem()));
  return {std::move(chain), *crypto::PrivateKey::from_pem(identity.key.to_pem())};
}

// Short times, so that tests need not wait for long ones.
struct UdpTimes {
  PacketTimes packet{.quiet = std::chrono::milliseconds(200), .silent = std::chrono::milliseconds(400)};
  ReturnTimes back{.first = std::chrono::milliseconds(300), .rarest = std::chrono::seconds(1)};
  HeadStart head_start{.usual = std::chrono::seconds(5), .after_failure = std::chrono::milliseconds(50)};
};

struct UdpWorld {
  UdpWorld(runtime::Loop& on, runtime::CancelScope& in)
      : loop(on),
        scope(in),
        identity(make_identity("gateway")),
        device(make_identity("device")),
        secret(crypto::Secret::random(32)),
        host(on),
        tasks(on, in) {
    start_gateway();
    relay.emplace(loop, scope, udp->local());
  }

  tls::Context context_for(CarrierKind by) const {
    tls::ServerOptions options{.identity = copy_of(identity),
                               .ask_for_certificate = true,
                               .oldest = tls::Version::Tls13,
                               .memory = by == CarrierKind::Udp};
    return *tls::Context::server(std::move(options));
  }
  tls::Context client_context(CarrierKind by, const crypto::Digest& pin) const {
    tls::ClientOptions options;
    options.by_pin = tls::VerifyByPin{pin};
    options.identity = copy_of(device);
    options.memory = by == CarrierKind::Udp;
    return *tls::Context::client(std::move(options));
  }
  crypto::Digest pin() const { return identity.chain.front().pin(); }

  // At the ports of before, if it ran before.
  void start_gateway() {
    const std::string place = "127.0.0.1:" + std::to_string(udp_port);
    udp = *UdpServer::open(loop, *net::Address::parse(place), context_for(CarrierKind::Udp), secret);
    tcp = *net::Listener::open(loop, *net::Address::parse("127.0.0.1:" + std::to_string(tcp_port)));
    udp_port = udp->local().port;
    tcp_port = tcp->local().port();
    server = std::make_unique<TunnelServer>(loop, context_for(CarrierKind::Tls), "gateway", ServerLimits{});
    server_tasks = std::make_unique<runtime::TaskScope>(loop, scope);
    server_tasks->spawn("gateway", serve_both(*server, *tcp, *udp, host));
  }
  static Task<Result<>> serve_both(TunnelServer& server, net::Listener& tcp, UdpServer& udp, EchoHost& host) {
    std::vector<net::Listener*> listeners(1, &tcp);
    std::vector<UdpServer*> ports(1, &udp);
    (void)co_await server.serve(std::move(listeners), std::move(ports), host);
    co_return Result<>();
  }
  Task<void> stop_gateway() {
    server_tasks->cancel();
    co_await server_tasks->join();
    server_tasks.reset();
    server.reset();
    tcp.reset();
    udp.reset();
  }

  std::unique_ptr<UdpDialer> udp_dialer(const crypto::Digest& expected) {
    return std::make_unique<UdpDialer>(loop, "127.0.0.1", relay->port(), client_context(CarrierKind::Udp, expected),
                                       times.packet);
  }
  std::unique_ptr<Dialer> race_dialer(const crypto::Digest& expected) {
    auto over_tls = std::make_unique<TcpDialer>(loop, "127.0.0.1", tcp_port, client_context(CarrierKind::Tls, expected),
                                                proxy, times.back);
    return std::make_unique<RaceDialer>(loop, udp_dialer(expected), std::move(over_tls), times.head_start);
  }
  void start_client() { start_client(race_dialer(pin())); }
  void start_client(std::unique_ptr<Dialer> by) {
    dialer = std::move(by);
    client.emplace(loop, *dialer, ClientOptions{.agent = "test", .device = "laptop", .limits = limits});
    tasks.spawn("client", client->run(nobody));
  }
  // Until the client's session is carried by this kind.
  Task<Result<>> until_over(CarrierKind kind) {
    while (client->state() != LinkState::Up || client->carrier() == nullptr || client->carrier()->kind() != kind)
      CO_TRY(co_await runtime::sleep_for(std::chrono::milliseconds(5)));
    co_return Result<>();
  }
  Task<void> end() {
    tasks.cancel();
    co_await tasks.join();
    client.reset();
    dialer.reset();
    if (server_tasks != nullptr) co_await stop_gateway();
    co_await relay->end();
  }

  runtime::Loop& loop;
  runtime::CancelScope& scope;
  UdpTimes times;
  http::WebProxyPtr proxy;
  session::Limits limits;
  tls::Identity identity;
  tls::Identity device;
  crypto::Secret secret;
  EchoHost host;
  Nobody nobody;
  runtime::TaskScope tasks;
  std::uint16_t udp_port = 0;
  std::uint16_t tcp_port = 0;
  std::unique_ptr<UdpServer> udp;
  std::unique_ptr<net::Listener> tcp;
  std::unique_ptr<TunnelServer> server;
  std::unique_ptr<runtime::TaskScope> server_tasks;
  std::optional<UdpRelay> relay;
  std::unique_ptr<Dialer> dialer;
  std::optional<TunnelClient> client;
};

constexpr auto kUdpTestLimit = std::chrono::seconds(30);  // of anything a test waits for

inline Task<Result<>> within_limit(Task<Result<>> task) {
  Task<Result<>> own = std::move(task);
  co_return co_await runtime::with_timeout(kUdpTestLimit, std::move(own));
}

}  // namespace booster::carrier
