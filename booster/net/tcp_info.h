// What the kernel knows of a TCP connection's path.
#pragma once
#include <chrono>
#include <optional>

namespace booster::net {

// The smoothed round trip, queues included. nullopt: no TCP socket, or nothing was measured yet.
std::optional<std::chrono::microseconds> round_trip(int fd);

}  // namespace booster::net
