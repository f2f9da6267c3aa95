// Credit, pre-emption and memory.
#include <gtest/gtest.h>

#include "booster/session/session.h"
#include "tests/booster/session/pair.h"
#include "tests/support/sanitized.h"

namespace booster::session {
namespace {

TEST(Credit, AnUnreadStreamHoldsItsWindowAndNoMore) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  std::uint64_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    sent += pair.client.write(id, pattern(1, sent, 65536));
    pair.settle();
  }
  EXPECT_EQ(pair.gateway.buffered_bytes(), Limits{}.stream_window);
  EXPECT_EQ(pair.client.unsent_bytes(Class::Bodies), sent - Limits{}.stream_window);
}

TEST(Credit, UnreadStreamsDoNotStopTheOthers) {
  Limits limits;
  limits.stream_window = 10000;
  limits.session_window = 40000;
  limits.receive_budget = 400000;
  Pair pair(limits, limits);
  for (int i = 0; i < 30; ++i) {  // 300,000 bytes that nobody reads
    const StreamId id = *pair.client.open(Class::Bodies, {});
    pair.client.write(id, pattern(1, 0, 20000));
  }
  pair.settle();
  const StreamId id = *pair.client.open(Class::Bodies, {});
  std::string got;
  std::uint64_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    sent += pair.client.write(id, pattern(7, sent, 10000));
    pair.settle();
    got += drain(pair.gateway, id);
    pair.settle();
  }
  EXPECT_GE(got.size(), 500000u);
  EXPECT_LE(pair.gateway.buffered_bytes(), limits.receive_budget);
}

TEST(Credit, UnreadBytesStayWithinTheBudget) {
  Limits limits;
  limits.receive_budget = 1 << 20;
  limits.session_window = 1 << 19;
  limits.send_budget = 64 << 20;
  Pair pair(limits, limits);
  for (int i = 0; i < 200; ++i) {
    const StreamId id = *pair.client.open(Class::Bodies, {});
    pair.client.write(id, pattern(1, 0, 300000));
    pair.settle();
    ASSERT_LE(pair.gateway.buffered_bytes(), limits.receive_budget);
  }
  EXPECT_FALSE(pair.gateway.closed());
}

TEST(Credit, TinyWindowsDoNotDeadlock) {
  Limits limits;
  limits.stream_window = 1;
  limits.session_window = 2;
  limits.streams = 1;
  limits.stream_send = 3;
  Pair pair(limits, limits);
  std::string got;
  StreamId id = *pair.client.open(Class::Bodies, {});
  const std::string text = "a stream through a keyhole";
  std::size_t sent = 0;
  for (int round = 0; round < 200 && got.size() < text.size(); ++round) {
    sent += pair.client.write(id, as_bytes(std::string_view(text).substr(sent)));
    pair.settle();
    got += drain(pair.gateway, id);
    pair.look();
  }
  EXPECT_EQ(got, text);
  EXPECT_EQ(pair.client.open(Class::Bodies, {}).error().code, Errc::Full);
  pair.client.finish(id);
  pair.settle();
  EXPECT_TRUE(pair.gateway.at_end(id));
  pair.gateway.finish(id);
  pair.settle();
  EXPECT_TRUE(pair.client.at_end(id));
  pair.look();
  pair.settle();
  pair.look();
  EXPECT_EQ(pair.at_client.available, 1);
  EXPECT_TRUE(pair.client.open(Class::Bodies, {}).has_value());
}

TEST(Credit, AFullSessionWindowDoesNotStopTheControlStream) {
  Limits limits;
  limits.session_window = 100000;
  limits.receive_budget = 100000;
  Pair pair(limits, limits);
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.write(id, pattern(1, 0, 200000));
  pair.settle();
  pair.client.write(kControlStream, as_bytes("logoff"));
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, kControlStream), "logoff");
}

TEST(Credit, APathWithALargeProductOpensTheWindows) {
  Pair pair;
  pair.gateway.set_path(BitsPerSecond{20'000'000}, std::chrono::milliseconds(600));
  pair.client.set_path(BitsPerSecond{20'000'000}, std::chrono::milliseconds(600));
  const StreamId id = *pair.client.open(Class::Bodies, {});
  std::uint64_t sent = 0;
  for (int i = 0; i < 400; ++i) {
    sent += pair.client.write(id, pattern(1, sent, 65536));
    pair.settle();
  }
  EXPECT_GT(pair.gateway.buffered_bytes(), 3u << 20);
  EXPECT_LE(pair.gateway.buffered_bytes(), Limits{}.receive_budget / 2);
}

TEST(Preemption, AnInteractiveWriteIsInTheNextRecord) {
  Pair pair;
  const StreamId body = *pair.gateway.open(Class::Bodies, {});
  const StreamId read = *pair.gateway.open(Class::Interactive, {});
  pair.settle();
  const std::uint64_t whole = support::kSanitized ? 40u << 20 : 100u << 20;
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  int asked = 0;
  for (std::uint64_t i = 0; sent < whole; ++i) {
    sent += pair.gateway.write(body, pattern(1, sent, 32768));
    if (i % 97 == 50) {
      ASSERT_EQ(pair.gateway.write(read, as_bytes("answer")), 6u);
      ASSERT_EQ(pair.gateway.record_limit(), kUrgentRecord);
      pair.record(pair.gateway, pair.client);
      ASSERT_EQ(drain(pair.client, read), "answer");
      ++asked;
    }
    pair.step();
    for (ByteView part = pair.client.peek(body); !part.empty(); part = pair.client.peek(body)) {
      got += part.size();
      pair.client.consume(body, part.size());
    }
  }
  EXPECT_GT(asked, 10);
  EXPECT_GT(got, whole / 2);
}

TEST(Preemption, RecordsAreLongWhenNobodyWaits) {
  Pair pair;
  const StreamId body = *pair.gateway.open(Class::Bodies, {});
  pair.gateway.write(body, pattern(1, 0, 100000));
  EXPECT_EQ(pair.gateway.record_limit(), kMaxRecord);
  const StreamId read = *pair.gateway.open(Class::Interactive, {});
  EXPECT_EQ(pair.gateway.record_limit(), kUrgentRecord);
  pair.gateway.finish(read);
  pair.settle();
  EXPECT_EQ(pair.gateway.record_limit(), kMaxRecord);
}

}  // namespace
}  // namespace booster::session
