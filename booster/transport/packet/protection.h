// Sealed packets, in place: the payload by an AEAD, number and flags by a mask.  Source: PROTOCOL.md §2, RFC 9001 §5.3,
// §5.4
//
// Sending:    write_header, payload behind it, room for the tag · Sealer::seal · HeaderProtection::protect
// Receiving:  PacketReader · HeaderProtection::unprotect · choose the key by the phase · Opener::open
#pragma once
#include <array>
#include <optional>
#include <span>

#include "booster/transport/packet/aead.h"
#include "booster/transport/packet/header.h"
#include "booster/transport/packet/keys.h"

namespace booster::transport::packet {

// A header as it was before protection.
struct PlainHeader {
  PacketNumber number;
  std::size_t size = 0;    // of the header: the sealed payload begins here
  bool key_phase = false;  // short packets
};

// Of one direction; outlives key updates.
class HeaderProtection {
 public:
  explicit HeaderProtection(const Keys& keys);

  // Of a sealed packet.
  void protect(std::span<std::byte> packet, const HeaderPlace& place);
  // Takes the protection off, in place; proves nothing yet. `packet` and `number_at` are PacketReader's.
  //   Errors  Protocol: shorter than a sealed packet, or a number that cannot be
  Result<PlainHeader> unprotect(std::span<std::byte> packet, std::size_t number_at,
                                std::optional<PacketNumber> largest_seen);

  std::array<std::byte, 5> mask(std::span<const std::byte, kSampleSize> sample);

 private:
  Aead aead_;
  NativeCipher context_;
};

// One key of one direction. A key update makes a new one.
class Sealer {
 public:
  explicit Sealer(const Keys& keys);

  // `packet`: header, payload, kTagSize bytes of room; all of at least kMinSealed from the number on (padding_for).
  // Long packets are of kHandshakePath. No number is used twice on a path.
  void seal(PathId path, PacketNumber number, std::span<std::byte> packet, std::size_t header_size);

 private:
  crypto::Secret iv_;
  AeadContext context_;
};

class Opener {
 public:
  explicit Opener(const Keys& keys);

  // The payload, in place.
  //   Errors  Denied: not sealed with this key for this path; the payload's bytes are lost then, the last kTagSize stay
  //   as
  //           they came (a stateless reset is known by them) · Protocol: it is the peer's, but reserved bits are set
  Result<std::span<std::byte>> open(PathId path, const PlainHeader& header, std::span<std::byte> packet);

 private:
  crypto::Secret iv_;
  AeadContext context_;
};

}  // namespace booster::transport::packet
