// A session outlives its carriers: every octet of every stream is compared.
#include <gtest/gtest.h>

#include <deque>

#include "booster/session/session.h"
#include "tests/booster/session/pair.h"

namespace booster::session {
namespace {

using std::chrono::milliseconds;

// A link that holds records in flight and loses them when it is cut.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed, const Limits& limits = {}) : random_(seed), pair_(limits, limits) {
    pair_.client.detach(pair_.now);
    pair_.gateway.detach(pair_.now);
    connect();
  }

  void open(Session& from, std::uint64_t size) {
    const StreamId id = *from.open(static_cast<Class>(pick(schedule::kClasses - 1) + 1), as_bytes("metadata"));
    const int end = &from == &pair_.client ? 0 : 1;
    ways_[{id.value, end}] = {size, 0, 0, false, false};
    ways_[{id.value, 1 - end}] = {size / 2, 0, 0, false, false};
  }

  void run(int cuts) {
    int left = cuts;
    for (int step = 0; step < 400000 && !(left == 0 && done()); ++step) {
      turn(pair_.client, pair_.gateway, 0);
      turn(pair_.gateway, pair_.client, 1);
      pair_.pass(milliseconds(1 + static_cast<int>(pick(20))));
      if (left > 0 && (pick(60) == 0 || done())) {
        --left;
        pair_.cut();
        flying_[0].clear();
        flying_[1].clear();
        partial_[0].clear();
        partial_[1].clear();
        if (pick(2) == 0) work();  // the upper layers go on meanwhile
        connect();
      }
      if (::testing::Test::HasFatalFailure()) return;
    }
    ASSERT_EQ(left, 0);
    ASSERT_TRUE(done());
    for (auto& [key, way] : ways_) {
      EXPECT_EQ(way.read, way.size) << "stream " << key.first << " end " << key.second;
      EXPECT_TRUE(way.acked);
    }
    EXPECT_EQ(pair_.client.live_streams(), 1u);
    EXPECT_EQ(pair_.gateway.live_streams(), 1u);
    EXPECT_EQ(pair_.client.buffered_bytes() + pair_.gateway.buffered_bytes(), 0u);
  }

  Session& client() { return pair_.client; }
  Session& gateway() { return pair_.gateway; }

 private:
  struct Way {
    std::uint64_t size = 0, written = 0, read = 0;
    bool finished = false, acked = false;
  };

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  bool done() const {
    for (const auto& [key, way] : ways_) {
      if (!way.acked || way.read != way.size) return false;
    }
    return pair_.client.live_streams() == 1 && pair_.gateway.live_streams() == 1;
  }

  void connect() {
    // A join may be cut half way: the gateway has read the client's state, the client never the gateway's.
    if (pick(4) == 0) {
      ASSERT_TRUE(pair_.gateway.on_resume_state(pair_.client.resume_state()).has_value());
      pair_.gateway.attach(pair_.now);
      std::vector<std::byte> lost(kMaxRecord);
      pair_.gateway.fill(lost, pair_.now, nullptr);
      pair_.gateway.detach(pair_.now);
    }
    pair_.join();
  }

  void work() {
    write(pair_.client, 0);
    write(pair_.gateway, 1);
  }

  void write(Session& from, int end) {
    for (auto& [key, way] : ways_) {
      if (key.second != end || way.finished || pick(3) == 0) continue;
      const StreamId id{key.first};
      const bool ours = (id.value % 2 == 0) == (end == 0);
      if (!ours && !from.class_of(id)) continue;  // not opened here yet
      const std::uint64_t size = std::min<std::uint64_t>(way.size - way.written, pick(40000));
      way.written += from.write(id, pattern(key.first * 2 + static_cast<std::uint64_t>(end), way.written, size));
      if (way.written == way.size) {
        from.finish(id);
        way.finished = true;
      }
    }
  }

  void turn(Session& from, Session& to, int end) {
    write(from, end);
    for (std::uint64_t records = pick(4); records > 0; --records) {
      std::vector<std::byte> record(kMinFill + pick(kMaxRecord - kMinFill));
      record.resize(from.fill(record, pair_.now, nullptr));
      if (!record.empty()) flying_[end].push_back(std::move(record));
    }
    // What arrives arrives in any cut of the byte stream.
    for (std::uint64_t arrive = pick(4); arrive > 0; --arrive) {
      if (!flying_[end].empty()) {
        partial_[end].insert(partial_[end].end(), flying_[end].front().begin(), flying_[end].front().end());
        flying_[end].pop_front();
      }
      if (partial_[end].empty()) break;
      const std::size_t seen = partial_[end].size() - pick(partial_[end].size());
      const auto used = to.on_frames(ByteView(partial_[end]).first(seen), pair_.now);
      ASSERT_TRUE(used.has_value()) << to_string(used.error());
      partial_[end].erase(partial_[end].begin(), partial_[end].begin() + static_cast<std::ptrdiff_t>(*used));
    }
    read(to, end);
    look(to, 1 - end);
  }

  void read(Session& at, int end) {
    for (auto& [key, way] : ways_) {
      if (key.second != end || pick(3) == 0) continue;
      const ByteView part = at.peek({key.first});
      const std::size_t take = std::min<std::size_t>(part.size(), pick(30000));
      const Bytes want = pattern(key.first * 2 + static_cast<std::uint64_t>(end), way.read, take);
      ASSERT_TRUE(std::equal(want.begin(), want.end(), part.begin())) << "stream " << key.first << " at " << way.read;
      at.consume({key.first}, take);
      way.read += take;
    }
  }

