// Two sessions wired back to back, with a link between them that can be cut; and small tools for their tests.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "booster/session/session.h"

namespace booster::session {

inline TimePoint at(Duration since) {
  return TimePoint(since);
}
inline Bytes pattern(std::uint64_t stream, std::uint64_t from, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>(((from + i) * 0x9e3779b97f4a7c15u + stream * 0x517cc1b727220a95u) >> 31);
  }
  return bytes;
}

// What one end's upper layer saw.
struct Seen {
  std::vector<Opened> opened;
  std::vector<StreamId> readable, writable, acked;
  std::vector<ResetByPeer> reset;
  std::vector<StoppedByPeer> stopped;
  std::vector<Bytes> datagrams;
  std::vector<Duration> pongs;
  std::vector<Closed> closed;
  int available = 0;
  int silent = 0;

  void take(Session& session) {
    while (auto event = session.next_event()) {
      std::visit([this](auto& one) { put(one); }, *event);
    }
  }
  void put(Opened& one) { opened.push_back(std::move(one)); }
  void put(Readable& one) { readable.push_back(one.id); }
  void put(Writable& one) { writable.push_back(one.id); }
  void put(AllAcked& one) { acked.push_back(one.id); }
  void put(ResetByPeer& one) { reset.push_back(one); }
  void put(StoppedByPeer& one) { stopped.push_back(one); }
  void put(StreamsAvailable&) { ++available; }
  void put(Datagram& one) { datagrams.push_back(std::move(one.bytes)); }
  void put(Pong& one) { pongs.push_back(one.rtt); }
  void put(Silent&) { ++silent; }
  void put(Closed& one) { closed.push_back(one); }
};

struct Pair {
  explicit Pair(const Limits& limits = {}, const Limits& gateway_limits = {})
      : client(Role::Client, limits), gateway(Role::Gateway, gateway_limits) {
    client.attach(now);
    gateway.attach(now);
  }

  // One record of `from` to `to`. False: nothing was sent.
  bool record(Session& from, Session& to, std::size_t size = 0) {
    std::vector<std::byte> buffer(size == 0 ? from.record_limit() : size);
    const std::size_t filled = from.fill(buffer, now, nullptr);
    if (filled == 0) return false;
    const auto used = to.on_frames(ByteView(buffer).first(filled), now);
    EXPECT_TRUE(used.has_value()) << to_string(used.error());
    EXPECT_EQ(used.value_or(0), filled);
    return true;
  }
  bool step() {
    const bool up = record(client, gateway);
    const bool down = record(gateway, client);
    return up || down;
  }
  void settle() {  // until neither has anything to send, delayed acknowledgements included
    for (int rounds = 0; rounds < 3; ++rounds) {
      while (step()) {
      }
      pass(std::chrono::seconds(2));
    }
    while (step()) {
    }
  }
  void pass(Duration time) {
    now += time;
    client.on_deadline(now);
    gateway.on_deadline(now);
  }
  void cut() {
    client.detach(now);
    gateway.detach(now);
  }
  void join() {
    const Bytes from_client = client.resume_state();
    const Bytes from_gateway = gateway.resume_state();
    const auto up = gateway.on_resume_state(from_client);
    ASSERT_TRUE(up.has_value()) << to_string(up.error());
    const auto down = client.on_resume_state(from_gateway);
    ASSERT_TRUE(down.has_value()) << to_string(down.error());
    client.attach(now);
    gateway.attach(now);
  }
  void look() {
    at_client.take(client);
    at_gateway.take(gateway);
  }

  TimePoint now = at(std::chrono::seconds(1000));
  Session client;
  Session gateway;
  Seen at_client, at_gateway;
};

inline std::string drain(Session& session, StreamId stream) {
  std::string all;
  for (;;) {
    const ByteView part = session.peek(stream);
    if (part.empty()) return all;
    all += as_text(part);
    session.consume(stream, part.size());
  }
}

}  // namespace booster::session
