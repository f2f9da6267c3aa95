#include "proxy/messaging/cost.h"

#include <gtest/gtest.h>

#include "booster/net/memory_stream.h"
#include "proxy/messaging/message_stream.h"
#include "proxy/sync/items.h"
#include "tests/support/coro_test.h"

namespace proxy::messaging {
namespace {

using booster::runtime::Duration;
using codec::compress::Encoding;
using std::chrono::milliseconds;
namespace net = booster::net;

Cost cost(std::uint64_t raw, std::uint64_t coded, milliseconds cpu = milliseconds(0)) {
  Cost one;
  one.raw = raw;
  one.coded = coded;
  one.cpu = cpu;
  one.by[static_cast<std::size_t>(Encoding::ZstdWindow)] = raw;
  return one;
}

TEST(CostCurve, MessagesShareABlockByTheirOctets) {
  CostCurve curve;
  curve.add(cost(300, 30, milliseconds(3)));
  curve.add(cost(100, 50));
  EXPECT_EQ(curve.up_to(100).coded, 10U);
  EXPECT_EQ(curve.up_to(100).cpu, milliseconds(1));
  EXPECT_EQ(curve.up_to(350).coded, 55U);
  EXPECT_EQ(curve.up_to(400).coded, 80U);
  EXPECT_EQ(curve.total(), curve.up_to(400));
}

TEST(CostCurve, PaddingBelongsToWhatEndedBeforeIt) {
  CostCurve curve;
  curve.add(cost(10, 8));
  curve.add(cost(0, 56));
  curve.add(cost(10, 9));
  EXPECT_EQ(curve.up_to(10).coded, 64U);
  EXPECT_EQ((curve.up_to(20) - curve.up_to(10)).coded, 9U);
}

TEST(CostCurve, WhatIsForgottenStillCounts) {
  CostCurve curve;
  for (std::uint64_t i = 1; i <= 500; ++i) {
    curve.add(cost(7, 3));
    curve.forget_before(i * 7);
    EXPECT_EQ(curve.up_to(i * 7).coded, i * 3);
  }
}

TEST(Cost, SaysWithWhatMostOfItWasCoded) {
  Cost mixed = cost(10, 5);
  mixed.by[static_cast<std::size_t>(Encoding::Mix)] = 11;
  EXPECT_EQ(mostly(mixed), Encoding::Mix);
  EXPECT_EQ(mostly(cost(10, 5)), Encoding::ZstdWindow);
}

// Each look takes a millisecond, whatever was done.
Duration counting_clock() {
  static std::int64_t looks = 0;
  return milliseconds(++looks);
}

Chain sized(std::size_t octets) {
  sync::ItemBlock block;
  for (std::size_t i = 0; i < octets; ++i) block.block.content.push_back(static_cast<std::byte>(i * i >> 3U));
  block.block.written = octets;
  const sync::ItemMessage message = std::move(block);
  return sync::encode(message);
}

CORO_TEST(MessageStream, WhatWasSentIsWhatWasReceivedMessageByMessage) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream sender(std::move(pair.client), {}, Mixing::Refused, counting_clock);
  MessageStream receiver(std::move(pair.server), {}, Mixing::Refused, counting_clock);
  Cost before;
  for (const std::size_t size : {100, 5000, 1}) {
    const Chain chain = sized(size);
    const Result<Cost> sent = co_await sender.send_counted(chain);
    CO_ASSERT_OK(sent);
    CO_ASSERT_OK(co_await receiver.receive());
    const Cost received = receiver.cost_received() - before;
    before = receiver.cost_received();
    EXPECT_EQ(sent->coded, received.coded);
    EXPECT_EQ(sent->raw, received.raw);
    EXPECT_EQ(sent->cpu, milliseconds(1)) << "one block";
    EXPECT_GE(received.cpu, milliseconds(1));
    EXPECT_EQ(mostly(received), Encoding::ZstdWindow);
  }
  EXPECT_EQ(sender.cost_sent().coded, receiver.coded_received());
  EXPECT_EQ(receiver.cost_received().coded, receiver.coded_received());
}

// Whoever waits for others' messages to be written pays for its own.
CORO_TEST(MessageStream, MessagesInOneBlockShareIt) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream sender(std::move(pair.client));
  const Chain small = sized(100);
  const Chain large = sized(9900);
  CO_ASSERT_OK(co_await sender.batch(large));
  const Result<Cost> sent = co_await sender.send_counted(small);
  CO_ASSERT_OK(sent);
  EXPECT_LT(sent->raw, 150U);
  EXPECT_LT(sent->coded * 50, sender.cost_sent().coded);
}

CORO_TEST(MessageStream, PaddingIsPaidByWhatStoodAlone) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream sender(std::move(pair.client));
  MessageStream receiver(std::move(pair.server));
  const Chain chain = sized(300);
  const std::vector<Chain> heads(1, chain);
  CO_ASSERT_OK(co_await sender.begin_alone(kAlone, heads, Bytes()));
  CO_ASSERT_OK(co_await sender.send(chain));
  CO_ASSERT_OK(co_await sender.end_alone());
  CO_ASSERT_OK(co_await sender.finish());
  CO_ASSERT_OK(co_await receiver.receive());
  CO_ASSERT_OK(co_await receiver.receive());
  EXPECT_EQ((co_await receiver.receive()).error().code, Errc::Closed);
  EXPECT_EQ(receiver.cost_received().coded % kPadding, 0U);
  EXPECT_EQ(receiver.cost_received().coded, sender.cost_sent().coded);
}

CORO_TEST(MessageStream, WhatStandsAloneNeedsNoHead) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream sender(std::move(pair.client));
  MessageStream receiver(std::move(pair.server));
  const Chain chain = sized(300);
  const std::vector<Chain> none;
  CO_ASSERT_OK(co_await sender.begin_alone(kAlone, none, Bytes()));
  CO_ASSERT_OK(co_await sender.send(chain));
  CO_ASSERT_OK(co_await sender.end_alone());
  const Result<Chain> received = co_await receiver.receive();
  CO_ASSERT_OK(received);
  EXPECT_TRUE(*received == chain);
}

}  // namespace
}  // namespace proxy::messaging
