// The Stream interface's conformance suite, run over every kind of pair.
#include "booster/net/stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include "booster/net/memory_stream.h"
#include "booster/net/socket_options.h"
#include "booster/net/tcp.h"
#include "tests/support/coro_test.h"

namespace booster::net {
namespace {

Task<Result<>> accept_one(Listener& listener, StreamPtr& into) {
  CO_TRY_ASSIGN(into, co_await listener.accept());
  co_return Result<>();
}

Task<Result<MemoryPair>> connected_pair(runtime::Loop& loop, Address address) {
  CO_TRY_ASSIGN(const std::unique_ptr<Listener> listener, Listener::open(loop, address));
  MemoryPair pair;
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("accept", accept_one(*listener, pair.server));
  Result<StreamPtr> client = co_await connect(listener->local());
  co_await scope.join();
  if (!client) co_return tl::unexpected(client.error());
  pair.client = *std::move(client);
  co_return pair;
}

Task<Result<>> send_all(Stream& stream, const Bytes& bytes) {
  CO_TRY(co_await stream.write(bytes));
  co_return co_await stream.finish();
}

Task<Result<Bytes>> receive_all(Stream& stream) {
  Bytes all;
  Bytes buffer(7919);
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await stream.read(buffer));
    if (count == 0) co_return all;
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

Task<void> conforms(runtime::Loop& loop, MemoryPair pair) {
  Bytes large(3'000'000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::byte>(i * 31 + i / 251);
  {  // a large transfer, then half-close, while the other direction still works
    runtime::TaskScope scope(loop, co_await runtime::current_cancel());
    scope.spawn("send", send_all(*pair.client, large));
    const Result<Bytes> got = co_await receive_all(*pair.server);
    co_await scope.join();
    CO_ASSERT_OK(got);
    EXPECT_TRUE(*got == large);
  }
  CO_ASSERT_OK(co_await pair.server->write(as_bytes("still here")));
  Bytes reply(10);
  CO_ASSERT_OK(co_await read_exactly(*pair.client, reply));
  EXPECT_EQ(as_text(reply), "still here");
  {  // a cancelled read loses nothing
    const Result<std::size_t> timed_out =
        co_await runtime::with_timeout(std::chrono::milliseconds(20), pair.client->read(reply));
    EXPECT_EQ(timed_out.error().code, Errc::Timeout);
    CO_ASSERT_OK(co_await pair.server->write(as_bytes("0123456789")));
    CO_ASSERT_OK(co_await read_exactly(*pair.client, reply));
    EXPECT_EQ(as_text(reply), "0123456789");
  }
  pair.server->close();
  EXPECT_FALSE(co_await pair.server->write(as_bytes("x")));
  const Result<std::size_t> end = co_await pair.client->read(reply);
  EXPECT_TRUE(!end || *end == 0);
}

CORO_TEST(StreamConformance, Memory) {
  co_await conforms(loop, make_memory_pair(loop));
}

CORO_TEST_REAL(StreamConformance, Tcp) {
  auto pair = co_await connected_pair(loop, *Address::parse("127.0.0.1:0"));
  CO_ASSERT_OK(pair);
  co_await conforms(loop, *std::move(pair));
}

CORO_TEST_REAL(StreamConformance, UnixSocketPair) {
  const auto ends = socket_pair();
  MemoryPair pair;
  pair.client = *adopt_fd(loop, ends->first);
  pair.server = *adopt_fd(loop, ends->second);
  co_await conforms(loop, std::move(pair));
}

CORO_TEST_REAL(UvStream, WhatComesWhileNobodyReadsIsReadLater) {
  Result<MemoryPair> pair = co_await connected_pair(loop, *Address::parse("127.0.0.1:0"));
  CO_ASSERT_OK(pair);
  Bytes buffer(100);
  CO_ASSERT_OK(co_await pair->client->write(as_bytes("one")));
  EXPECT_EQ((co_await pair->server->read(buffer)).value_or(0), 3U);
  // Whoever hears of the other pair's octet has been through a look of the loop at this one's.
  Result<MemoryPair> other = co_await connected_pair(loop, *Address::parse("127.0.0.1:0"));
  CO_ASSERT_OK(other);
  Bytes octet(1);
  CO_ASSERT_OK(co_await pair->client->write(as_bytes("two")));
  CO_ASSERT_OK(co_await other->client->write(as_bytes("x")));
  CO_ASSERT_OK(co_await other->server->read(octet));
  CO_ASSERT_OK(co_await pair->client->finish());
  CO_ASSERT_OK(co_await other->client->write(as_bytes("x")));
  CO_ASSERT_OK(co_await other->server->read(octet));
  EXPECT_EQ(as_text(*co_await receive_all(*pair->server)), "two");
}

CORO_TEST_REAL(SocketOptions, OnlyAUnixSocketIsLocal) {
  Result<MemoryPair> pair = co_await connected_pair(loop, *Address::parse("127.0.0.1:0"));
  CO_ASSERT_OK(pair);
  EXPECT_FALSE(is_local_socket(pair->client->fd()));
  EXPECT_FALSE(is_local_socket(-1));
  int ends[2] = {-1, -1};
  CO_ASSERT_TRUE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  EXPECT_TRUE(is_local_socket(ends[0]));
  for (const int end : ends) ::close(end);
}

CORO_TEST_REAL(Connect, ARefusalIsUnreachableAndNamesTheAddress) {
  Address free_port = *Address::parse("127.0.0.1:0");
  {
    auto listener = Listener::open(loop, free_port);
    free_port = (*listener)->local();
  }
  const Result<StreamPtr> stream = co_await connect(free_port);
  CO_ASSERT_TRUE(!stream);
  EXPECT_EQ(stream.error().code, Errc::Unreachable);
  EXPECT_NE(stream.error().what.find(free_port.to_string()), std::string::npos);
}

CORO_TEST_REAL(Resolve, KnowsLiteralsAndTheHostsFile) {
  const auto literal = co_await resolve("192.0.2.7", 25);
  CO_ASSERT_OK(literal);
  EXPECT_EQ(literal->front().to_string(), "192.0.2.7:25");
  const auto local = co_await resolve("localhost", 25);
  CO_ASSERT_OK(local);
  EXPECT_TRUE(local->front().is_loopback());
}

CORO_TEST(Splice, CarriesBothWaysAndEndsWhenBothFinished) {
  MemoryPair left = make_memory_pair(loop);
  MemoryPair right = make_memory_pair(loop);
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("splice", splice(*left.server, *right.client));
  CO_ASSERT_OK(co_await left.client->write(as_bytes("ping")));
  CO_ASSERT_OK(co_await left.client->finish());
  EXPECT_EQ(as_text(*co_await receive_all(*right.server)), "ping");
  CO_ASSERT_OK(co_await right.server->write(as_bytes("pong")));
  CO_ASSERT_OK(co_await right.server->finish());
  EXPECT_EQ(as_text(*co_await receive_all(*left.client)), "pong");
  co_await scope.join();
}

}  // namespace
}  // namespace booster::net
