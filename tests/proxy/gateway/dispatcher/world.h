// A whole gateway in memory: the real tunnel, front, broker and workers; only mail server and processes are played.
#pragma once
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "booster/carrier/tls_carrier.h"
#include "booster/carrier/tunnel_client.h"
#include "booster/carrier/tunnel_server.h"
#include "booster/net/memory_stream.h"
#include "proxy/gateway/broker/broker.h"
#include "proxy/gateway/dispatcher/front.h"
#include "proxy/gateway/state/sqlite_state.h"
#include "proxy/gateway/worker/worker.h"
#include "tests/proxy/gateway/worker/scripted_host.h"
#include "tests/support/coro_test.h"

namespace proxy::gateway::dispatcher {

namespace carrier = booster::carrier;
namespace crypto = booster::crypto;
namespace net = booster::net;
namespace runtime = booster::runtime;
namespace tls = booster::tls;
using Code = sync::LoginResult::Code;

inline void ignore_error(const std::string&, const Error&) {}

// A "process" is a scope of tasks; killing it cancels them.
class PlayedChild final : public Child {
 public:
  PlayedChild(runtime::Loop& loop, int pid) : pid_(pid), tasks(loop, loop.scope(), ignore_error) {}
  net::StreamPtr take_wire() override { return std::move(wire); }
  int pid() const override { return pid_; }
  void kill() override { tasks.cancel(); }
  Task<Result<>> exited() override {
    co_await tasks.join();
    co_return Result<>();
  }
  net::StreamPtr wire;

 private:
  int pid_;

 public:
  std::unique_ptr<worker::ScriptedHost> host;
  runtime::TaskScope tasks;
};

class PlayedLauncher final : public Launcher {
 public:
  PlayedLauncher(runtime::Loop& loop, worker::ScriptedHost::Server& server) : loop_(loop), server_(server) {}
  Result<std::unique_ptr<Child>> launch(ChildKind kind) override {
    auto child = std::make_unique<PlayedChild>(loop_, ++last_pid_);
    net::MemoryPair pair = net::make_memory_pair(loop_);
    child->wire = std::move(pair.client);
    if (kind == ChildKind::Broker) {
      child->tasks.spawn("broker", broker::serve_broker(loop_, std::move(pair.server)));
    } else {
      child->host = std::make_unique<worker::ScriptedHost>(loop_, server_);
      child->tasks.spawn("worker", worker::serve_worker(loop_, std::move(pair.server), *child->host));
    }
    children[last_pid_] = child.get();
    return std::unique_ptr<Child>(std::move(child));
  }
  std::map<int, PlayedChild*> children;  // dead ones dangle: ask only for pids that status() names

 private:
  runtime::Loop& loop_;
  worker::ScriptedHost::Server& server_;
  int last_pid_ = 100;
};

// Connections made by any dialer come out of the gateway's listener.
class Door final : public net::Listener {
 public:
  Door() : waiting_(16) {}
  Task<Result<net::StreamPtr>> accept() override { co_return co_await waiting_.pop(); }
  net::Address local() const override { return *net::Address::parse("127.0.0.1:1"); }
  void close() override { waiting_.close(); }
  Task<Result<>> knock(net::StreamPtr wire) { co_return co_await waiting_.push(std::move(wire)); }

