// Streams, datagrams and the end of a session, over one good carrier.
#include "booster/session/session.h"

#include <gtest/gtest.h>

#include "tests/booster/session/pair.h"

namespace booster::session {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Session, AStreamCarriesItsOpeningItsBytesAndItsEnd) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::SendSmall, as_bytes("who"));
  EXPECT_EQ(id, StreamId{2});
  EXPECT_EQ(pair.client.write(id, as_bytes("hello")), 5u);
  pair.client.finish(id);
  pair.step();
  pair.look();
  ASSERT_EQ(pair.at_gateway.opened.size(), 1u);
  EXPECT_EQ(pair.at_gateway.opened[0].id, id);
  EXPECT_EQ(pair.at_gateway.opened[0].of, Class::SendSmall);
  EXPECT_EQ(as_text(pair.at_gateway.opened[0].metadata), "who");
  EXPECT_EQ(pair.at_gateway.readable, std::vector{id});
  EXPECT_EQ(drain(pair.gateway, id), "hello");
  EXPECT_TRUE(pair.gateway.at_end(id));
  EXPECT_EQ(pair.gateway.class_of(id), Class::SendSmall);
}

TEST(Session, EachDirectionEndsOnItsOwn) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Flow, {});
  pair.client.finish(id);
  pair.settle();
  EXPECT_TRUE(pair.gateway.at_end(id));
  EXPECT_EQ(pair.gateway.write(id, as_bytes("still here")), 10u);
  pair.settle();
  EXPECT_EQ(drain(pair.client, id), "still here");
  EXPECT_FALSE(pair.client.at_end(id));
  pair.gateway.finish(id);
  pair.settle();
  EXPECT_TRUE(pair.client.at_end(id));
  pair.look();
  EXPECT_EQ(pair.at_client.acked, std::vector{id});
  EXPECT_EQ(pair.at_gateway.acked, std::vector{id});
  EXPECT_EQ(pair.client.live_streams(), 1u);
  EXPECT_EQ(pair.gateway.live_streams(), 1u);
  EXPECT_EQ(pair.client.buffered_bytes() + pair.gateway.buffered_bytes(), 0u);
}

TEST(Session, TheGatewayOpensOddStreams) {
  Pair pair;
  EXPECT_EQ(*pair.gateway.open(Class::Headers, {}), StreamId{1});
  EXPECT_EQ(*pair.gateway.open(Class::Headers, {}), StreamId{3});
  pair.settle();
  pair.look();
  EXPECT_EQ(pair.at_client.opened.size(), 2u);
}

TEST(Session, TheControlStreamIsAlwaysOpen) {
  Pair pair;
  EXPECT_EQ(pair.client.write(kControlStream, as_bytes("login")), 5u);
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, kControlStream), "login");
}

TEST(Session, AResetReachesThePeerWithItsReason) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.write(id, pattern(1, 0, 50000));
  pair.step();
  pair.client.reset(id, Error(Errc::Cancelled, "no longer wanted"));
  pair.settle();
  pair.look();
  ASSERT_EQ(pair.at_gateway.reset.size(), 1u);
  EXPECT_EQ(pair.at_gateway.reset[0].error.code, Errc::Cancelled);
  EXPECT_EQ(pair.at_gateway.reset[0].error.what, "no longer wanted");
  EXPECT_TRUE(pair.gateway.at_end(id));
  EXPECT_EQ(pair.gateway.buffered_bytes(), 0u);
  pair.gateway.finish(id);
  pair.settle();
  pair.look();
  EXPECT_TRUE(pair.at_client.acked.empty());
  EXPECT_EQ(pair.client.live_streams(), 1u);
  EXPECT_EQ(pair.gateway.live_streams(), 1u);
}

TEST(Session, AStreamResetBeforeItWasSentIsStillOpenedAndOver) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, as_bytes("m"));
  pair.client.abort(id, Error(Errc::Cancelled));
  pair.settle();
  pair.look();
  ASSERT_EQ(pair.at_gateway.opened.size(), 1u);
  ASSERT_EQ(pair.at_gateway.reset.size(), 1u);
  EXPECT_EQ(pair.at_gateway.stopped.size(), 1u);
  pair.settle();
  EXPECT_EQ(pair.client.live_streams(), 1u);
  EXPECT_EQ(pair.gateway.live_streams(), 1u);
}

