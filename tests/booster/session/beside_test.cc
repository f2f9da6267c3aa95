// A second carrier beside the first one: data of streams that nobody waits for, merged by offset, made anew when lost.
#include <gtest/gtest.h>

#include <deque>

#include "booster/session/session.h"
#include "tests/booster/session/pair.h"

namespace booster::session {
namespace {

struct BesideRecord {
  Bytes bytes;
  FrameTickets tickets;
};

BesideRecord fill_beside(Session& from, TimePoint now, std::size_t size = 4096) {
  BesideRecord record{Bytes(size), {}};
  record.bytes.resize(from.fill_bulk(record.bytes, now, record.tickets));
  return record;
}

void feed_beside(Session& to, const BesideRecord& record, TimePoint now) {
  const auto used = to.on_frames(record.bytes, now);
  ASSERT_TRUE(used.has_value()) << to_string(used.error());
  EXPECT_EQ(*used, record.bytes.size());
}

TEST(Beside, OnlyWhatNobodyWaitsForGoesThere) {
  Pair pair;
  const StreamId urgent = *pair.client.open(Class::Interactive, {});
  pair.client.write(urgent, as_bytes("now"));
  pair.client.ping();
  EXPECT_TRUE(fill_beside(pair.client, pair.now).bytes.empty());
  const StreamId bulk = *pair.client.open(Class::Bodies, {});
  pair.client.write(bulk, pattern(bulk.value, 0, 10'000));
  EXPECT_TRUE(fill_beside(pair.client, pair.now).bytes.empty()) << "the first carrier has urgent things to send first";
  EXPECT_TRUE(pair.record(pair.client, pair.gateway, kMinFill));
  EXPECT_EQ(drain(pair.gateway, urgent), "now");
  const BesideRecord record = fill_beside(pair.client, pair.now);
  ASSERT_FALSE(record.tickets.empty());
  for (const FrameTicket& ticket : record.tickets) {
    EXPECT_EQ(ticket.kind, FrameTicket::Kind::Stream);
    EXPECT_EQ(ticket.stream, bulk);
  }
}

TEST(Beside, WhatComesByTwoWaysInAnyOrderIsOneStream) {
  Pair pair;
  constexpr std::size_t kSize = 60'000;
  const StreamId id = *pair.client.open(Class::Bodies, as_bytes("meta"));
  pair.client.write(id, pattern(id.value, 0, kSize));
  pair.client.finish(id);
  std::vector<BesideRecord> late;
  for (int i = 0; i < 6; ++i) {
    late.push_back(fill_beside(pair.client, pair.now));
    ASSERT_FALSE(late.back().bytes.empty());
    ASSERT_TRUE(pair.record(pair.client, pair.gateway, 4096));
  }
  EXPECT_FALSE(pair.client.settled(late[0].tickets[0]));
  while (!late.empty()) {  // the opening is in the last of them
    feed_beside(pair.gateway, late.back(), pair.now);
    late.pop_back();
  }
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, id), codec::to_string(pattern(id.value, 0, kSize)));
  EXPECT_TRUE(pair.gateway.at_end(id));
  pair.look();
  EXPECT_EQ(pair.at_client.acked.size(), 1U);
}

TEST(Beside, WhatItDidNotBringIsSentAgainByTheFirstAndNoMoreThanThat) {
  Pair pair;
  constexpr std::size_t kSize = 60'000;
  const StreamId id = *pair.client.open(Class::Bodies, as_bytes("meta"));
  pair.client.write(id, pattern(id.value, 0, kSize));
  pair.client.finish(id);
  const BesideRecord brought = fill_beside(pair.client, pair.now);
  feed_beside(pair.gateway, brought, pair.now);
  pair.pass(std::chrono::seconds(2));
  ASSERT_TRUE(pair.record(pair.gateway, pair.client));
  const BesideRecord gone = fill_beside(pair.client, pair.now);
  pair.settle();
  EXPECT_FALSE(pair.gateway.at_end(id)) << "a piece is missing";
  EXPECT_TRUE(pair.client.settled(brought.tickets[0]));
  EXPECT_FALSE(pair.client.settled(gone.tickets[0]));
  pair.client.on_lost(gone.tickets, pair.now);
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, id), codec::to_string(pattern(id.value, 0, kSize)));
  EXPECT_TRUE(pair.client.settled(gone.tickets[0]));
  EXPECT_EQ(pair.client.counters(Class::Bodies).sent_again, gone.tickets[0].length);
}

