// What the kernel knows of a TCP connection's path.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

namespace booster::net {

struct TcpPath {
  std::chrono::microseconds round_trip;  // smoothed, queues included
  std::uint64_t delivery_rate = 0;       // octets a second, as acknowledged last; 0: not measured
  bool app_limited = false;  // it had less to send than the path would have taken: the rate is a lower bound
};

// nullopt: no TCP socket, or nothing was measured yet.
std::optional<TcpPath> tcp_path(int fd);

}  // namespace booster::net
