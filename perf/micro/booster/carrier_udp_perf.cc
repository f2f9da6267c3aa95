// The tunnel over UDP alone, end to end: TLS, sockets on loopback, a thread for each end, one stream down. Its octets
// are made in memory and read away, so nothing is in it of who relays them. Of each end the processor time is told
// apart, the kernel's share with it.
#include <benchmark/benchmark.h>
#include <pthread.h>

#include <cstdio>
#include <ctime>
#include <future>
#include <thread>

#include "booster/carrier/tunnel_client.h"
#include "booster/carrier/tunnel_server.h"
#include "booster/carrier/udp_client.h"
#include "booster/carrier/udp_server.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "tests/booster/tls/identities.h"

namespace booster::carrier {
namespace {

constexpr std::uint64_t kMoved = std::uint64_t{64} << 20;  // octets of one iteration
constexpr std::size_t kWritten = std::size_t{256} << 10;
constexpr auto kLimit = std::chrono::seconds(30);

double seconds_on(clockid_t clock) {
  timespec ts{};
  clock_gettime(clock, &ts);
  return static_cast<double>(ts.tv_sec) + 1e-9 * static_cast<double>(ts.tv_nsec);
}

clockid_t clock_of(pthread_t thread) {
  clockid_t clock{};
  CHECK(pthread_getcpuclockid(thread, &clock) == 0);
  return clock;
}

Task<Result<>> pour(std::unique_ptr<MuxStream> stream) {
  const Bytes block(kWritten, std::byte{7});
  for (;;) CO_TRY(co_await stream->write(block));
}

// Answers each stream with octets that do not end.
class Spring final : public SessionHost {
 public:
  explicit Spring(runtime::Loop& loop) : loop_(loop) {}
  Result<> admit(const Peer&) override { return {}; }
  Task<Result<>> serve_session(std::shared_ptr<ServerSession> session) override {
    const runtime::Surroundings here = co_await runtime::surroundings();
    auto ignore = [](const std::string&, const Error&) {};
    runtime::TaskScope streams(loop_, *here.scope, ignore);
    for (;;) {
      Result<Incoming> incoming = co_await session->mux.accept();
      if (!incoming) break;
      streams.spawn("pour", pour(std::move(incoming->stream)));
    }
    streams.cancel();
    co_await streams.join();
    co_return Result<>();
  }

 private:
  runtime::Loop& loop_;
};

class Waiting final : public SessionUser {
 public:
  Task<Result<>> use_session(Mux& mux) override { return mux.wait_closed(); }
};

// Nobody comes to the TCP port; the server ends with its last listener.
Task<Result<>> serve(TunnelServer& server, net::Listener& tcp, UdpServer& udp, SessionHost& host) {
  std::vector<net::Listener*> listeners(1, &tcp);
  std::vector<UdpServer*> ports(1, &udp);
  (void)co_await server.serve(std::move(listeners), std::move(ports), host);
  co_return Result<>();
}

Task<Result<>> serve_until(runtime::Notify& stop, TunnelServer& server, net::Listener& tcp, UdpServer& udp,
                           SessionHost& host) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::TaskScope tasks(*here.loop, *here.scope);
  tasks.spawn("gateway", serve(server, tcp, udp, host));
  const Result<> stopped = co_await stop.wait();
  tasks.cancel();
  co_await tasks.join();
  co_return stopped;
}

// The gateway's end in a thread of its own, until it is dropped.
class Gateway {
 public:
  explicit Gateway(tls::Identity identity) : identity_(std::move(identity)) {
    std::promise<std::uint16_t> port;
    auto bound = port.get_future();
    thread_ = std::thread([this, &port] { run(port); });
    port_ = bound.get();
  }
  ~Gateway() {
    loop_->post_from_thread([this] { stop_.notify_all(); });
    thread_.join();
  }
  std::uint16_t port() const { return port_; }
  clockid_t clock() { return clock_of(thread_.native_handle()); }

