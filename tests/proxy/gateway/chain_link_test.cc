#include "proxy/gateway/chain_link.h"

#include "booster/net/memory_stream.h"
#include "tests/support/coro_test.h"

namespace proxy::gateway {
namespace {

namespace runtime = booster::runtime;
using codec::property::Chain;
using codec::property::Property;
using codec::property::Type;

constexpr Property<Type::Bytes> kValue{0x01, "value"};

Chain chain_of(std::size_t size) {
  Chain chain;
  chain.add(kValue, Bytes(size, std::byte{'x'}));
  return chain;
}

CORO_TEST(ChainLink, ChainsArriveInOrderAndWhole) {
  booster::net::MemoryPair pair = booster::net::make_memory_pair(loop);
  ChainLink near(*pair.client);
  ChainLink far(*pair.server);
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope tasks(loop, co_await runtime::current_cancel(), ignore);
  tasks.spawn("writer", near.write_all());
  for (std::size_t size = 0; size < 12000; size += 997) CO_ASSERT_OK(near.send(chain_of(size)));
  for (std::size_t size = 0; size < 12000; size += 997) {
    const auto chain = co_await far.next();
    CO_ASSERT_OK(chain);
    EXPECT_EQ(*chain, chain_of(size));
  }
  CO_ASSERT_OK(co_await near.flushed());
  tasks.cancel();
  co_await tasks.join();
}

CORO_TEST(ChainLink, WhatIsTooLongOrTooMuchIsRefusedAtTheSender) {
  booster::net::MemoryPair pair = booster::net::make_memory_pair(loop);
  ChainLink near(*pair.client);
  EXPECT_EQ(near.send(chain_of(17 * 1024)).error().code, Errc::Limit);
  Result<> sent;
  for (std::size_t i = 0; i < 2000 && sent; ++i) sent = near.send(chain_of(1000));
  CO_ASSERT_TRUE(!sent);
  EXPECT_EQ(sent.error().code, Errc::Full);
}

CORO_TEST(ChainLink, AnEndWithinAMessageIsAProtocolError) {
  booster::net::MemoryPair pair = booster::net::make_memory_pair(loop);
  ChainLink far(*pair.server);
  const Bytes half{std::byte{20}, std::byte{1}};
  CO_ASSERT_OK(co_await pair.client->write(half));
  CO_ASSERT_OK(co_await pair.client->finish());
  const auto chain = co_await far.next();
  CO_ASSERT_TRUE(!chain);
  EXPECT_EQ(chain.error().code, Errc::Protocol);
}

}  // namespace
}  // namespace proxy::gateway
