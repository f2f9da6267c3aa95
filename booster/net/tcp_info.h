// What the kernel knows of a TCP connection's path.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

namespace booster::net {

struct TcpPath {
  std::chrono::microseconds round_trip{};  // smoothed, queues included
  std::uint64_t delivery_rate = 0;         // octets a second, as acknowledged last; 0: not measured
  bool app_limited = false;  // it had less to send than the path would have taken: the rate is a lower bound
  std::chrono::microseconds least_round_trip{};  // of the last minutes
  std::uint64_t in_flight = 0;                   // octets
  std::size_t segment = 0;                       // octets of one, at most
  // Since the connection began.
  std::uint64_t segments_sent = 0;  // with data, those sent again included
  std::uint64_t segments_retransmitted = 0;
  std::uint64_t octets_acked = 0;
  std::uint64_t octets_received = 0;
};

// nullopt: no TCP socket, or nothing was measured yet.
std::optional<TcpPath> tcp_path(int fd);

}  // namespace booster::net
