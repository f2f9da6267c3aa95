#include "booster/carrier/mux.h"

#include "booster/net/memory_stream.h"
#include "tests/booster/carrier/write_and_finish.h"
#include "tests/support/coro_test.h"

namespace booster::carrier {
namespace {

using session::Class;
using session::Role;
using std::chrono::milliseconds;
using std::chrono::seconds;

Task<Result<>> carry_quietly(Mux& mux, net::Stream& wire) {
  (void)co_await mux.carry(wire);
  co_return Result<>();
}

// Two muxes over one memory link for as long as the object lives; end() before it goes.
struct Linked {
  Linked(runtime::Loop& loop, runtime::CancelScope& scope, const net::MemoryLink& link)
      : client(loop, Role::Client),
        gateway(loop, Role::Gateway),
        wires(net::make_memory_pair(loop, link)),
        tasks(loop, scope, [](const std::string&, const Error&) {}) {
    tasks.spawn("client carrier", carry_quietly(client, *wires.client));
    tasks.spawn("gateway carrier", carry_quietly(gateway, *wires.server));
  }
  Task<void> end() {
    tasks.cancel();
    co_await tasks.join();
  }
  Mux client;
  Mux gateway;
  net::MemoryPair wires;
  runtime::TaskScope tasks;
};

Task<Result<>> echo_one(Mux& mux) {
  CO_TRY_ASSIGN(Incoming incoming, co_await mux.accept());
  EXPECT_EQ(as_text(incoming.metadata), "what it is");
  CO_TRY(co_await net::copy_until_end(*incoming.stream, *incoming.stream));
  CO_TRY(co_await incoming.stream->delivered());
  co_return Result<>();
}

CORO_TEST(Mux, AStreamEchoesAMegabyteAndEndsInOrder) {
  net::MemoryLink link;
  link.delay = milliseconds(50);
  Linked linked(loop, co_await runtime::current_cancel(), link);
  linked.tasks.spawn("echo", echo_one(linked.gateway));
  auto stream = co_await linked.client.open(Class::Bodies, codec::to_bytes("what it is"));
  CO_ASSERT_OK(stream);
  Bytes sent(1'000'000);
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::byte>(i * 7 + i / 255);
  linked.tasks.spawn("write", write_and_finish(**stream, sent));
  Bytes got;
  Bytes buffer(10'000);
  for (;;) {
    const Result<std::size_t> count = co_await (*stream)->read(buffer);
    CO_ASSERT_OK(count);
    if (*count == 0) break;
    got.insert(got.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
  }
  EXPECT_TRUE(got == sent);
  (void)co_await runtime::sleep_for(seconds(1));
  (*stream)->close();
  co_await linked.end();
}

CORO_TEST(Mux, ADroppedStreamTellsItsPeer) {
  const net::MemoryLink quick;
  Linked linked(loop, co_await runtime::current_cancel(), quick);
  {
    auto stream = co_await linked.client.open(Class::Bodies, Bytes());
    CO_ASSERT_OK(stream);
    CO_ASSERT_OK(co_await (*stream)->write(as_bytes("half")));
  }
  Result<Incoming> incoming = co_await linked.gateway.accept();
  CO_ASSERT_OK(incoming);
  Bytes buffer(100);
  Result<std::size_t> count = co_await incoming->stream->read(buffer);
  while (count && *count > 0) count = co_await incoming->stream->read(buffer);
  EXPECT_FALSE(count);
  incoming->stream->close();
  co_await linked.end();
}

CORO_TEST(Mux, CloseReachesThePeerWithItsReason) {
  const net::MemoryLink quick;
  Linked linked(loop, co_await runtime::current_cancel(), quick);
  (void)co_await runtime::sleep_for(seconds(1));
  linked.client.close(Error(Errc::Closed, "going home"));
  const Result<Incoming> incoming = co_await linked.gateway.accept();
  CO_ASSERT_TRUE(!incoming);
  EXPECT_EQ(incoming.error().code, Errc::Closed);
  EXPECT_NE(incoming.error().what.find("going home"), std::string::npos);
  co_await linked.end();
}

// A large body under way delays an interactive answer by one record at most: 16 KiB at 64 kB/s are a quarter second.
CORO_TEST(Mux, AnInteractiveStreamOvertakesABody) {
  net::MemoryLink link;
  link.delay = milliseconds(10);
  link.bytes_per_second = 64 * 1024;
  link.buffer = 16 * 1024;  // what a kernel with TCP_NOTSENT_LOWAT holds
  Linked linked(loop, co_await runtime::current_cancel(), link);
  auto body = co_await linked.client.open(Class::Attachments, Bytes());
  CO_ASSERT_OK(body);
  const Bytes large(4'000'000);
  linked.tasks.spawn("body", write_and_finish(**body, large));
  (void)co_await runtime::sleep_for(seconds(5));
  const runtime::TimePoint asked = loop.now();
  auto quick = co_await linked.client.open(Class::Interactive, codec::to_bytes("quick"));
  CO_ASSERT_OK(quick);
  CO_ASSERT_OK(co_await (*quick)->write(as_bytes("now")));
  std::vector<Incoming> all;
  while (all.empty() || as_text(all.back().metadata) != "quick") {
    Result<Incoming> incoming = co_await linked.gateway.accept();
    CO_ASSERT_OK(incoming);
    all.push_back(*std::move(incoming));
  }
  Bytes buffer(3);
  CO_ASSERT_OK(co_await net::read_exactly(*all.back().stream, buffer));
  EXPECT_LE(loop.now() - asked, milliseconds(10 + 250 + 250 + 60));
  all.clear();
  (*body)->close();
  (*quick)->close();
  co_await linked.end();
}

}  // namespace
}  // namespace booster::carrier
