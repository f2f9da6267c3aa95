#include "booster/transport/packet/header.h"

#include <algorithm>

#include "booster/transport/packet/first_byte.h"
#include "booster/transport/packet/span_writer.h"

namespace booster::transport::packet {
namespace {

// u8 length, then the id.
Result<ConnectionId> take_id(ByteReader& in) {
  TRY_ASSIGN(const std::uint8_t size, in.u8());
  if (size > kMaxIdSize) return fail(Errc::Protocol, "packet: id too long");
  TRY_ASSIGN(const ByteView bytes, in.take(size));
  return ConnectionId::from(bytes);
}

// Behind the ids: token, then length and that much.                                       §1.1
Result<> take_handshake(ByteReader& in, Packet& packet) {
  TRY_ASSIGN(const std::uint8_t token_size, in.u8());
  if (token_size > kMaxToken) return fail(Errc::Protocol, "packet: token too long");
  TRY_ASSIGN(packet.token, in.take(token_size));
  TRY_ASSIGN(const std::uint16_t length, in.u16());
  if (length < kMinSealed) return fail(Errc::Protocol, "packet: too short");
  packet.number_at = in.position();
  TRY(in.take(length));
  return {};
}

Result<> take_retry(ByteReader& in, Packet& packet) {
  if (in.left() <= kTagSize || in.left() > kMaxToken + kTagSize) return fail(Errc::Protocol, "retry: size of token");
  packet.token = *in.take(in.left() - kTagSize);
  TRY(in.take(kTagSize));
  return {};
}

Result<> take_versions(ByteReader& in, Packet& packet) {
  if (in.empty() || in.left() % 4 != 0) return fail(Errc::Protocol, "version negotiation: list");
  packet.versions = *in.take(in.left());
  return {};
}

Result<> take_by_type(ByteReader& in, Packet& packet, std::uint8_t first) {
  if (packet.version == kNegotiation) {
    packet.kind = Kind::VersionNegotiation;
    return take_versions(in, packet);
  }
  if (packet.version != kVersion) {
    packet.kind = Kind::OtherVersion;
    TRY(in.take(in.left()));
    return {};
  }
  switch (first & first_byte::kTypeMask) {
    case first_byte::kHandshake:
      packet.kind = Kind::Handshake;
      return take_handshake(in, packet);
    case first_byte::kRetry:
      packet.kind = Kind::Retry;
      if ((first & first_byte::kProtected) != 0) return fail(Errc::Protocol, "retry: reserved bits");
      return take_retry(in, packet);
    default:
      return fail(Errc::Protocol, "packet: unknown type");
  }
}

Result<Packet> parse_long(ByteReader in, std::uint8_t first) {
  Packet packet;
  TRY_ASSIGN(packet.version, in.u32());
  TRY_ASSIGN(packet.destination, take_id(in));
  TRY_ASSIGN(packet.source, take_id(in));
  TRY(take_by_type(in, packet, first));
  packet.end = in.position();
  return packet;
}

Result<Packet> parse_short(ByteView bytes) {
  if (bytes.size() < kMinShort) return fail(Errc::Protocol, "packet: too short");
  Packet packet;
  packet.destination = *ConnectionId::from(bytes.subspan(1, kIdSize));
  packet.number_at = 1 + kIdSize;
  packet.end = bytes.size();
  return packet;
}

std::uint8_t size_bits(std::size_t number_size) {
  CHECK(number_size >= 1 && number_size <= kMaxNumberSize);
  return static_cast<std::uint8_t>(number_size - 1);
}

}  // namespace

Result<ConnectionId> ConnectionId::from(ByteView bytes) {
  if (bytes.size() > kMaxIdSize) return fail(Errc::Protocol, "connection id: too long");
  ConnectionId id;
  std::copy(bytes.begin(), bytes.end(), id.bytes_.begin());
  id.size_ = static_cast<std::uint8_t>(bytes.size());
  return id;
}

Result<Packet> PacketReader::parse(ByteView rest) const {
  ByteReader in(rest);
  TRY_ASSIGN(const std::uint8_t first, in.u8());
  if ((first & first_byte::kLong) != 0) return parse_long(in, first);
  if ((first & first_byte::kShortMask) == first_byte::kShort) return parse_short(rest);
  return fail(Errc::Protocol, "packet: unknown form");
}

Result<std::optional<Packet>> PacketReader::next() {
  if (at_ == datagram_.size()) return std::optional<Packet>();
  const std::size_t begin = std::exchange(at_, datagram_.size());
  TRY_ASSIGN(Packet packet, parse(datagram_.subspan(begin)));
  // RFC 9000 §12.2: those without a length of their own stand alone; nobody mixes connections in one datagram.
  const bool sealed = packet.kind == Kind::Handshake || packet.kind == Kind::Short;
  if (begin != 0 && (!sealed || packet.destination != first_)) return fail(Errc::Protocol, "packet: bad company");
  first_ = packet.destination;
  packet.begin = begin;
  packet.end += begin;
  at_ = packet.end;
  return std::optional<Packet>(packet);
}

bool lists_version(ByteView versions, std::uint32_t version) {
  ByteReader in(versions);
  while (in.left() >= 4) {
    if (*in.u32() == version) return true;
  }
  return false;
}

std::size_t long_head_size(const ConnectionId& destination, const ConnectionId& source) {
  return 1 + 4 + 1 + destination.size() + 1 + source.size();
}

void write_long_head(SpanWriter& out, std::uint8_t first, std::uint32_t version, const ConnectionId& destination,
                     const ConnectionId& source) {
  out.u8(first);
  out.u32(version);
  for (const ConnectionId* id : {&destination, &source}) {
    out.u8(static_cast<std::uint8_t>(id->size()));
    out.put(id->view());
  }
}

std::size_t header_size(const HandshakeHeader& header) {
  return long_head_size(header.destination, header.source) + 1 + header.token.size() + 2 + header.number_size;
}

HeaderPlace write_header(std::span<std::byte> into, const HandshakeHeader& header) {
  CHECK(header.token.size() <= kMaxToken);
  SpanWriter out(into);
  const auto first =
      static_cast<std::uint8_t>(first_byte::kLong | first_byte::kHandshake | size_bits(header.number_size));
  write_long_head(out, first, kVersion, header.destination, header.source);
  out.u8(static_cast<std::uint8_t>(header.token.size()));
  out.put(header.token);
  out.u16(0);
  const std::size_t number_at = out.size();
  out.fixed(header.number.value, header.number_size);
  return {number_at, out.size()};
}

void set_length(std::span<std::byte> packet, std::size_t number_at) {
  const std::size_t length = packet.size() - number_at;
  CHECK(length >= kMinSealed && length <= 0xffff);
  SpanWriter(packet.subspan(number_at - 2, 2)).u16(static_cast<std::uint16_t>(length));
}

HeaderPlace write_header(std::span<std::byte> into, const ShortHeader& header) {
  CHECK(header.destination.size() == kIdSize);
  SpanWriter out(into);
  out.u8(static_cast<std::uint8_t>(first_byte::kShort | (header.key_phase ? first_byte::kKeyPhase : 0) |
                                   size_bits(header.number_size)));
  out.put(header.destination.view());
  out.fixed(header.number.value, header.number_size);
  return {1 + kIdSize, out.size()};
}

}  // namespace booster::transport::packet
