#include "booster/net/memory_stream.h"
#include "booster/net/tcp.h"
#include "proxy/flow/flow_worker.h"
#include "proxy/flow/interceptor.h"
#include "tests/support/coro_test.h"

namespace proxy::flow {
namespace {

namespace carrier = booster::carrier;
namespace net = booster::net;
namespace runtime = booster::runtime;

class OneMux final : public MuxSource {
 public:
  carrier::Mux* present_mux() override { return mux; }
  carrier::Mux* mux = nullptr;
};

Task<Result<>> quietly(Task<Result<>> task) {
  Task<Result<>> own = std::move(task);
  (void)co_await std::move(own);
  co_return Result<>();
}

// A program, an interceptor, a session in memory, a flow worker and a real server on loopback.
struct World {
  World(runtime::Loop& loop, runtime::CancelScope& scope, EgressRules rules)
      : client(loop, booster::session::Role::Client, flow_worker_limits()),
        wires(net::make_memory_pair(loop)),
        interceptor(loop, source),
        tasks(loop, scope) {
    source.mux = &client;
    door = *net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"));
    server = *net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"));
    tasks.spawn("client", quietly(client.carry(*wires.client)));
    tasks.spawn("flow worker", quietly(serve_flow_worker(loop, std::move(wires.server), std::move(rules))));
    tasks.spawn("interceptor", quietly(interceptor.serve(*door)));
  }
  Task<void> end() {
    tasks.cancel();
    co_await tasks.join();
  }
  OneMux source;
  carrier::Mux client;
  net::MemoryPair wires;
  Interceptor interceptor;
  std::unique_ptr<net::Listener> door;
  std::unique_ptr<net::Listener> server;
  runtime::TaskScope tasks;
};

EgressRules loopback_rule() {
  std::vector<EgressRule> list;
  list.push_back(*EgressRule::parse("127.0.0.0/8:*"));
  return EgressRules(std::move(list));
}

Task<Result<>> serve_greeting(net::Listener& listener) {
  CO_TRY_ASSIGN(net::StreamPtr stream, co_await listener.accept());
  Bytes question(4);
  CO_TRY(co_await net::read_exactly(*stream, question));
  EXPECT_EQ(as_text(question), "ask\n");
  Bytes more(1);
  CO_TRY_ASSIGN(const std::size_t count, co_await stream->read(more));
  EXPECT_EQ(count, 0U);  // the program's half-close arrived
  CO_TRY(co_await stream->write(as_bytes("answer\n")));
  co_return co_await stream->finish();
}

Task<Result<std::string>> read_all(net::Stream& stream) {
  std::string all;
  Bytes buffer(1000);
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await stream.read(buffer));
    if (count == 0) co_return all;
    all += as_text(ByteView(buffer).first(count));
  }
}

CORO_TEST_REAL(Flow, ConnectCarriesBothWaysAndKeepsHalfClose) {
  World world(loop, co_await runtime::current_cancel(), loopback_rule());
  world.tasks.spawn("server", serve_greeting(*world.server));
  auto program = co_await net::connect(world.door->local());
  CO_ASSERT_OK(program);
  const std::string head = "CONNECT " + world.server->local().to_string() + " HTTP/1.1\r\n\r\nask\n";
  CO_ASSERT_OK(co_await (*program)->write(as_bytes(head)));
  CO_ASSERT_OK(co_await (*program)->finish());
  const Result<std::string> answer = co_await read_all(**program);
  CO_ASSERT_OK(answer);
  EXPECT_EQ(*answer, "HTTP/1.1 200 Connection established\r\n\r\nanswer\n");
  co_await world.end();
}

CORO_TEST_REAL(Flow, ARefusedPortIsARefusal) {
  World world(loop, co_await runtime::current_cancel(), loopback_rule());
  const net::Address closed = world.server->local();
  world.server->close();
  auto program = co_await net::connect(world.door->local());
  CO_ASSERT_OK(program);
  Bytes request{std::byte{5}, std::byte{1},   std::byte{0}, std::byte{5}, std::byte{1}, std::byte{0},
                std::byte{1}, std::byte{127}, std::byte{0}, std::byte{0}, std::byte{1}};
  codec::ByteWriter(request).u16(closed.port());
  CO_ASSERT_OK(co_await (*program)->write(request));
  const Result<std::string> answer = co_await read_all(**program);
  CO_ASSERT_OK(answer);
  CO_ASSERT_TRUE(answer->size() == 12);
  EXPECT_EQ((*answer)[3], 5);
  co_await world.end();
}

CORO_TEST_REAL(Flow, WhatIsNotAllowedIsRefusedByTheGateway) {
  World world(loop, co_await runtime::current_cancel(), EgressRules());
  auto program = co_await net::connect(world.door->local());
  CO_ASSERT_OK(program);
  CO_ASSERT_OK(co_await (*program)->write(as_bytes("CONNECT 127.0.0.1:25 HTTP/1.1\r\n\r\n")));
  const Result<std::string> answer = co_await read_all(**program);
  CO_ASSERT_OK(answer);
  EXPECT_TRUE(answer->starts_with("HTTP/1.1 403 ")) << *answer;
  EXPECT_NE(answer->find("flow.allow"), std::string::npos);
  co_await world.end();
}

}  // namespace
}  // namespace proxy::flow
