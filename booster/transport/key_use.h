// Which keys seal and open what: the handshake's, and the packet keys with their updates.      Source: PROTOCOL.md §2
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "booster/transport/packet/protection.h"

namespace booster::transport {

// A packet taken from a datagram and opened in place.
struct Opened {
  PacketNumber number;
  std::span<std::byte> payload;
};

class LongKeys {
 public:
  LongKeys(const packet::ConnectionId& destination, Role role);
  void seal(std::span<std::byte> packet, const packet::HeaderPlace& place, PacketNumber number);
  Result<Opened> open(std::span<std::byte> packet, std::size_t number_at, std::optional<PacketNumber> largest);

 private:
  packet::HeaderProtection protect_;
  packet::HeaderProtection unprotect_;
  packet::Sealer sealer_;
  packet::Opener opener_;
};

class ShortKeys {
 public:
  ShortKeys(Aead aead, const packet::SecretPair& secrets, Role role);

  bool phase() const { return phase_; }
  void seal(std::span<std::byte> packet, const packet::HeaderPlace& place, PathId path, PacketNumber number);
  //   Errors  Denied: not ours, or damaged · Limit: so many of those that the key is worn out
  Result<Opened> open(std::span<std::byte> packet, std::size_t number_at, PathId path,
                      std::optional<PacketNumber> largest);
  // An acknowledgement of a packet of the present phase came: the next update may follow.
  void on_acked(PathId path, PacketNumber number);
  void forget(PathId path) { begins_.erase(path.value); }
  // For tests: as if the key had sealed so many.
  void wear(std::uint64_t packets) { sealed_ += packets; }

 private:
  struct Begin {  // of the present phase on one path
    std::optional<PacketNumber> received;
    std::optional<PacketNumber> sent;
  };
  enum class Era : std::uint8_t { Before, Now, Next, BeforeOrNext };
  Era era_of(bool phase, PathId path, PacketNumber number) const;
  Result<std::span<std::byte>> open_with(Era& era, PathId path, const packet::PlainHeader& header,
                                         std::span<std::byte> packet);
  void update();

  Aead aead_;
  packet::HeaderProtection protect_;
  packet::HeaderProtection unprotect_;
  crypto::Secret send_secret_;
  crypto::Secret receive_secret_;
  packet::Sealer sealer_;
  std::unique_ptr<packet::Opener> before_;
  std::unique_ptr<packet::Opener> now_;
  std::unique_ptr<packet::Opener> next_;
  bool phase_ = false;
  bool may_update_ = false;
  std::uint64_t sealed_ = 0;
  std::uint64_t failed_ = 0;
  std::map<std::uint32_t, Begin> begins_;
};

}  // namespace booster::transport
