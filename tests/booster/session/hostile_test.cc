// What a hostile peer may try: the session closes with a reason, holds bounded memory, and the other end learns why.
#include <gtest/gtest.h>

#include "booster/session/session.h"
#include "tests/booster/session/pair.h"

namespace booster::session {
namespace {

Bytes frames(std::initializer_list<frame::Frame> list) {
  Bytes bytes;
  ByteWriter out(bytes);
  for (const frame::Frame& one : list) frame::encode(out, one);
  return bytes;
}

frame::Stream data(std::uint64_t stream, std::uint64_t offset, ByteView bytes, bool fin = false) {
  frame::Stream one{
      .stream = {stream}, .fin = fin, .open = std::nullopt, .metadata = {}, .offset = offset, .data = bytes};
  return one;
}
frame::Stream opening(std::uint64_t stream, ByteView bytes = {}) {
  frame::Stream one = data(stream, 0, bytes);
  one.open = Class::Bodies;
  return one;
}

struct Victim {
  explicit Victim(const Limits& limits = {}) : session(Role::Gateway, limits) { session.attach(now); }
  Result<std::size_t> feed(std::initializer_list<frame::Frame> list) { return session.on_frames(frames(list), now); }

  // It is refused, a CLOSE is owed, and nothing else is taken or sent any more.
  bool refuses(std::initializer_list<frame::Frame> list, Errc code) {
    const auto taken = feed(list);
    if (taken || taken.error().code != code) return false;
    std::vector<std::byte> out(kMaxRecord);
    out.resize(session.fill(out, now, nullptr));
    ByteReader in(out);
    const auto close = frame::decode(in);
    if (!close || !*close || !std::holds_alternative<frame::Close>(**close) || !in.empty()) return false;
    return session.on_frames({}, now).error().code == Errc::Closed && !session.has_frames(now);
  }