 private:
  void run(std::promise<std::uint16_t>& port) {
    runtime::Loop loop;
    loop_ = &loop;
    tls::ServerOptions options{
        .identity = std::move(identity_), .ask_for_certificate = true, .oldest = tls::Version::Tls13, .memory = true};
    tls::ServerOptions unused{.identity = tls::make_identity("gateway")};  // of the TCP port
    const crypto::Secret secret = crypto::Secret::random(32);
    const auto udp =
        *UdpServer::open(loop, *net::Address::parse("127.0.0.1:0"), *tls::Context::server(std::move(options)), secret);
    const auto tcp = *net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"));
    TunnelServer server(loop, *tls::Context::server(std::move(unused)), "gateway", ServerLimits{});
    Spring host(loop);
    port.set_value(udp->local().port);
    (void)loop.run(serve_until(stop_, server, *tcp, *udp, host));
  }

  tls::Identity identity_;
  runtime::Loop* loop_ = nullptr;
  runtime::Notify stop_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

Task<Result<>> read_away(MuxStream& stream, std::uint64_t octets) {
  Bytes into(kWritten);
  while (octets > 0) {
    CO_TRY_ASSIGN(const std::size_t count, co_await stream.read(into));
    octets -= std::min<std::uint64_t>(octets, count);
  }
  co_return Result<>();
}

Task<Result<>> until_up(TunnelClient& client) {
  while (client.state() != LinkState::Up) CO_TRY(co_await client.changed().wait());
  co_return Result<>();
}

struct Spent {
  double client, gateway;
};

void tell(benchmark::State& state, const Spent& before, const Spent& after, const TunnelClient& client) {
  const double gbit = 8e-9 * static_cast<double>(kMoved) * static_cast<double>(state.iterations());
  const double near = after.client - before.client;
  const double far = after.gateway - before.gateway;
  state.SetBytesProcessed(static_cast<std::int64_t>(kMoved) * state.iterations());
  state.counters["client_s_per_gbit"] = near / gbit;
  state.counters["gateway_s_per_gbit"] = far / gbit;
  state.counters["gbit_per_core"] = gbit / std::max(near, far);
  state.counters["gbit_per_cpu_second"] = gbit / (near + far);
  state.counters["datagram"] = static_cast<double>(client.carrier()->report().paths.front().datagram);
}

Task<Result<>> download(benchmark::State& state, TunnelClient& client, Gateway& gateway) {
  CO_TRY(co_await runtime::with_timeout(kLimit, until_up(client)));
  const auto spent = [&] { return Spent{seconds_on(clock_of(pthread_self())), seconds_on(gateway.clock())}; };
  CO_TRY_ASSIGN(const std::unique_ptr<MuxStream> stream, co_await client.mux()->open(session::Class::Flow, Bytes()));
  CO_TRY(co_await read_away(*stream, 4 * kMoved));  // until it knows its rate
  const Spent before = spent();
  for (auto _ : state) CO_TRY(co_await read_away(*stream, kMoved));
  tell(state, before, spent(), client);
  co_return Result<>();
}

Task<Result<>> run_client(benchmark::State& state, runtime::Loop& loop, Dialer& dialer, Gateway& gateway) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  TunnelClient client(loop, dialer, ClientOptions{.agent = "perf", .device = "perf", .limits = {}});
  Waiting user;
  runtime::TaskScope tasks(loop, *here.scope);
  tasks.spawn("client", client.run(user));
  const Result<> end = co_await download(state, client, gateway);
  tasks.cancel();
  co_await tasks.join();
  co_return end;
}

void download_over_udp(benchmark::State& state) {
  tls::Identity identity = tls::make_identity("gateway");
  tls::ClientOptions options;
  options.by_pin = tls::VerifyByPin{identity.chain.front().pin()};
  options.identity = tls::make_identity("device");
  options.memory = true;
  Gateway gateway(std::move(identity));
  runtime::Loop loop;
  UdpDialer dialer(loop, "127.0.0.1", gateway.port(), *tls::Context::client(std::move(options)));
  const Result<> end = loop.run(run_client(state, loop, dialer, gateway));
  if (!end) state.SkipWithError(end.error().what.c_str());
}
BENCHMARK(download_over_udp)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace booster::carrier