TEST(Beside, NothingGoesWhereNoFirstCarrierIsAndAResumptionBringsAll) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.write(id, pattern(id.value, 0, 20'000));
  pair.client.finish(id);
  const BesideRecord gone = fill_beside(pair.client, pair.now);
  pair.cut();
  EXPECT_TRUE(fill_beside(pair.client, pair.now).bytes.empty());
  pair.client.on_lost(gone.tickets, pair.now);
  pair.join();
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, id), codec::to_string(pattern(id.value, 0, 20'000)));
}

// Two ways that deliver in order, each at its own pace; the second one is lost now and then with all that is on it.
class TwoWays : public Pair {
 public:
  explicit TwoWays(std::uint64_t seed) : random_(seed) {}

  void turn(Session& from, Session& to) {
    Way& way = ways_[&from == &client ? 0 : 1];
    if (random_() % 2 == 0) {
      Bytes record(from.record_limit());
      record.resize(from.fill(record, now, nullptr));
      if (!record.empty()) way.first.push_back(std::move(record));
    }
    if (random_() % 2 == 0) {
      BesideRecord record = fill_beside(from, now);
      if (!record.bytes.empty()) {
        way.sent.insert(way.sent.end(), record.tickets.begin(), record.tickets.end());
        way.second.push_back(std::move(record));
      }
    }
    if (!way.first.empty() && random_() % 3 > 0) {
      const auto used = to.on_frames(way.first.front(), now);
      ASSERT_TRUE(used.has_value()) << to_string(used.error());
      way.first.pop_front();
    }
    if (!way.second.empty() && random_() % 3 > 0) {
      feed_beside(to, way.second.front(), now);
      way.second.pop_front();
    }
    if (random_() % 100 == 0) lose_second(from, way);
  }

 private:
  struct Way {
    std::deque<Bytes> first;
    std::deque<BesideRecord> second;
    FrameTickets sent;
  };
  void lose_second(Session& from, Way& way) {
    std::erase_if(way.sent, [&](const FrameTicket& ticket) { return from.settled(ticket); });
    from.on_lost(way.sent, now);
    way.sent.clear();
    way.second.clear();
  }
  std::array<Way, 2> ways_;
  std::mt19937_64 random_;
};

TEST(Beside, EveryOctetArrivesOnceWhateverTheSecondOneDoes) {
  constexpr std::uint64_t kSize = 150'000;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    TwoWays pair(seed);
    std::map<std::uint64_t, std::uint64_t> written, read;
    for (int i = 0; i < 4; ++i) written[pair.client.open(i == 0 ? Class::Interactive : Class::Bodies, {})->value] = 0;
    std::size_t ended = 0;
    for (int step = 0; step < 20'000 && ended < written.size(); ++step) {
      for (auto& [id, done] : written) {
        if (done == kSize) continue;
        done += pair.client.write({id}, pattern(id, done, std::min<std::uint64_t>(kSize - done, 5000)));
        if (done == kSize) pair.client.finish({id});
      }
      pair.turn(pair.client, pair.gateway);
      pair.turn(pair.gateway, pair.client);
      pair.pass(std::chrono::milliseconds(20));
      pair.look();
      ended = 0;
      for (const auto& [id, done] : written) {
        const ByteView part = pair.gateway.peek({id});
        ASSERT_EQ(Bytes(part.begin(), part.end()), pattern(id, read[id], part.size()));
        read[id] += part.size();
        pair.gateway.consume({id}, part.size());
        if (read[id] == kSize && pair.gateway.at_end({id})) ++ended;
      }
    }
    EXPECT_EQ(ended, written.size());
    for (const auto& [id, done] : written) EXPECT_EQ(read[id], kSize);
    EXPECT_TRUE(pair.at_client.closed.empty() && pair.at_gateway.closed.empty());
  }
}

}  // namespace
}  // namespace booster::session