TEST(Session, AStoppedWriterResetsAndFreesItsBuffer) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.write(id, pattern(1, 0, 300000));
  pair.step();
  pair.look();
  pair.gateway.stop(id, Error(Errc::Full, "disk full"));
  EXPECT_EQ(pair.gateway.buffered_bytes(), 0u);
  pair.settle();
  pair.look();
  ASSERT_EQ(pair.at_client.stopped.size(), 1u);
  EXPECT_EQ(pair.at_client.stopped[0].error.code, Errc::Full);
  EXPECT_EQ(pair.client.buffered_bytes(), 0u);
  EXPECT_EQ(pair.client.write(id, as_bytes("x")), 0u);
}

TEST(Session, WritesAreCutAtTheAllowanceAndWokenAfterwards) {
  Limits limits;
  limits.stream_send = 10000;
  Pair pair(limits);
  const StreamId id = *pair.client.open(Class::Bodies, {});
  EXPECT_EQ(pair.client.write(id, pattern(1, 0, 30000)), 10000u);
  EXPECT_EQ(pair.client.write_room(id), 0u);
  pair.settle();
  drain(pair.gateway, id);
  pair.settle();
  pair.look();
  EXPECT_EQ(pair.at_client.writable, std::vector{id});
  EXPECT_GE(pair.client.write_room(id), 10000u);
}

TEST(Session, AStreamThatKeepsLittleWaitsForTheLinkSooner) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.keep_little(id);
  EXPECT_EQ(pair.client.write(id, pattern(1, 0, 300000)), kLittleSend);
  pair.client.set_path({10'000'000}, std::chrono::milliseconds(100));  // 125,000 octets are under way on it
  EXPECT_EQ(pair.client.write_room(id), 500000 - kLittleSend);
}

TEST(Session, BulkLeavesAQuarterOfTheSendBudgetToUrgentStreams) {
  Limits limits;
  limits.send_budget = 40000;
  Pair pair(limits);
  const StreamId bulk = *pair.client.open(Class::Bodies, {});
  const StreamId urgent = *pair.client.open(Class::Interactive, {});
  EXPECT_EQ(pair.client.write(bulk, pattern(1, 0, 100000)), 30000u);
  EXPECT_EQ(pair.client.write(urgent, pattern(1, 0, 100000)), 10000u);
  EXPECT_EQ(pair.client.write(kControlStream, as_bytes("always")), 6u);
}

TEST(Session, PausedStreamsWaitAndOthersDoNot) {
  Pair pair;
  const StreamId one = *pair.client.open(Class::Bodies, {});
  const StreamId two = *pair.client.open(Class::Bodies, {});
  pair.settle();
  pair.client.pause(one);
  pair.client.write(one, as_bytes("one"));
  pair.client.write(two, as_bytes("two"));
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, one), "");
  EXPECT_EQ(drain(pair.gateway, two), "two");
  pair.client.resume(one);
  pair.settle();
  EXPECT_EQ(drain(pair.gateway, one), "one");
}

TEST(Session, DatagramsGoAndTheOldestGiveWay) {
  Pair pair;
  for (int i = 0; i < 70; ++i) ASSERT_TRUE(pair.client.send_datagram(as_bytes(std::to_string(i))));
  EXPECT_EQ(pair.client.send_datagram(Bytes(kMaxDatagram + 1)).error().code, Errc::Limit);
  pair.settle();
  pair.look();
  ASSERT_EQ(pair.at_gateway.datagrams.size(), kMaxDatagrams);
  EXPECT_EQ(as_text(pair.at_gateway.datagrams.front()), "6");
  EXPECT_EQ(as_text(pair.at_gateway.datagrams.back()), "69");
}

TEST(Session, APingMeasuresTheRoundTrip) {
  Pair pair;
  pair.client.ping();
  pair.record(pair.client, pair.gateway);
  pair.now += milliseconds(300);
  pair.record(pair.gateway, pair.client);
  pair.look();
  EXPECT_EQ(pair.at_client.pongs, std::vector<Duration>{milliseconds(300)});
}

TEST(Session, AnIdleSessionPingsAndAGonePeerIsTold) {
  Pair pair;
  EXPECT_EQ(pair.client.next_deadline(), pair.now + Limits{}.keepalive);
  pair.now = pair.client.next_deadline();
  pair.client.on_deadline(pair.now);
  std::vector<std::byte> buffer(kMaxRecord);
  EXPECT_EQ(pair.client.fill(buffer, pair.now, nullptr), 9u);
  EXPECT_EQ(pair.client.next_deadline(), pair.now + Limits{}.silence);
  pair.now = pair.client.next_deadline();
  pair.client.on_deadline(pair.now);
  pair.look();
  EXPECT_EQ(pair.at_client.silent, 1);
}

