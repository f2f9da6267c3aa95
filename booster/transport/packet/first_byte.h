// The first byte of a packet, bit by bit.                                                 Source: PROTOCOL.md §1.1,
// §1.2
#pragma once
#include <cstdint>

namespace booster::transport::packet::first_byte {

constexpr std::uint8_t kLong = 0x80;
constexpr std::uint8_t kTypeMask = 0x60;  // of a long packet
constexpr std::uint8_t kHandshake = 0x00;
constexpr std::uint8_t kRetry = 0x20;
constexpr std::uint8_t kShortMask = 0xe0;
constexpr std::uint8_t kShort = 0x40;

// Header protection covers the same five bits of both forms.
constexpr std::uint8_t kProtected = 0x1f;
constexpr std::uint8_t kLongReserved = 0x1c;
constexpr std::uint8_t kShortReserved = 0x18;
constexpr std::uint8_t kKeyPhase = 0x04;
constexpr std::uint8_t kNumberSize = 0x03;

}  // namespace booster::transport::packet::first_byte
