// Packet numbers, shortened on the wire.                                  Source: PROTOCOL.md §1.2, RFC 9000 §17.1, A
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "booster/transport/types.h"

namespace booster::transport::packet {

constexpr PacketNumber kMaxPacketNumber{(std::uint64_t{1} << 62) - 1};  // RFC 9000 §12.3
constexpr std::size_t kMaxNumberSize = 4;

// How many bytes (1-4) let the receiver tell `number` from every other that may be under way; nullopt: none was
// acknowledged yet.
//   Limits  fewer than 2^31 numbers under way (CHECK)
std::size_t number_size(PacketNumber number, std::optional<PacketNumber> largest_acked);

// The lowest bytes of the number, as many as there is room for.
void write_number(std::span<std::byte> into, PacketNumber number);

// The number nearest to the one behind the largest seen whose lowest `size` bytes are these. At hostile ends of the
// range it may exceed kMaxPacketNumber: who opens the packet looks.
PacketNumber decode_number(std::uint32_t truncated, std::size_t size, std::optional<PacketNumber> largest_seen);

}  // namespace booster::transport::packet
