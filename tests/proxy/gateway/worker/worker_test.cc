#include "proxy/gateway/worker/worker.h"

#include "booster/net/memory_stream.h"
#include "tests/proxy/gateway/worker/scripted_host.h"
#include "tests/support/coro_test.h"

namespace proxy::gateway::worker {
namespace {

namespace carrier = booster::carrier;
namespace runtime = booster::runtime;
using Code = sync::LoginResult::Code;

// A worker and the front's end of its socket.
struct World {
  World(runtime::Loop& loop, runtime::CancelScope& scope)
      : host(loop, server),
        pair(booster::net::make_memory_pair(loop)),
        mux(loop, booster::session::Role::Client, worker_limits()),
        control(mux.control()),
        link(*control),
        tasks(loop, scope, ignore) {
    server.passwords = {{"alice@example.org", "a"}};
    tasks.spawn("worker", serve_worker(loop, std::move(pair.server), host));
    tasks.spawn("carry", mux.carry(*pair.client));
    tasks.spawn("writer", link.write_all());
  }
  static void ignore(const std::string&, const Error&) {}
  void send(const Message& message) { EXPECT_TRUE(link.send(encode(message))); }
  template <class T>
  Task<Result<T>> receive() {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await link.next());
    CO_TRY_ASSIGN(Message message, decode_message(chain));
    if (!std::holds_alternative<T>(message)) co_return fail(Errc::Protocol, "another message");
    co_return std::get<T>(std::move(message));
  }
  static AgentSpec spec(const std::string& password) {
    AgentSpec made;
    made.account = *make_account("alice@example.org", "");
    made.imap.host = "imap.example.org";
    made.credential.login = "alice@example.org";
    made.credential.password = booster::crypto::Secret::of_text(password);
    return made;
  }
  Task<void> end() {
    tasks.cancel();
    co_await tasks.join();
  }
  ScriptedHost::Server server;
  ScriptedHost host;
  booster::net::MemoryPair pair;
  carrier::Mux mux;
  std::unique_ptr<carrier::MuxStream> control;
  ChainLink link;
  runtime::TaskScope tasks;
};

CORO_TEST(Worker, AnAgentIsAssignedADeviceAttachedAndItsStreamServed) {
  World world(loop, co_await runtime::current_cancel());
  world.send(Assign{CallId{1}, AgentId{9}, World::spec("a")});
  auto outcome = co_await world.receive<Outcome>();
  CO_ASSERT_OK(outcome);
  EXPECT_EQ(outcome->call, CallId{1});
  EXPECT_TRUE(outcome->outcome.ok());
  world.send(Attach{CallId{2}, AgentId{9}, DeviceSessionId{4}, "laptop", "192.0.2.1"});
  outcome = co_await world.receive<Outcome>();
  CO_ASSERT_OK(outcome);
  EXPECT_TRUE(outcome->outcome.ok());
  world.send(Link{AgentId{9}, DeviceSessionId{4}, {200'000}});
  {
    const StreamTicket ticket{AgentId{9}, DeviceSessionId{4}, sync::MailPurpose::Sync};
    const auto stream = co_await world.mux.open(booster::session::Class::Headers, encode_ticket(ticket));
    CO_ASSERT_OK(stream);
    Bytes greeting(18);
    CO_ASSERT_OK(co_await booster::net::read_exactly(**stream, greeting));
    EXPECT_EQ(codec::to_string(ByteView(greeting)), "alice@example.org\n");
  }
  EXPECT_EQ(world.host.rates[DeviceSessionId{4}].value, 200'000U);
  world.send(Release{AgentId{9}});
  const auto ended = co_await world.receive<AgentEnded>();
  CO_ASSERT_OK(ended);
  EXPECT_TRUE(ended->outcome.ok());
  co_await world.end();
}

CORO_TEST(Worker, AnAgentKeepsAPasswordThatIsProvedAnew) {
  World world(loop, co_await runtime::current_cancel());
  world.send(Assign{CallId{1}, AgentId{9}, World::spec("a")});
  CO_ASSERT_OK(co_await world.receive<Outcome>());
  world.send(Verify{CallId{2}, World::spec("wrong"), AgentId{9}});
  CO_ASSERT_OK(co_await world.receive<Outcome>());
  EXPECT_EQ(world.host.renewed, 0);
  world.server.passwords["alice@example.org"] = "b";  // changed at the mail server
  world.send(Verify{CallId{3}, World::spec("b"), AgentId{9}});
  const auto outcome = co_await world.receive<Outcome>();
  CO_ASSERT_OK(outcome);
  EXPECT_TRUE(outcome->outcome.ok());
  EXPECT_EQ(world.host.renewed, 1);
  co_await world.end();
}

CORO_TEST(Worker, AWrongPasswordLeavesNoAgentAndAStreamForNobodyIsReset) {
  World world(loop, co_await runtime::current_cancel());
  world.send(Assign{CallId{1}, AgentId{9}, World::spec("wrong")});
  auto outcome = co_await world.receive<Outcome>();
  CO_ASSERT_OK(outcome);
  EXPECT_EQ(outcome->outcome.code, Code::Refused);
  world.send(Attach{CallId{2}, AgentId{9}, DeviceSessionId{4}, "laptop", ""});
  outcome = co_await world.receive<Outcome>();
  CO_ASSERT_OK(outcome);
  EXPECT_EQ(outcome->outcome.code, Code::Failed);
  {
    const StreamTicket ticket{AgentId{9}, DeviceSessionId{4}, sync::MailPurpose::Sync};
    const auto stream = co_await world.mux.open(booster::session::Class::Headers, encode_ticket(ticket));
    CO_ASSERT_OK(stream);
    Bytes buffer(16);
    EXPECT_FALSE(co_await (*stream)->read(buffer));
  }
  co_await world.end();
}

CORO_TEST(Worker, ItEndsWhenTheFrontIsGone) {
  World world(loop, co_await runtime::current_cancel());
  world.pair.client->close();
  while (world.tasks.running() == 3) CO_ASSERT_OK(co_await world.tasks.one_ended().wait());
  world.tasks.cancel();
  co_await world.tasks.join();
  EXPECT_EQ(world.tasks.running(), 0U);
}

}  // namespace
}  // namespace proxy::gateway::worker