TEST(Session, TheGatewayPingsAsSeldomAsTheClientSays) {
  Pair pair;
  pair.client.set_keepalive(milliseconds(305'000));
  pair.client.ask_peer_to_ping(std::chrono::seconds(300));
  EXPECT_TRUE(pair.client.has_frames(pair.now));
  EXPECT_TRUE(pair.record(pair.client, pair.gateway));
  const TimePoint heard = pair.now;
  EXPECT_EQ(pair.gateway.next_deadline(), heard + std::chrono::seconds(300));
  pair.now = heard + std::chrono::seconds(300);
  pair.gateway.on_deadline(pair.now);
  EXPECT_TRUE(pair.record(pair.gateway, pair.client));
  EXPECT_TRUE(pair.record(pair.client, pair.gateway));
  EXPECT_EQ(pair.client.next_deadline(), pair.now + std::chrono::seconds(305));
  EXPECT_FALSE(pair.client.closed());
}

TEST(Session, OnlyAClientSaysHowSeldom) {
  Pair pair;
  pair.gateway.ask_peer_to_ping(std::chrono::seconds(300));
  std::vector<std::byte> buffer(kMaxRecord);
  const std::size_t filled = pair.gateway.fill(buffer, pair.now, nullptr);
  EXPECT_FALSE(pair.client.on_frames(ByteView(buffer).first(filled), pair.now));
  ASSERT_TRUE(pair.client.closed());
  EXPECT_EQ(pair.client.closed()->code, Errc::Protocol);
}

TEST(Session, AQuietPeerThatOwesNothingIsNotSilent) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  pair.client.write(id, as_bytes("x"));
  pair.settle();
  EXPECT_GT(pair.client.next_deadline(), pair.now + Limits{}.silence);
}

TEST(Session, CloseIsTheLastThingSaid) {
  Pair pair;
  pair.client.close(Error(Errc::Closed, "goodbye"));
  EXPECT_TRUE(pair.client.has_frames(pair.now));
  EXPECT_TRUE(pair.record(pair.client, pair.gateway));
  EXPECT_FALSE(pair.record(pair.client, pair.gateway));
  pair.look();
  ASSERT_EQ(pair.at_gateway.closed.size(), 1u);
  EXPECT_TRUE(pair.at_gateway.closed[0].by_peer);
  EXPECT_EQ(pair.at_gateway.closed[0].error.what, "goodbye");
  ASSERT_EQ(pair.at_client.closed.size(), 1u);
  EXPECT_EQ(pair.gateway.open(Class::Bodies, {}).error().code, Errc::Closed);
  EXPECT_EQ(pair.gateway.on_frames({}, pair.now).error().code, Errc::Closed);
}

TEST(Session, AcknowledgementsOfManyEndsShareAFrame) {
  Pair pair;
  for (int i = 0; i < 20; ++i) {
    const StreamId id = *pair.client.open(Class::SendSmall, {});
    pair.client.write(id, as_bytes("a short one"));
    pair.client.finish(id);
  }
  while (pair.record(pair.client, pair.gateway)) {
  }
  EXPECT_FALSE(pair.gateway.has_frames(pair.now));
  EXPECT_EQ(pair.gateway.next_deadline(), pair.now + kAckDelay);
  pair.pass(kAckDelay);
  EXPECT_TRUE(pair.record(pair.gateway, pair.client));
  EXPECT_FALSE(pair.record(pair.gateway, pair.client));
  EXPECT_LE(pair.gateway.control_bytes_sent(), 2u + 20 * 2);
}

TEST(Session, AcknowledgingABulkTransferCostsUnderTwoPercent) {
  Pair pair;
  const StreamId id = *pair.client.open(Class::Bodies, {});
  std::uint64_t sent = 0;
  while (sent < 8u << 20) {
    sent += pair.client.write(id, pattern(1, sent, 65536));
    pair.step();
    drain(pair.gateway, id);
    pair.look();
    pair.pass(milliseconds(5));
  }
  EXPECT_LT(pair.gateway.control_bytes_sent() * 1000, sent);
  EXPECT_EQ(pair.client.counters(Class::Bodies).sent_again, 0u);
}

}  // namespace
}  // namespace booster::session
