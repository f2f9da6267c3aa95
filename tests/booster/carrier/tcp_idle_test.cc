// A TLS carrier over which nothing happens, behind a NAT that forgets.
#include "booster/carrier/tcp_idle.h"

#include <gtest/gtest.h>

namespace booster::carrier {
namespace {

using namespace std::chrono_literals;

const std::optional<NetworkKey> kHere = network_key("router a", "gateway.test:443");
const std::optional<NetworkKey> kThere = network_key("router b", "gateway.test:443");

// Both ends of a session, and a NAT between them that keeps an idle mapping for so long.
struct IdleLink {
  explicit IdleLink(session::Duration keeps_mapping) : keeps(keeps_mapping) {
    client.attach(now);
    gateway.attach(now);
    idle.begin(client);
    pass(client, gateway);
    heard = now;
  }
  bool pass(session::Session& from, session::Session& to) {
    std::vector<std::byte> record(session::kMaxRecord);
    const std::size_t size = from.fill(record, now, nullptr);
    if (size == 0) return false;
    if (&to == &client) {
      idle.on_heard(client, now - heard);
      heard = now;
    }
    EXPECT_TRUE(to.on_frames(ByteView(record).first(size), now));
    return true;
  }
  // Until the next question and its answer.
  void wait() {
    const session::TimePoint begun = now;
    now = gateway.next_deadline();
    gateway.on_deadline(now);
    if (now - begun >= keeps) {  // it waits in the gateway's kernel until the client opens the way again
      EXPECT_LE(now, client.next_deadline());
      now = client.next_deadline();
      worst = std::max(worst, now - begun - keeps);
      client.on_deadline(now);
      now += 300ms;
      while (pass(client, gateway)) {
      }
    }
    now += 100ms;
    while (pass(gateway, client) || pass(client, gateway)) {
    }
  }

  session::TimePoint now{1h};
  session::TimePoint heard{};
  session::Duration keeps;
  session::Duration worst{};  // so long a push could have waited
  session::Session client{session::Role::Client};
  session::Session gateway{session::Role::Gateway};
  NetworkMemory networks;
  TcpIdle idle{networks, kHere};
};

TEST(TcpIdle, LearnsWhatTheNatKeeps) {
  for (const session::Duration keeps : {session::Duration(60s), session::Duration(150s), session::Duration(300s)}) {
    IdleLink link(keeps);
    for (int i = 0; i < 40; ++i) link.wait();
    EXPECT_LT(link.idle.interval(), keeps);
    EXPECT_GE(link.idle.interval(), keeps * 3 / 4);
    EXPECT_LE(link.worst, transport::path::kTcpKeepalive.step + kTcpPatience);
    EXPECT_FALSE(link.client.closed());
    const TcpIdle next(link.networks, kHere);
    EXPECT_EQ(next.interval(), link.idle.interval());
    EXPECT_EQ(TcpIdle(link.networks, kThere).interval(), transport::path::kTcpKeepalive.first);
  }
}

TEST(TcpIdle, GoesToItsBoundWhereNothingIsForgotten) {
  IdleLink link(2h);
  for (int i = 0; i < 40; ++i) link.wait();
  EXPECT_LE(link.idle.interval(), transport::path::kTcpKeepalive.longest);
  EXPECT_GE(link.idle.interval(), 9min);
  EXPECT_EQ(link.worst, session::Duration{});
}

// Where the NAT answers with a reset, or not at all, the connection goes; the next one knows.
TEST(TcpIdle, AConnectionThatBrokeWhileItAskedCountsOnceAnotherStands) {
  NetworkMemory networks;
  TcpIdle idle(networks, kHere);
  EXPECT_FALSE(idle.broke_asking(idle.interval()));
  EXPECT_TRUE(idle.broke_asking(idle.interval() + kTcpPatience));
  idle.on_forgotten();
  EXPECT_LT(idle.interval(), transport::path::kTcpKeepalive.first);
  EXPECT_EQ(TcpIdle(networks, kHere).interval(), idle.interval());
}

// What comes as an answer to us shows nothing of the way down.
TEST(TcpIdle, AnAnswerIsNoProof) {
  IdleLink link(2h);
  link.client.ping();
  link.now += 50s;
  while (link.pass(link.client, link.gateway)) {
  }
  link.pass(link.gateway, link.client);
  EXPECT_FALSE(link.networks.known(kHere).tcp_idle_life);
}

}  // namespace
}  // namespace booster::carrier
