#include "booster/net/memory_stream.h"

#include "tests/support/coro_test.h"

namespace booster::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<Result<>> echo(Stream& stream, int rounds) {
  Bytes buffer(100);
  for (int i = 0; i < rounds; ++i) {
    CO_TRY(co_await read_exactly(stream, buffer));
    CO_TRY(co_await stream.write(buffer));
  }
  co_return Result<>();
}

CORO_TEST(MemoryStream, TenRoundTripsOverASlowLinkTakeEightSeconds) {
  MemoryLink link;
  link.delay = milliseconds(300);
  link.bytes_per_second = 1000;
  MemoryPair pair = make_memory_pair(loop, link);
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("echo", echo(*pair.server, 10));
  const runtime::TimePoint start = loop.now();
  Bytes buffer(100);
  for (int i = 0; i < 10; ++i) {
    CO_ASSERT_OK(co_await pair.client->write(buffer));
    CO_ASSERT_OK(co_await read_exactly(*pair.client, buffer));
  }
  EXPECT_EQ(loop.now() - start, seconds(8));
  co_await scope.join();
}

CORO_TEST(MemoryStream, FinishIsSeenAfterTheLastByte) {
  MemoryPair pair = make_memory_pair(loop);
  CO_ASSERT_OK(co_await pair.client->write(as_bytes("bye")));
  CO_ASSERT_OK(co_await pair.client->finish());
  Bytes buffer(10);
  EXPECT_EQ(*co_await pair.server->read(buffer), 3U);
  EXPECT_EQ(*co_await pair.server->read(buffer), 0U);
}

Task<Result<>> read_until_closed(Stream& stream, Errc& seen) {
  Bytes buffer(10);
  const Result<std::size_t> count = co_await stream.read(buffer);
  if (!count) seen = count.error().code;
  co_return Result<>();
}

CORO_TEST(MemoryStream, CloseEndsAPendingRead) {
  MemoryPair pair = make_memory_pair(loop);
  Errc seen = Errc::Io;
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("reader", read_until_closed(*pair.server, seen));
  (void)co_await runtime::sleep_for(seconds(1));
  pair.client->close();
  co_await scope.join();
  EXPECT_EQ(seen, Errc::Closed);
}

}  // namespace
}  // namespace booster::net
