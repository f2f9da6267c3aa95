// What the UDP tests share: sockets on loopback, and datagrams collected with what was known of each.
#pragma once
#include <vector>

#include "booster/net/udp_socket.h"
#include "tests/support/coro_test.h"

namespace booster::net {

using UdpSocketPtr = std::unique_ptr<UdpSocket>;

inline UdpOptions udp_options(const std::string& bind) {
  UdpOptions options;
  options.bind = *Address::parse(bind);
  return options;
}

inline UdpEndpoint udp_endpoint(const std::string& host, std::uint16_t port) {
  return *UdpEndpoint::of(*Address::ip(host, port));
}

inline bool has_ipv6(runtime::Loop& loop) {
  return UdpSocket::open(loop, udp_options("[::1]:0")).has_value();
}

struct UdpSeen {
  Bytes bytes;
  UdpEndpoint remote;
  UdpEndpoint local;
  Ecn ecn;
  runtime::TimePoint received;
};

inline Task<Result<std::vector<UdpSeen>>> collect_forever(UdpSocket& socket, std::size_t count,
                                                          std::vector<UdpSeen>& seen) {
  UdpBatch batch;
  while (seen.size() < count) {
    CO_TRY_ASSIGN(const std::size_t now, socket.receive(batch));
    if (now == 0) CO_TRY(co_await socket.readable());
    for (const UdpDatagram& datagram : batch.datagrams()) {
      Bytes copy(datagram.bytes.begin(), datagram.bytes.end());
      seen.push_back(UdpSeen{std::move(copy), datagram.remote, datagram.local, datagram.ecn, datagram.received});
    }
  }
  co_return std::move(seen);
}

// `count` datagrams, or what came within seconds: a lost one fails the test, it does not hang it.
inline Task<std::vector<UdpSeen>> collect(UdpSocket& socket, std::size_t count) {
  std::vector<UdpSeen> seen;
  Result<std::vector<UdpSeen>> all =
      co_await runtime::with_timeout(std::chrono::seconds(10), collect_forever(socket, count, seen));
  if (all) co_return *std::move(all);
  ADD_FAILURE() << seen.size() << " of " << count << " datagrams: " << codec::to_string(all.error());
  co_return seen;
}

// `segments` full ones and a short last.
inline Bytes udp_run(std::size_t segments, std::size_t segment, std::size_t last) {
  Bytes run(segments * segment + last);
  for (std::size_t i = 0; i < run.size(); ++i) run[i] = static_cast<std::byte>(i * 13 + i / segment);
  return run;
}

}  // namespace booster::net
