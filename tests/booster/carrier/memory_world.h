// A client and a gateway over TLS in memory, in virtual time: what is dialled can be cut, refused, swallowed.
#pragma once
#include "booster/carrier/tls_carrier.h"
#include "booster/net/memory_stream.h"
#include "tests/booster/carrier/echo_world.h"

namespace booster::carrier {

// A client's connection that can be cut, and that can swallow what comes.
class TestedWire final : public net::Stream {
 public:
  using All = std::vector<TestedWire*>;  // that are there, the oldest first
  TestedWire(std::unique_ptr<net::Stream> wire, std::shared_ptr<All> all)
      : wire_(std::move(wire)), all_(std::move(all)) {
    all_->push_back(this);
  }
  ~TestedWire() override { std::erase(*all_, this); }
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    for (;;) {
      CO_TRY_ASSIGN(const std::size_t count, co_await wire_->read(into));
      if (count == 0 || !swallow) co_return count;
    }
  }
  Task<Result<>> write(ByteView bytes) override { return wire_->write(bytes); }
  Task<Result<>> finish() override { return wire_->finish(); }
  void close() override { wire_->close(); }
  bool swallow = false;

 private:
  std::unique_ptr<net::Stream> wire_;
  std::shared_ptr<All> all_;
};

// What the client takes for UDP.
class PosingAsUdp final : public Carrier {
 public:
  explicit PosingAsUdp(std::unique_ptr<Carrier> own) : own_(std::move(own)) {}
  CarrierKind kind() const override { return CarrierKind::Udp; }
  CarrierReport report() const override { return own_->report(); }
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
  Task<Result<std::unique_ptr<Carrier>>> dial_beside() override { return connect(); }
  Task<Result<std::unique_ptr<Carrier>>> connect() {
    if (down) co_return fail(Errc::Unreachable, "down");
    link_.seed += 2;
    net::MemoryPair pair = net::make_memory_pair(loop_, link_);
    ++dials;
    CO_TRY(co_await waiting_.push(std::move(pair.server)));
    auto wire = std::make_unique<TestedWire>(std::move(pair.client), wires_);
    TestedWire* const tested = wire.get();
    const runtime::TimePoint start = loop_.now();
    CO_TRY_ASSIGN(std::unique_ptr<tls::TlsStream> secured,
                  co_await tls::TlsStream::connect(client_, std::move(wire), "gateway"));
    Dialled dialled;
    dialled.round_trip = loop_.now() - start;
    if (swallowed_dials > 0) {
      --swallowed_dials;
      tested->swallow = true;
    }
    co_return std::unique_ptr<Carrier>(new TlsCarrier(loop_, std::move(secured), std::move(dialled)));
  }
  void cut() {
    for (TestedWire* wire : *wires_) wire->close();
  }
  TestedWire::All& wires() { return *wires_; }
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
  std::shared_ptr<TestedWire::All> wires_ = std::make_shared<TestedWire::All>();
};

inline Task<Result<>> serve_quietly(TunnelServer& server, net::Listener& listener, SessionHost& host) {
  std::vector<net::Listener*> listeners(1, &listener);
  std::vector<UdpServer*> no_udp;
  (void)co_await server.serve(std::move(listeners), std::move(no_udp), host);
  co_return Result<>();
}

struct MemoryWorld {
  explicit MemoryWorld(runtime::Loop& on, runtime::CancelScope& scope, net::MemoryLink link = {})
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

}  // namespace booster::carrier
