// How the model's segments and acknowledgements look. Not TCP's layout: numbers count segments of one size, and an
// acknowledgement names up to 32 ranges, so that none is lost for want of room (RFC 2018 has room for 3 or 4).
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "tests/sim/fabric/datagram.h"

namespace sim::tcp {

constexpr std::size_t kPacket = 1500;                                 // on the wire
constexpr std::size_t kSegment = kPacket - kUdpHeader - kIpv4Header;  // stands for TCP's header and data
constexpr std::size_t kMaxRanges = 32;

struct Range {  // [first, end)
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

struct Ack {
  std::uint64_t cumulative = 0;  // all below arrived
  std::vector<Range> ranges{};   // above it, highest first
};

void encode_segment(std::uint64_t number, std::span<std::byte> into);  // kSegment bytes
std::optional<std::uint64_t> decode_segment(std::span<const std::byte> bytes);
std::size_t encode_ack(const Ack& ack, std::span<std::byte> into);
std::optional<Ack> decode_ack(std::span<const std::byte> bytes);

}  // namespace sim::tcp
