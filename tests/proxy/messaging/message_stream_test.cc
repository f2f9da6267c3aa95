#include "proxy/messaging/message_stream.h"

#include <random>

#include "booster/net/memory_stream.h"
#include "proxy/messaging/frame_stream.h"
#include "proxy/sync/items.h"
#include "tests/support/coro_test.h"

namespace proxy::messaging {
namespace {

namespace net = booster::net;
namespace runtime = booster::runtime;

sync::ItemMessage block(std::size_t number) {
  sync::ItemBlock message;
  message.offset = number;
  std::string text;
  while (text.size() < 20'000) text += "line " + std::to_string(number) + " of a mail that repeats itself\r\n";
  message.block.content = codec::to_bytes(text);
  message.block.written = text.size();
  return message;
}

Task<Result<>> send_blocks(MessageStream& stream, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Chain chain = sync::encode(block(i));
    CO_TRY(co_await stream.batch(chain));
  }
  co_return co_await stream.finish();
}

CORO_TEST(MessageStream, MessagesArriveInOrderAndSmaller) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream sender(std::move(pair.client));
  MessageStream receiver(std::move(pair.server));
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("send", send_blocks(sender, 40));
  for (std::size_t i = 0; i < 40; ++i) {
    const Result<Chain> chain = co_await receiver.receive();
    CO_ASSERT_OK(chain);
    const auto message = sync::decode_item(*chain);
    CO_ASSERT_OK(message);
    EXPECT_TRUE(*message == block(i));
  }
  const Result<Chain> end = co_await receiver.receive();
  EXPECT_EQ(end.error().code, Errc::Closed);
  co_await scope.join();
  EXPECT_LT(sender.coded_sent(), sender.raw_sent() / 20);
  EXPECT_EQ(sender.coded_sent(), receiver.coded_received());
}

// Only a receiver that gives a decoder its memory and time takes it.
CORO_TEST(MessageStream, ContextMixingIsTakenOrRefused) {
  for (const Mixing mixing : {Mixing::Taken, Mixing::Refused}) {
    net::MemoryPair pair = net::make_memory_pair(loop);
    MessageStream sender(std::move(pair.client), {.encoding = codec::compress::Encoding::Mix});
    MessageStream receiver(std::move(pair.server), {}, mixing);
    auto ignore = [](const std::string&, const Error&) {};  // the sender of what is refused
    runtime::TaskScope scope(loop, co_await runtime::current_cancel(), ignore);
    scope.spawn("send", send_blocks(sender, 4));
    for (std::size_t i = 0; i < 4; ++i) {
      const Result<Chain> chain = co_await receiver.receive();
      if (mixing == Mixing::Refused) {
        EXPECT_EQ(chain.error().code, Errc::Unsupported);
        receiver.close();
        break;
      }
      CO_ASSERT_OK(chain);
      EXPECT_TRUE(*sync::decode_item(*chain) == block(i));
    }
    scope.cancel();
    co_await scope.join();
  }
}

CORO_TEST(MessageStream, OptionsChangeWithoutTheReceiverBeingTold) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream sender(std::move(pair.client));
  MessageStream receiver(std::move(pair.server));
  sync::ItemBlock picture;
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) picture.block.content.push_back(static_cast<std::byte>(random()));
  picture.block.written = picture.block.content.size();
  const sync::ItemMessage sent = picture;
  const Chain chain = sync::encode(sent);
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    if (i == 2) CO_ASSERT_OK(co_await sender.use(kBulk));
    if (i == 3) CO_ASSERT_OK(co_await sender.use(kBulk));
    if (i == 4) CO_ASSERT_OK(co_await sender.use(kTrickle));
    CO_ASSERT_OK(co_await sender.send(chain));
    const Result<Chain> received = co_await receiver.receive();
    CO_ASSERT_OK(received);
    const auto message = sync::decode_item(*received);
    CO_ASSERT_OK(message);
    EXPECT_TRUE(*message == sent);
    const bool known = sender.coded_sent() - before < 1'000;
    EXPECT_EQ(known, i % 2 == 1) << "a new window after 2 and 4, none at 3";
    before = sender.coded_sent();
  }
}

CORO_TEST(MessageStream, AnEndInTheMiddleOfAMessageIsSaid) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream receiver(std::move(pair.server));
  Bytes coded;
  codec::compress::BlockEncoder encoder;
  CO_ASSERT_OK(encoder.encode(as_bytes("\x50half a message"), coded));
  CO_ASSERT_OK(co_await pair.client->write(coded));
  CO_ASSERT_OK(co_await pair.client->finish());
  const Result<Chain> end = co_await receiver.receive();
  CO_ASSERT_TRUE(!end);
  EXPECT_NE(end.error().what.find("middle"), std::string::npos);
}

