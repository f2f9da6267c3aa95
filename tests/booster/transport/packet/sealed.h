// Sealed packets as an end makes and takes them.
#pragma once
#include <optional>

#include "booster/transport/packet/protection.h"
#include "tests/booster/transport/packet/hex.h"

namespace booster::transport::packet {

inline Keys keys_for(Aead aead, std::string_view who = "somebody") {
  return derive_keys(aead, crypto::Secret::of(crypto::sha256(who).view()));
}
inline ConnectionId id_of(std::string_view hex) {
  return *ConnectionId::from(bytes_of(hex));
}

inline std::string hex_of(const crypto::Secret& secret) {
  return codec::to_hex(secret.reveal());
}

struct SendingEnd {
  explicit SendingEnd(const Keys& keys) : sealer(keys), header(keys) {}

  Bytes seal_short(PathId path, const ShortHeader& head, ByteView payload) {
    Bytes packet(header_size(head));
    const HeaderPlace place = write_header(packet, head);
    return finish(std::move(packet), place, head.number_size, payload, path, head.number);
  }
  Bytes seal_handshake(const HandshakeHeader& head, ByteView payload) {
    Bytes packet(header_size(head));
    const HeaderPlace place = write_header(packet, head);
    return finish(std::move(packet), place, head.number_size, payload, kHandshakePath, head.number);
  }
  // Padding goes in front: session frames and CLOSE reach to the end.
  Bytes finish(Bytes packet, const HeaderPlace& place, std::size_t number_size, ByteView payload, PathId path,
               PacketNumber number) {
    packet.resize(packet.size() + padding_for(number_size, payload.size()));
    packet.insert(packet.end(), payload.begin(), payload.end());
    packet.resize(packet.size() + kTagSize);
    if (path == kHandshakePath) set_length(packet, place.number_at);
    sealer.seal(path, number, packet, place.size);
    header.protect(packet, place);
    return packet;
  }

  Sealer sealer;
  HeaderProtection header;
};

struct ReceivingEnd {
  explicit ReceivingEnd(const Keys& keys) : opener(keys), header(keys) {}

  // The payload of the only packet of a datagram, or why it was refused.
  Result<Bytes> open(PathId path, Bytes datagram, std::optional<PacketNumber> largest_seen = std::nullopt) {
    PacketReader packets(datagram);
    TRY_ASSIGN(const std::optional<Packet> found, packets.next());
    if (!found || (found->kind != Kind::Short && found->kind != Kind::Handshake))
      return fail(Errc::Protocol, "not sealed");
    const std::span<std::byte> packet = std::span(datagram).subspan(found->begin, found->end - found->begin);
    TRY_ASSIGN(const PlainHeader plain, header.unprotect(packet, found->number_at, largest_seen));
    last = plain;
    TRY_ASSIGN(const std::span<std::byte> payload, opener.open(path, plain, packet));
    return Bytes(payload.begin(), payload.end());
  }

  Opener opener;
  HeaderProtection header;
  PlainHeader last;
};

}  // namespace booster::transport::packet
