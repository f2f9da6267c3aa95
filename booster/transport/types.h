// The words of the transport.                                                             Source: PROTOCOL.md
#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "booster/session/types.h"

namespace booster::transport {

using session::BitsPerSecond;
using session::Duration;
using session::kNever;
using session::Role;
using session::TimePoint;

// One pair of addresses in use, and the connection ids and packet numbers that belong to it.
struct PathId {
  std::uint32_t value = 0;
  auto operator<=>(const PathId&) const = default;
};
constexpr PathId kHandshakePath{0xffffffff};  // the space of long packets

struct PacketNumber {
  std::uint64_t value = 0;
  auto operator<=>(const PacketNumber&) const = default;
  PacketNumber next() const { return {value + 1}; }
};

// Numbers from the smallest to the largest, both included.
struct NumberRange {
  PacketNumber smallest;
  PacketNumber largest;
  auto operator<=>(const NumberRange&) const = default;
};

struct EcnCounts {  // packets that arrived with each mark
  std::uint64_t ect0 = 0;
  std::uint64_t ect1 = 0;
  std::uint64_t ce = 0;
  bool operator==(const EcnCounts&) const = default;
  bool any() const { return ect0 + ect1 + ce > 0; }
};

// An IPv6 address (an IPv4 one in mapped form) with port and, where there are several, the interface.
struct Address {
  std::array<std::byte, 16> ip{};
  std::uint16_t port = 0;
  std::uint32_t interface = 0;
  auto operator<=>(const Address&) const = default;
};

struct Route {
  Address local;
  Address remote;
  auto operator<=>(const Route&) const = default;
};

enum class Ecn : std::uint8_t { NotEct = 0, Ect1 = 1, Ect0 = 2, Ce = 3 };  // as in the IP header

// Datagrams of one route that go out together: `bytes` in all, cut every `segment` bytes; the last may be shorter.
struct DatagramRun {
  Route route;
  std::size_t segment = 0;
  std::size_t bytes = 0;  // 0: nothing to send
  Ecn ecn = Ecn::NotEct;
};

}  // namespace booster::transport

template <>
struct std::hash<booster::transport::Address> {
  std::size_t operator()(const booster::transport::Address& address) const noexcept;
};