CORO_TEST(MessageStream, GarbageIsAProtocolErrorAndBounded) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream receiver(std::move(pair.server));
  CO_ASSERT_OK(co_await pair.client->write(as_bytes(std::string(1000, '\x7f'))));
  const Result<Chain> end = co_await receiver.receive();
  CO_ASSERT_TRUE(!end);
  EXPECT_NE(end.error().code, Errc::Closed);
}

CORO_TEST(FrameStream, ChainsArriveWholeAndInOrder) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  FrameStream sender(std::move(pair.client));
  FrameStream receiver(std::move(pair.server));
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Chain chain = sync::encode(sync::ItemMessage(sync::WantNew{i + 1, 1, {}}));
    CO_ASSERT_OK(co_await sender.send(chain));
    const Result<Chain> got = co_await receiver.receive();
    CO_ASSERT_OK(got);
    EXPECT_TRUE(*got == chain);
  }
}

Task<Result<>> send_one_alone(MessageStream& stream, const MessageOptions& options, std::size_t number,
                              Bytes references) {
  const std::vector<Chain> heads{sync::encode(sync::ItemMessage(sync::WantNew{number, 1, {}}))};
  CO_TRY(co_await stream.begin_alone(options, heads, std::move(references)));
  const Chain chain = sync::encode(block(number));
  CO_TRY(co_await stream.batch(chain));
  co_return co_await stream.end_alone();
}

// Whatever was sent before, and whatever it holds: what stands alone is a whole number of units on the link.
CORO_TEST(MessageStream, WhatStandsAloneIsPaddedAndSharesNoWindow) {
  for (const codec::compress::Encoding encoding :
       {codec::compress::Encoding::ZstdWindow, codec::compress::Encoding::Mix}) {
    const MessageOptions options{.encoding = encoding};
    net::MemoryPair pair = net::make_memory_pair(loop);
    MessageStream sender(std::move(pair.client));
    MessageStream receiver(std::move(pair.server), {}, Mixing::Taken);
    std::vector<std::uint64_t> sizes;
    for (std::size_t number = 0; number < 4; ++number) {
      const Chain common = sync::encode(block(number));  // the same octets, in the stream's own window
      CO_ASSERT_OK(co_await sender.send(common));
      const auto received = co_await receiver.receive();
      CO_ASSERT_OK(received);
      const std::uint64_t before = sender.coded_sent();
      CO_ASSERT_OK(co_await send_one_alone(sender, options, number, Bytes()));
      sizes.push_back(sender.coded_sent() - before);
      const auto head = co_await receiver.receive();
      CO_ASSERT_OK(head);
      const auto chain = co_await receiver.receive();
      CO_ASSERT_OK(chain);
      EXPECT_TRUE(*sync::decode_item(*chain) == block(number));
    }
    for (const std::uint64_t size : sizes) {
      EXPECT_EQ(size % kPadding, 0U);
      EXPECT_EQ(size, sizes.front());
    }
    EXPECT_EQ(sender.coded_sent(), receiver.coded_received());
  }
}

CORO_TEST(MessageStream, ReferencesAreExpectedOrPassedOver) {
  const Bytes earlier = codec::to_bytes(std::string(3'000, 'q') + "a mail that both ends hold");
  net::MemoryPair pair = net::make_memory_pair(loop);
  MessageStream sender(std::move(pair.client));
  MessageStream receiver(std::move(pair.server));
  CO_ASSERT_OK(co_await send_one_alone(sender, kAlone, 1, earlier));
  CO_ASSERT_OK(co_await send_one_alone(sender, kAlone, 2, earlier));
  const Chain last = sync::encode(block(3));
  CO_ASSERT_OK(co_await sender.send(last));
  const auto head = co_await receiver.receive();
  CO_ASSERT_OK(head);
  receiver.expect(earlier);
  const auto first = co_await receiver.receive();
  CO_ASSERT_OK(first);
  EXPECT_TRUE(*sync::decode_item(*first) == block(1));
  const auto next_head = co_await receiver.receive();
  CO_ASSERT_OK(next_head);
  receiver.pass_over();
  const auto behind = co_await receiver.receive();
  CO_ASSERT_OK(behind);
  EXPECT_TRUE(*sync::decode_item(*behind) == block(3));
  EXPECT_EQ(receiver.referred(), 1U);
  EXPECT_EQ(receiver.not_here(), 1U);
}

}  // namespace
}  // namespace proxy::messaging
