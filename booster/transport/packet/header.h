// What stands on a packet before its sealed part, and where the packets of a datagram begin and end.
//                                                                                         Source: PROTOCOL.md §1
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "booster/transport/packet/number.h"
#include "codec/base/bytes.h"

namespace booster::transport::packet {

class SpanWriter;

constexpr std::uint32_t kVersion = 0x50420001;
constexpr std::uint32_t kNegotiation = 0;  // the version of a Version Negotiation packet
constexpr std::size_t kIdSize = 6;         // of the ids that we give out
constexpr std::size_t kMaxIdSize = 20;
constexpr std::size_t kMaxToken = 128;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kSampleSize = 16;
// Number and sealed payload together: the sample begins 4 bytes behind the start of the number.      RFC 9001 §5.4.2
constexpr std::size_t kMinSealed = kMaxNumberSize + kSampleSize;
constexpr std::size_t kMinShort = 1 + kIdSize + kMinSealed;
constexpr std::size_t kShortOverhead = 1 + kIdSize + kMaxNumberSize + kTagSize;

class ConnectionId {
 public:
  ConnectionId() = default;
  static Result<ConnectionId> from(ByteView bytes);  // Protocol: more than kMaxIdSize

  ByteView view() const { return ByteView(bytes_).first(size_); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  auto operator<=>(const ConnectionId&) const = default;  // what is behind the size stays zero

 private:
  std::array<std::byte, kMaxIdSize> bytes_{};
  std::uint8_t size_ = 0;
};

enum class Kind : std::uint8_t {
  Handshake,
  Retry,
  VersionNegotiation,
  OtherVersion,  // long, of a version that is not ours: only its ids can be read
  Short,
};

// One packet of a datagram, before any key is known.    Owns  views point into the datagram
struct Packet {
  Kind kind = Kind::Short;
  std::uint32_t version = kVersion;
  ConnectionId destination;
  ConnectionId source;        // long packets
  ByteView token;             // Handshake, where it may be empty, and Retry, where it is not
  ByteView versions;          // VersionNegotiation: u32 each
  std::size_t begin = 0;      // of the packet in the datagram
  std::size_t number_at = 0;  // from begin; Handshake and Short: where the packet number stands, at least kMinSealed
                              // before the end
  std::size_t end = 0;        // in the datagram
};

// The packets of one datagram, one after the other.
//   Errors  Protocol: not a packet of ours; what is behind it in the datagram is lost with it
class PacketReader {
 public:
  explicit PacketReader(ByteView datagram) : datagram_(datagram) {}
  Result<std::optional<Packet>> next();  // nullopt: no more

 private:
  Result<Packet> parse(ByteView rest) const;
  ByteView datagram_;
  std::size_t at_ = 0;
  ConnectionId first_;  // all are for the same connection
};

bool lists_version(ByteView versions, std::uint32_t version);

// What begins every long packet, up to and with the ids.
std::size_t long_head_size(const ConnectionId& destination, const ConnectionId& source);
void write_long_head(SpanWriter& out, std::uint8_t first, std::uint32_t version, const ConnectionId& destination,
                     const ConnectionId& source);

// Where the writers below put things, from the start of the packet.
struct HeaderPlace {
  std::size_t number_at = 0;
  std::size_t size = 0;  // of the header with the number: the payload begins here
};

struct HandshakeHeader {
  ConnectionId destination;
  ConnectionId source;
  ByteView token;
  PacketNumber number;
  std::size_t number_size = kMaxNumberSize;
};
std::size_t header_size(const HandshakeHeader& header);
// The length is written by set_length once the packet is whole.
HeaderPlace write_header(std::span<std::byte> into, const HandshakeHeader& header);
void set_length(std::span<std::byte> packet, std::size_t number_at);  // `packet`: with payload and room for the tag

struct ShortHeader {
  ConnectionId destination;  // kIdSize
  bool key_phase = false;
  PacketNumber number;
  std::size_t number_size = kMaxNumberSize;
};
constexpr std::size_t header_size(const ShortHeader& header) {
  return 1 + kIdSize + header.number_size;
}
HeaderPlace write_header(std::span<std::byte> into, const ShortHeader& header);

// How many bytes of padding a payload needs so that the sample of header protection is there.
constexpr std::size_t padding_for(std::size_t number_size, std::size_t payload) {
  const std::size_t sealed = number_size + payload + kTagSize;
  return sealed < kMinSealed ? kMinSealed - sealed : 0;
}

}  // namespace booster::transport::packet

template <>
struct std::hash<booster::transport::packet::ConnectionId> {
  std::size_t operator()(const booster::transport::packet::ConnectionId& id) const noexcept {
    return std::hash<std::string_view>{}(codec::as_text(id.view()));
  }
};