  TimePoint now = at(std::chrono::seconds(1));
  Session session;
};

const Bytes kKilo(1000);

TEST(Hostile, CreditOverflowOfAStream) {
  Limits limits;
  limits.stream_window = 1500;
  EXPECT_TRUE(Victim(limits).refuses({opening(2, kKilo), data(2, 1000, kKilo)}, Errc::Protocol));
  EXPECT_TRUE(Victim(limits).refuses({frame::Reset{{2}, 5000, Error(Errc::Io)}}, Errc::Protocol));
  EXPECT_TRUE(Victim(limits).refuses({data(0, 1400, kKilo)}, Errc::Protocol));
}

TEST(Hostile, CreditOverflowOfTheSession) {
  Limits limits;
  limits.session_window = 1500;
  EXPECT_TRUE(Victim(limits).refuses({opening(2, ByteView(kKilo).first(600)), opening(4, kKilo)}, Errc::Protocol));
  EXPECT_TRUE(Victim(limits).refuses({opening(2, ByteView(kKilo).first(600)), frame::Reset{{4}, 901, Error(Errc::Io)}},
                                     Errc::Protocol));
}

TEST(Hostile, MoreStreamsThanAllowed) {
  Limits limits;
  limits.streams = 3;
  EXPECT_TRUE(Victim(limits).feed({opening(2), opening(6)}));
  EXPECT_TRUE(Victim(limits).refuses({opening(8)}, Errc::Limit));
  EXPECT_TRUE(Victim(limits).refuses({opening(std::uint64_t{1} << 60)}, Errc::Limit));
}

TEST(Hostile, AnEndThatMoves) {
  EXPECT_TRUE(Victim().refuses({opening(2, kKilo), data(2, 1000, {}, true), data(2, 1000, kKilo)}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({opening(2, kKilo), data(2, 500, {}, true)}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({opening(2, kKilo), frame::Reset{{2}, 10, Error(Errc::Io)}}, Errc::Protocol));
  EXPECT_TRUE(
      Victim().refuses({opening(2), data(2, 50, {}, true), frame::Reset{{2}, 60, Error(Errc::Io)}}, Errc::Protocol));
}

TEST(Hostile, AcknowledgementsOfWhatWasNotSent) {
  EXPECT_TRUE(Victim().refuses({frame::OffsetAck{{{StreamId{0}, 1}}}}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({frame::OffsetAck{{{StreamId{1}, 0}}}}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({frame::OffsetAck{{{StreamId{2}, 0}}}}, Errc::Protocol));
  Victim unsent;
  ASSERT_TRUE(unsent.session.open(Class::Bodies, {}));
  EXPECT_TRUE(unsent.refuses({frame::OffsetAck{{{StreamId{1}, 0}}}}, Errc::Protocol));
}

TEST(Hostile, FramesForStreamsThatAreNotThere) {
  EXPECT_TRUE(Victim().refuses({data(1, 0, kKilo)}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({frame::MaxStreamData{{3}, 10}}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({frame::StopSending{{3}, Error(Errc::Io)}}, Errc::Protocol));
  Victim owner;
  ASSERT_TRUE(owner.session.open(Class::Bodies, {}));
  EXPECT_TRUE(owner.refuses({data(1, 0, kKilo)}, Errc::Protocol));
}

TEST(Hostile, TheControlStreamNeitherOpensNorEnds) {
  EXPECT_TRUE(Victim().refuses({opening(0)}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({data(0, 0, {}, true)}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({frame::Reset{{0}, 0, Error(Errc::Io)}}, Errc::Protocol));
  EXPECT_TRUE(Victim().refuses({frame::StopSending{{0}, Error(Errc::Io)}}, Errc::Protocol));
}

TEST(Hostile, AFloodOfGaps) {
  Victim victim;
  const Bytes one(1);
  ASSERT_TRUE(victim.feed({opening(2)}));
  Result<std::size_t> taken = 0;
  std::uint64_t offset = 2;
  for (; taken; offset += 2) taken = victim.feed({data(2, offset, one)});
  EXPECT_EQ(taken.error().code, Errc::Limit);
  EXPECT_EQ(offset / 2, kMaxRanges + 2);
}

TEST(Hostile, AFloodOfGapsOverManyStreams) {
  Victim victim;
  const Bytes one(1);
  Result<std::size_t> taken = 0;
  std::size_t count = 0;
  for (std::uint64_t stream = 2; taken; stream += 2) {
    for (std::uint64_t offset = 2; taken && offset < 400; offset += 2, ++count)
      taken = victim.feed({data(stream, offset, one)});
  }
  EXPECT_EQ(taken.error().code, Errc::Limit);
  EXPECT_EQ(count, kMaxRanges + 1);
}

TEST(Hostile, OpeningAndResettingForEverHoldsBoundedMemory) {
  Victim victim;
  std::uint64_t opened = 0;
  std::vector<std::byte> out(kMaxRecord);
  for (std::uint64_t number = 0; number < 20000; ++number) {
    const std::uint64_t id = 2 * number + 2;
    const auto taken = victim.feed({opening(id, kKilo), frame::Reset{{id}, 1000, Error(Errc::Io)},
                                    frame::StopSending{{id}, Error(Errc::Io)}, frame::OffsetAck{{{StreamId{id}, 0}}}});
    if (!taken) break;
    ++opened;
    while (victim.session.next_event()) {
    }
    victim.session.fill(out, victim.now, nullptr);
    if (victim.feed({frame::OffsetAck{{{StreamId{id}, 1}}}})) continue;
    break;
  }
  EXPECT_EQ(opened, 20000u);
  EXPECT_LE(victim.session.live_streams(), 2u);
  EXPECT_EQ(victim.session.buffered_bytes(), 0u);
}

TEST(Hostile, UnwatchedEventsAreBoundedByStreams) {
  Victim victim;
  for (std::uint64_t number = 0;; ++number) {
    const std::uint64_t id = 2 * number + 2;
    if (!victim.feed({opening(id), frame::Reset{{id}, 0, Error(Errc::Io)}})) break;
    ASSERT_LE(number, Limits{}.streams);
  }
  std::size_t events = 0;
  while (victim.session.next_event()) ++events;
  EXPECT_LE(events, 2 * Limits{}.streams + 1);
}

TEST(Hostile, FramesForForgottenStreamsAreIgnored) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.finish(id);
  pair.settle();
  pair.look();
  EXPECT_TRUE(pair.gateway.at_end(id));
  pair.gateway.finish(id);
  pair.settle();
  pair.look();
  ASSERT_EQ(pair.gateway.live_streams(), 1u);
  const Bytes late = frames({data(2, 0, kKilo), data(2, 0, {}, true), frame::Reset{{2}, 0, Error(Errc::Io)},
                             frame::MaxStreamData{{2}, 5}, frame::StopSending{{2}, Error(Errc::Io)},
                             frame::OffsetAck{{{StreamId{2}, 900}}}});
  EXPECT_TRUE(pair.gateway.on_frames(late, pair.now));
  EXPECT_EQ(pair.gateway.live_streams(), 1u);
  EXPECT_EQ(pair.gateway.buffered_bytes(), 0u);
}

TEST(Hostile, PingsAreAnsweredALimitedNumberOfTimes) {
  Victim victim;
  for (std::uint64_t i = 0; i < 1000; ++i) ASSERT_TRUE(victim.feed({frame::Ping{i}}));
  std::vector<std::byte> out(kMaxRecord);
  EXPECT_EQ(victim.session.fill(out, victim.now, nullptr), kMaxPongs * 9);
}

TEST(Hostile, ARecordOfNoise) {
  for (unsigned type = 0; type < 256; ++type) {
    Victim victim;
    std::vector<std::byte> noise(4000, static_cast<std::byte>(0xff));
    noise[0] = static_cast<std::byte>(type);
    const auto taken = victim.session.on_frames(noise, victim.now);
    EXPECT_TRUE(!taken || *taken < noise.size()) << type;
  }
}

}  // namespace
}  // namespace booster::session
