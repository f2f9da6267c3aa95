// The session's frames as bytes. Integers are varints (codec/base/varint.h) unless said otherwise.  Source: PROTOCOL.md
// §3
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "booster/session/types.h"

namespace booster::session::frame {

enum class Type : std::uint8_t {
  Ping = 0x01,
  Pong = 0x02,
  MaxData = 0x03,
  MaxStreamData = 0x04,
  MaxStreams = 0x05,
  Reset = 0x06,
  StopSending = 0x07,
  OffsetAck = 0x08,
  Datagram = 0x09,
  Close = 0x0a,
  Keepalive = 0x0b,
  Stream = 0x10,  // 0x10-0x13: bit 0 FIN, bit 1 OPEN
};
constexpr std::uint8_t kFin = 0x01;
constexpr std::uint8_t kOpen = 0x02;

struct Ping {
  std::uint64_t id;
};
struct Pong {
  std::uint64_t id;
};
struct Keepalive {  // from a client: PING me after so much silence
  std::chrono::seconds interval{};
};
struct MaxData {
  std::uint64_t limit;
};
struct MaxStreamData {
  StreamId stream;
  std::uint64_t limit;
};
struct MaxStreams {
  std::uint64_t limit;
};
struct Reset {
  StreamId stream;
  std::uint64_t final_size;
  Error error;
};
struct StopSending {
  StreamId stream;
  Error error;
};
struct OffsetAck {
  std::vector<std::pair<StreamId, std::uint64_t>> marks;
};
struct DatagramFrame {
  ByteView bytes;
};
struct Close {
  Error error;
};
struct Stream {
  StreamId stream;
  bool fin = false;
  std::optional<Class> open;  // with it, metadata counts
  ByteView metadata;
  std::uint64_t offset = 0;
  ByteView data;
};
using Frame = std::variant<Ping, Pong, Keepalive, MaxData, MaxStreamData, MaxStreams, Reset, StopSending, OffsetAck,
                           DatagramFrame, Close, Stream>;

// Takes one frame from the front of `in`; nullopt: more bytes are needed, the reader is where it was.
//   Limits  metadata, reason, datagram, payload <= kMaxRecord, entries of an acknowledgement: checked before the bytes
//   are there Errors  Protocol: unknown type, non-minimal varint, unknown class, offset beyond kMaxOffset · Limit Owns
//   views point into `in`
Result<std::optional<Frame>> decode(ByteReader& in);

void encode(ByteWriter& out, const Frame& frame);

// The bytes before the payload of a stream frame; `length` of payload follow.
std::size_t stream_header_size(const Stream& head, std::size_t length);
// Writes them at `into`; returns how many.
std::size_t write_stream_header(std::span<std::byte> into, const Stream& head, std::size_t length);

}  // namespace booster::session::frame
