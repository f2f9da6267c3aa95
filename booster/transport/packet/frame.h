// The transport's frames as bytes; what a packet holds besides.                           Source: PROTOCOL.md §3
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <span>
#include <variant>

#include "booster/transport/packet/header.h"
#include "booster/transport/packet/stateless.h"
#include "booster/transport/types.h"
#include "codec/base/bytes.h"

namespace booster::transport::packet::frame {

enum class Type : std::uint8_t {
  Padding = 0x00,
  FirstSession = 0x01,  // to 0x3f: the session's frames
  Ping = 0x40,
  Ack = 0x41,
  AckEcn = 0x42,
  Times = 0x43,
  Handshake = 0x44,
  Greeting = 0x45,
  NewPath = 0x46,
  RetirePath = 0x47,
  PathChallenge = 0x48,
  PathResponse = 0x49,
  Token = 0x4a,
  HandshakeDone = 0x4b,
  Close = 0x4c,
  Keepalive = 0x4d,
};
constexpr bool allowed_in_long(Type type) {
  return type == Type::Padding || type == Type::Ping || type == Type::Ack || type == Type::Handshake ||
         type == Type::Close;
}

constexpr std::size_t kMaxRanges = 64;   // of one ACK: as many gaps as a packet's worth of reordering makes
constexpr std::size_t kMaxTimes = 128;   // of one TIMES: four trains
constexpr std::size_t kMaxReason = 256;  // one line for a person
constexpr std::uint64_t kMaxOffset = std::uint64_t{1} << 62;  // so that sums never wrap

using Ticks = std::chrono::duration<std::int64_t, std::ratio<8, 1'000'000>>;
constexpr std::chrono::seconds kLeastKeepalive{5};
constexpr std::chrono::seconds kMostKeepalive{3600};
constexpr Ticks kMaxDelay{0xffffffff};  // nine hours: nothing later is of use

// A time on the receiver's own clock, in ticks; it wraps.
struct ArrivalTick {
  std::uint32_t value = 0;
  auto operator<=>(const ArrivalTick&) const = default;
};

struct Padding {
  std::size_t count = 1;
};
struct Ping {};
struct Ack {
  PathId path;
  Ticks delay{};                        // from the arrival of the largest to the sending of this
  ArrivalTick received;                 // when the largest arrived
  std::span<const NumberRange> ranges;  // 1 to kMaxRanges, falling, a gap between each two
  std::optional<EcnCounts> ecn;
};
struct Times {
  PathId path;
  PacketNumber first;                  // the others follow it without a gap
  std::span<const ArrivalTick> times;  // 1 to kMaxTimes, none before the one ahead of it
};
struct Handshake {
  std::uint64_t offset = 0;
  ByteView bytes;
};
struct Greeting {
  std::uint64_t offset = 0;
  ByteView bytes;
};
struct NewPath {
  PathId path;
  ConnectionId id;  // kIdSize
  ResetToken reset{};
};
struct RetirePath {
  PathId path;
};
using Challenge = std::array<std::byte, 8>;
struct PathChallenge {
  Challenge bytes{};
};
struct PathResponse {
  Challenge bytes{};
};
struct Token {
  ByteView bytes;  // 1 to kMaxToken
};
struct HandshakeDone {};
struct Close {
  std::uint64_t code = 0;  // booster/session/error_code.h
  ByteView reason;         // as it came: clean_reason() before a person sees it
};
struct Keepalive {                  // from the gateway: are you there? from the client: I am
  std::chrono::seconds interval{};  // as the client wants to be asked: after so much silence
};
struct SessionFrames {
  ByteView rest;
};
using Frame = std::variant<Padding, Ping, Ack, Times, Handshake, Greeting, NewPath, RetirePath, PathChallenge,
                           PathResponse, Token, HandshakeDone, Close, Keepalive, SessionFrames>;
static_assert(std::is_trivially_copyable_v<Frame>);

Type type_of(const Frame& frame);

// Room for the lists of one frame, reused for every frame of every packet.
struct Scratch {
  std::array<NumberRange, kMaxRanges> ranges;
  std::array<ArrivalTick, kMaxTimes> times;
};

// Takes the next frame of a payload (not empty); the last may be SessionFrames, all that is left.
//   Errors  Protocol: unknown type, cut short, non-minimal varint, impossible value, a frame behind CLOSE · Limit: more
//           than the page allows. The connection then closes
//   Owns    views point into `in` and into `scratch`, until the next frame is decoded
Result<Frame> decode(ByteReader& in, Scratch& scratch);

// Writes one at the front of `into`, which has frame_size() bytes; returns how many.
//   Limits  the values are within those of decode (CHECK)
std::size_t encode(std::span<std::byte> into, const Frame& frame);
std::size_t frame_size(const Frame& frame);

// How many of the ranges, from the largest on, an ACK of `room` bytes can hold; 0: not even one.
std::size_t ranges_that_fit(const Ack& ack, std::size_t room);

}  // namespace booster::transport::packet::frame
