// A carrier of packets that get lost and overtake each other, and reports each frame's fate.
#include <gtest/gtest.h>

#include "booster/session/session.h"
#include "tests/booster/session/pair.h"

namespace booster::session {
namespace {

using std::chrono::milliseconds;

struct Packet {
  std::vector<std::byte> bytes;
  FrameTickets tickets;
};

class LossyPair : public Pair {
 public:
  explicit LossyPair(std::uint64_t seed) : random_(seed) {}

  void turn(Session& from, Session& to, std::vector<Packet>& flying) {
    for (int i = 0; i < 6; ++i) {
      Packet packet{std::vector<std::byte>(1172), {}};
      packet.bytes.resize(from.fill(packet.bytes, now, &packet.tickets));
      if (packet.bytes.empty()) break;
      flying.push_back(std::move(packet));
    }
    for (int i = 0; i < 6 && !flying.empty(); ++i) {
      const std::size_t which = random_() % std::min<std::size_t>(flying.size(), 5);
      const Packet packet = std::move(flying[which]);
      flying.erase(flying.begin() + static_cast<std::ptrdiff_t>(which));
      if (random_() % 10 < 2) {
        from.on_lost(packet.tickets, now);
        continue;
      }
      const auto taken = to.on_packet(packet.bytes, now);
      ASSERT_TRUE(taken.has_value()) << to_string(taken.error());
      if (random_() % 10 == 0) {
        from.on_lost(packet.tickets, now);  // a spurious loss: the acknowledgement was late
      } else {
        from.on_acked(packet.tickets, now);
      }
    }
  }

  std::vector<Packet> up, down;

 private:
  std::mt19937_64 random_;
};

TEST(Packets, EveryOctetSurvivesLossAndReordering) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    LossyPair pair(seed);
    std::map<std::uint64_t, std::uint64_t> written, read;
    constexpr std::uint64_t kSize = 200000;
    for (int i = 0; i < 5; ++i) written[pair.client.open(Class::Bodies, as_bytes("meta"))->value] = 0;
    for (int step = 0; step < 20000; ++step) {
      for (auto& [id, done] : written) {
        if (done == kSize) continue;
        done += pair.client.write({id}, pattern(id, done, std::min<std::uint64_t>(kSize - done, 5000)));
        if (done == kSize) pair.client.finish({id});
      }
      pair.turn(pair.client, pair.gateway, pair.up);
      pair.turn(pair.gateway, pair.client, pair.down);
      pair.pass(milliseconds(5));
      pair.look();
      for (const auto& [id, done] : written) {
        const ByteView part = pair.gateway.peek({id});
        const Bytes want = pattern(id, read[id], part.size());
        ASSERT_TRUE(std::equal(part.begin(), part.end(), want.begin(), want.end()));
        read[id] += part.size();
        pair.gateway.consume({id}, part.size());
        if (pair.gateway.at_end({id})) pair.gateway.finish({id});
      }
      if (HasFatalFailure()) return;
      if (pair.at_gateway.acked.size() == 5 && pair.at_client.acked.size() == 5 && pair.up.empty() && pair.down.empty())
        break;
    }
    for (const auto& [id, done] : read) EXPECT_EQ(done, kSize);
    EXPECT_EQ(pair.at_gateway.opened.size(), 5u);
    EXPECT_EQ(pair.at_client.acked.size(), 5u);
    EXPECT_EQ(pair.client.buffered_bytes(), 0u);
    EXPECT_GT(pair.client.counters(Class::Bodies).sent_again, 0u);
  }
}

TEST(Packets, AnOpeningThatIsOvertakenWaits) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Headers, as_bytes("meta"));
  std::vector<std::byte> first(1172), second(1172);
  FrameTickets tickets;
  pair.client.write(id, as_bytes("one"));
  first.resize(pair.client.fill(first, pair.now, &tickets));
  pair.client.write(id, as_bytes("two"));
  pair.client.finish(id);
  second.resize(pair.client.fill(second, pair.now, &tickets));
  ASSERT_TRUE(pair.gateway.on_packet(second, pair.now).has_value());
  pair.look();
  EXPECT_TRUE(pair.at_gateway.opened.empty());
  EXPECT_TRUE(pair.at_gateway.readable.empty());
  ASSERT_TRUE(pair.gateway.on_packet(first, pair.now).has_value());
  pair.look();
  ASSERT_EQ(pair.at_gateway.opened.size(), 1u);
  EXPECT_EQ(drain(pair.gateway, id), "onetwo");
  EXPECT_TRUE(pair.gateway.at_end(id));
  EXPECT_FALSE(pair.gateway.has_frames(pair.now + std::chrono::seconds(5))) << "packets acknowledge themselves";
}

TEST(Packets, APacketEndsWithAFrame) {
  Pair pair;
  EXPECT_EQ(pair.gateway.on_packet(as_bytes("\x01\x01"), pair.now).error().code, Errc::Protocol);
}

TEST(Packets, LostControlFramesAreSaidAgain) {
  Limits limits;
  limits.stream_window = 20000;
  Pair pair(limits, limits);
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.write(id, pattern(1, 0, 20000));
  pair.settle();
  drain(pair.gateway, id);
  std::vector<std::byte> buffer(kMaxRecord);
  FrameTickets tickets;
  ASSERT_GT(pair.gateway.fill(buffer, pair.now, &tickets), 0u);
  pair.gateway.on_lost(tickets, pair.now);
  EXPECT_TRUE(pair.gateway.has_frames(pair.now));
  pair.client.write(id, as_bytes("more"));
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, id), "more");
}

// Credit for a stream may overtake its opening: the other end knows the stream then, and still says nothing of it.
TEST(Packets, NoCreditForAStreamThatIsNotOpenYet) {
  Pair pair;
  const auto id = pair.client.open(Class::Bodies, {});
  ASSERT_TRUE(id.has_value());
  pair.client.set_path(BitsPerSecond{100'000'000}, milliseconds(500));
  Bytes credit;
  ByteWriter out(credit);
  frame::encode(out, frame::MaxStreamData{*id, std::uint64_t{1} << 20});
  ASSERT_TRUE(pair.gateway.on_packet(credit, pair.now).has_value());
  pair.gateway.set_path(BitsPerSecond{100'000'000}, milliseconds(500));
  FrameTickets tickets;
  std::vector<std::byte> answer(1172);
  answer.resize(pair.gateway.fill(answer, pair.now, &tickets));
  for (const FrameTicket& ticket : tickets) EXPECT_NE(ticket.stream, *id);
}

}  // namespace
}  // namespace booster::session