 private:
  runtime::Channel<net::StreamPtr> waiting_;
};

inline tls::Identity self_made_identity() {
  crypto::PrivateKey key = crypto::PrivateKey::generate();
  crypto::CertificateSpec spec;
  spec.common_name = "device";
  spec.not_before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::hours(1);
  spec.not_after = spec.not_before + std::chrono::hours(24);
  std::vector<crypto::Certificate> chain;
  chain.push_back(*crypto::make_self_signed(key, spec));
  return tls::Identity{std::move(chain), std::move(key)};
}

// One client process: a tunnel, its control stream.
class TestClient final : public carrier::Dialer, public carrier::SessionUser {
 public:
  TestClient(runtime::Loop& loop, runtime::CancelScope& scope, Door& door, crypto::Digest pin)
      : loop_(loop), door_(door), identity(self_made_identity()), tasks(loop, scope, ignore_error) {
    device_pin = identity.chain.front().pin();
    request = crypto::make_request(identity.key, "laptop");
    tls::ClientOptions options;
    options.by_pin = tls::VerifyByPin{pin};
    options.identity = std::move(identity);
    context.emplace(*tls::Context::client(std::move(options)));
    tunnel.emplace(loop, *this, carrier::ClientOptions{.agent = "test", .device = "laptop", .limits = {}});
    tasks.spawn("client", tunnel->run(*this));
  }
  Task<Result<std::unique_ptr<carrier::Carrier>>> dial() override {
    net::MemoryPair pair = net::make_memory_pair(loop_);
    CO_TRY(co_await door_.knock(std::move(pair.server)));
    CO_TRY_ASSIGN(std::unique_ptr<tls::TlsStream> secured,
                  co_await tls::TlsStream::connect(*context, std::move(pair.client), "gateway"));
    co_return std::unique_ptr<carrier::Carrier>(new carrier::TlsCarrier(loop_, std::move(secured)));
  }
  Task<Result<>> use_session(carrier::Mux& session) override {
    const std::unique_ptr<carrier::MuxStream> control = session.control();
    ChainLink own(*control);
    runtime::TaskScope parts(loop_, tasks.cancel_scope(), ignore_error);
    parts.spawn("writer", own.write_all());
    parts.spawn("reader", read(own));
    link = &own;
    mux = &session;
    ++sessions;
    change.notify_all();
    (void)co_await session.wait_closed();
    if (session.closed()) last_end = *session.closed();
    link = nullptr;
    mux = nullptr;
    parts.cancel();
    co_await parts.join();
    change.notify_all();
    co_return Result<>();
  }
  Task<Result<>> read(ChainLink& from) {
    for (;;) {
      CO_TRY_ASSIGN(const codec::property::Chain chain, co_await from.next());
      CO_TRY_ASSIGN(sync::ControlMessage message, sync::decode_control(chain));
      received.push_back(std::move(message));
      change.notify_all();
    }
  }
  Task<Result<>> connected() {
    while (link == nullptr) CO_TRY(co_await change.wait());
    co_return Result<>();
  }
  // The next message of that kind; others before it are dropped.
  template <class T>
  Task<Result<T>> next() {
    for (;;) {
      while (!received.empty()) {
        sync::ControlMessage message = std::move(received.front());
        received.pop_front();
        if (std::holds_alternative<T>(message)) co_return std::get<T>(std::move(message));
      }
      const Result<> woken = co_await runtime::with_timeout(std::chrono::minutes(5), runtime::wait_for(change));
      if (!woken) co_return tl::unexpected(woken.error());
    }
  }
  void send(const sync::ControlMessage& message) {
    if (link != nullptr) (void)link->send(sync::encode(message));
  }
  void send_login(std::uint32_t handle, const std::string& address, const std::string& password, bool probe = false) {
    sync::LoginRequest login;
    login.account = {handle};
    login.address = address;
    login.password = codec::to_bytes(password);
    login.probe = probe;
    send(std::move(login));
  }
  Task<Result<sync::LoginResult>> login(std::uint32_t handle, std::string address, std::string password) {
    CO_TRY(co_await connected());
    send_login(handle, address, password);
    co_return co_await next<sync::LoginResult>();
  }
  Task<Result<sync::EnrolResult>> enrol(std::string code) {
    CO_TRY(co_await connected());
    sync::EnrolRequest message;
    message.code = code;
    message.device = "laptop";
    message.request = request;
    send(std::move(message));
    co_return co_await next<sync::EnrolResult>();
  }
  // A mail stream, and whose agent greets on it.
  Task<Result<std::unique_ptr<carrier::MuxStream>>> open(std::uint32_t handle) {
    sync::StreamPurpose purpose;
    purpose.account = {handle};
    co_return co_await mux->open(booster::session::Class::Headers, sync::encode_purpose(purpose));
  }
  static Task<Result<std::string>> line(carrier::MuxStream& stream) {
    std::string text;
    Bytes one(1);
    for (;;) {
      CO_TRY(co_await net::read_exactly(stream, one));
      if (one[0] == std::byte{'\n'}) co_return text;
      text.push_back(static_cast<char>(one[0]));
    }
  }
  Task<void> end() {
    tasks.cancel();
    co_await tasks.join();
  }

