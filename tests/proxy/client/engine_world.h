// One account's engine, its store in memory and a scripted agent at the other end of a link in virtual time.
#pragma once
#include "booster/net/memory_stream.h"
#include "booster/runtime/timer.h"
#include "proxy/client/account_engine.h"
#include "tests/proxy/client/memory_account.h"
#include "tests/support/coro_test.h"
#include "tests/support/scripted_agent.h"

namespace proxy::client {

namespace carrier = booster::carrier;
namespace net = booster::net;
namespace runtime = booster::runtime;
using booster::crypto::Secret;
using support::MemoryAccount;
using support::ScriptedAgent;

inline constexpr MailboxId kInbox{1};  // the scripted agent has no other
inline constexpr LocalUid kFirst{1};

inline Bytes octets_of(std::size_t size, std::uint32_t seed) {
  Bytes octets(size);
  for (std::byte& octet : octets) {
    seed = seed * 1664525 + 1013904223;
    octet = static_cast<std::byte>(seed >> 24);
  }
  return octets;
}

class FixedPassword final : public Credentials {
 public:
  std::string text = "first";
  Task<Result<std::optional<Secret>>> password() override {
    std::optional<Secret> secret(Secret::of_text(text));
    co_return std::move(secret);
  }
};

inline Task<Result<>> carry_quietly(carrier::Mux& mux, net::Stream& wire) {
  (void)co_await mux.carry(wire);
  co_return Result<>();
}

// One client account and its gateway; a session at a time.
struct World {
  explicit World(runtime::Loop& of) : loop(of), router(of), engine(of, account, password, events, options_with_link()) {
    router.add(sync::AccountHandle{1}, engine);
  }
  static EngineOptions options() {
    EngineOptions options;
    options.account = sync::AccountHandle{1};
    options.address = "alice@example.org";
    return options;
  }
  EngineOptions options_with_link() {
    EngineOptions made = options();
    made.link_up = [this] { return link_up; };
    return made;
  }
  // A session from its begin until `length` is over, then it is lost.
  Task<Result<>> session_for(runtime::Duration length, net::MemoryLink link = {}) {
    const runtime::Surroundings here = co_await runtime::surroundings();
    carrier::Mux client(loop, booster::session::Role::Client);
    carrier::Mux gateway(loop, booster::session::Role::Gateway);
    const net::MemoryPair wires = net::make_memory_pair(loop, link);
    runtime::TaskScope tasks(loop, *here.scope, [](const std::string&, const Error&) {});
    tasks.spawn("client carrier", carry_quietly(client, *wires.client));
    tasks.spawn("gateway carrier", carry_quietly(gateway, *wires.server));
    tasks.spawn("agent", agent.serve(gateway));
    tasks.spawn("client", router.use_session(client));
    const Result<> slept = co_await runtime::sleep_for(length);
    tasks.cancel();
    co_await tasks.join();
    co_return slept;
  }
  // Runs `during` beside a session that lasts until it is done.
  Task<void> with_session(Task<Result<>> during, net::MemoryLink link = {}) {
    Task<Result<>> own = std::move(during);
    const runtime::Surroundings here = co_await runtime::surroundings();
    runtime::TaskScope tasks(loop, *here.scope, [](const std::string&, const Error&) {});
    tasks.spawn("session", session_for(std::chrono::hours(10), link));
    const Result<> done = co_await std::move(own);
    EXPECT_TRUE(done) << (done ? std::string() : to_string(done.error()));
    tasks.cancel();
    co_await tasks.join();
  }
  bool bodies_equal() const {
    for (const auto& [uid, octets] : agent.mails) {
      const auto found = account.messages.find(uid);
      if (found == account.messages.end() || !found->second.whole || found->second.part != octets) return false;
    }
    return true;
  }

  runtime::Loop& loop;
  bool link_up = true;  // as the tunnel says
  MemoryAccount account;
  FixedPassword password;
  events::Events events;
  ScriptedAgent agent;
  SessionRouter router;
  AccountEngine engine;
};

}  // namespace proxy::client