  void look(Session& at, int end) {
    while (auto event = at.next_event()) {
      if (const auto* acked = std::get_if<AllAcked>(&*event)) {
        const auto way = ways_.find({acked->id.value, end});
        ASSERT_NE(way, ways_.end());
        ASSERT_FALSE(way->second.acked);
        way->second.acked = true;
      }
      ASSERT_FALSE(std::holds_alternative<Closed>(*event));
      ASSERT_FALSE(std::holds_alternative<ResetByPeer>(*event));
    }
  }

  std::mt19937_64 random_;
  Pair pair_;
  std::map<std::pair<std::uint64_t, int>, Way> ways_;  // {stream, writing end}
  std::array<std::deque<std::vector<std::byte>>, 2> flying_;
  std::array<std::vector<std::byte>, 2> partial_;
};

TEST(Resume, EightStreamsSurviveTwentyCuts) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    for (int i = 0; i < 4; ++i) {
      simulation.open(simulation.client(), 400000);
      simulation.open(simulation.gateway(), 600000);
    }
    simulation.run(20);
    if (HasFailure()) return;
  }
}

TEST(Resume, ManyShortStreamsSurviveCuts) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    for (std::uint64_t i = 0; i < 60; ++i) {
      simulation.open(i % 2 == 0 ? simulation.client() : simulation.gateway(), i * 37);
    }
    simulation.run(20);
    if (HasFailure()) return;
  }
}

TEST(Resume, TinyWindowsSurviveCuts) {
  Limits limits;
  limits.stream_window = 700;
  limits.session_window = 2000;
  limits.receive_budget = 3000;
  limits.stream_send = 900;
  limits.send_budget = 5000;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed, limits);
    for (int i = 0; i < 8; ++i) simulation.open(i % 2 == 0 ? simulation.client() : simulation.gateway(), 9000);
    simulation.run(20);
    if (HasFailure()) return;
  }
}

TEST(Resume, AStreamThePeerNeverSawIsOpenedAgain) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::SendSmall, as_bytes("again"));
  pair.client.write(id, as_bytes("bytes"));
  std::vector<std::byte> lost(kMaxRecord);
  ASSERT_GT(pair.client.fill(lost, pair.now, nullptr), 0u);
  pair.cut();
  pair.join();
  pair.settle();
  pair.look();
  ASSERT_EQ(pair.at_gateway.opened.size(), 1u);
  EXPECT_EQ(as_text(pair.at_gateway.opened[0].metadata), "again");
  EXPECT_EQ(drain(pair.gateway, id), "bytes");
  EXPECT_EQ(pair.client.counters(Class::SendSmall).sent_again, 5u);
}

TEST(Resume, ALostResetIsRepeated) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.settle();
  pair.client.reset(id, Error(Errc::Cancelled, "gone"));
  pair.gateway.stop(id, Error(Errc::Cancelled, "enough"));
  std::vector<std::byte> lost(kMaxRecord);
  ASSERT_GT(pair.client.fill(lost, pair.now, nullptr), 0u);
  ASSERT_GT(pair.gateway.fill(lost, pair.now, nullptr), 0u);
  pair.cut();
  pair.join();
  pair.settle();
  pair.gateway.finish(id);
  pair.settle();
  pair.look();
  EXPECT_TRUE(pair.gateway.at_end(id));
  EXPECT_EQ(pair.gateway.live_streams(), 1u);
  EXPECT_TRUE(pair.client.at_end(id));
}

TEST(Resume, WhatWasAcknowledgedIsNotSentAgain) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.write(id, pattern(1, 0, 60000));
  pair.record(pair.client, pair.gateway);
  pair.cut();
  pair.join();
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, id).size(), 60000u);
  EXPECT_EQ(pair.client.counters(Class::Bodies).sent_again, 0u);
}

TEST(Resume, AStateThatCannotBeEndsTheSession) {
  const auto refused = [](const ResumeState& state) {
    Pair pair;
    const StreamId id = *pair.client.open(Class::Bodies, {});
    pair.client.write(id, as_bytes("12345"));
    pair.settle();
    pair.cut();
    return !pair.client.on_resume_state(encode_resume_state(state)) && pair.client.closed();
  };
  const ResumeState::Live control{kControlStream, 0, true};
  EXPECT_FALSE(refused({0, 1, {}, {control, {{2}, 5, true}}}));
  EXPECT_TRUE(refused({0, 1, {}, {control, {{2}, 6, true}}})) << "end that was not sent";
  EXPECT_TRUE(refused({0, 1, {}, {control, {{2}, 4, true}}})) << "less than was acknowledged";
  EXPECT_TRUE(refused({0, 2, {}, {control, {{2}, 5, true}}})) << "seen what was not opened";
  EXPECT_TRUE(refused({0, 1, {}, {control}})) << "given up";
  EXPECT_TRUE(refused({0, 0, {}, {control}})) << "forgotten";
  EXPECT_TRUE(refused({0, 1, {0}, {control}})) << "forgotten";
  EXPECT_TRUE(refused({0, 1, {}, {{{2}, 5, true}}})) << "no control stream";
  EXPECT_TRUE(refused({5000, 1, {}, {control, {{2}, 5, true}}})) << "too many";
}

}  // namespace
}  // namespace booster::session