 private:
  runtime::Loop& loop_;
  Door& door_;

 public:
  tls::Identity identity;
  crypto::Digest device_pin;
  Bytes request;
  std::optional<tls::Context> context;
  std::optional<carrier::TunnelClient> tunnel;
  runtime::TaskScope tasks;
  ChainLink* link = nullptr;
  carrier::Mux* mux = nullptr;
  std::deque<sync::ControlMessage> received;
  runtime::Notify change;
  int sessions = 0;
  std::optional<Error> last_end;
};

struct Gateway {
  Gateway(runtime::Loop& on, runtime::CancelScope& scope, std::size_t workers = 1, std::size_t per_worker = 10)
      : loop(on),
        folder(std::filesystem::path(::testing::TempDir()) /
               (std::string("gateway-") + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                std::to_string(::getpid()))),
        launcher(on, server),
        tasks(on, scope, ignore_error),
        tunnel_tasks(on, scope, ignore_error) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "master") << "m";
    server.passwords = {{"alice@example.org", "a"},
                        {"bob@example.org", "b"},
                        {"carol@example.org", "c"},
                        {"dave@example.org", "d"},
                        {"packetboat", "m"}};
    settings.name = "gateway.example:443";
    settings.state_dir = folder;
    DomainSettings domain;
    domain.domain = "example.org";
    domain.imap.host = "imap.example.org";
    settings.domains.push_back(std::move(domain));
    settings.agents.workers = workers;
    settings.agents.per_worker = per_worker;
    settings.allow_without_device = true;
  }
  void start(Launcher& with) {
    const auto disk = booster::disk::make_posix_disk();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    identity.emplace(*GatewayIdentity::load_or_make(*disk, folder, "gateway.example", now));
    state = *state::SqliteState::open(folder / "front.db");
    front.emplace(loop, settings, *identity, *state, with);
    tls::ServerOptions options{
        .identity = identity->tls_identity(), .ask_for_certificate = true, .oldest = tls::Version::Tls13};
    tunnel.emplace(loop, *tls::Context::server(std::move(options)), "gateway", carrier::ServerLimits{});
    tasks.spawn("front", front->run());
    tunnel_tasks.spawn("tunnel", tunnel->serve(std::vector<net::Listener*>(1, &door), {}, *front));
  }
  Task<Result<>> up() {
    start(launcher);
    co_return co_await front->ready();
  }
  Task<void> end() {
    tunnel_tasks.cancel();
    co_await tunnel_tasks.join();
    tasks.cancel();
    co_await tasks.join();
    std::filesystem::remove_all(folder);
  }
  std::unique_ptr<TestClient> client() {
    return std::make_unique<TestClient>(loop, loop.scope(), door, identity->pin());
  }
  AgentStatusRow agent_of(const std::string& address) const {
    for (AgentStatusRow& row : front->status().agents)
      if (row.account == address) return row;
    return {};
  }
  Task<Result<>> enrol(TestClient& client, std::string address) {
    std::vector<std::string> addresses;
    addresses.push_back(std::move(address));
    CO_TRY_ASSIGN(const Pairing pairing, co_await front->pair(std::move(addresses)));
    CO_TRY_ASSIGN(const sync::EnrolResult result, co_await client.enrol(pairing.code));
    if (!result.ok) co_return fail(Errc::Denied, result.text);
    co_return Result<>();
  }
  runtime::Loop& loop;
  std::filesystem::path folder;
  worker::ScriptedHost::Server server;
  PlayedLauncher launcher;
  GatewaySettings settings;
  Door door;
  std::optional<GatewayIdentity> identity;
  std::unique_ptr<state::SqliteState> state;
  std::optional<Front> front;
  std::optional<carrier::TunnelServer> tunnel;
  runtime::TaskScope tasks;
  runtime::TaskScope tunnel_tasks;
};

}  // namespace proxy::gateway::dispatcher
