// Address tokens: what a gateway has a client bring back, so that it remembers nothing itself.
//                                                                             Source: PROTOCOL.md §1.4, RFC 9000 §8.1
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "booster/crypto/secret.h"
#include "booster/transport/packet/aead.h"
#include "booster/transport/packet/header.h"
#include "booster/transport/types.h"

namespace booster::transport::packet {

enum class TokenKind : std::uint8_t {
  Retry = 1,           // of a Retry: for the same connection, within seconds
  NextConnection = 2,  // of a TOKEN frame: for a later one
};

struct AddressToken {
  TokenKind kind = TokenKind::Retry;
  Address client;
  std::chrono::seconds issued{};      // on the caller's clock, which outlives the process; 0 to 2^32 - 1
  ConnectionId original_destination;  // Retry: of the client's first packet
  std::array<std::byte, 8> random{};  // makes it one of its kind; shows that it was used before
  BitsPerSecond rate;                 // NextConnection: of the path towards the client, in kbit/s; 0: not known
  std::chrono::milliseconds rtt{};    // and the round trip that belongs to it
};

// Makes and opens tokens of one key, which all processes that may see them share.
//   Shape   u32 issued ‖ 8 random ‖ sealed (u8 kind ‖ 16 ip ‖ u16 port ‖ u32 interface ‖ u32 kbit/s ‖ u16 ms ‖ u8 size
//   ‖
//           original id) ‖ 16 tag
//           AES-128-GCM; nonce = the first 12 bytes, so it repeats once in 2^32 tokens of the same second
class TokenKey {
 public:
  explicit TokenKey(const crypto::Secret& secret);

  static constexpr std::size_t kMaxSize = 12 + 30 + kMaxIdSize + kTagSize;
  static_assert(kMaxSize <= kMaxToken);

  std::size_t make_token(std::span<std::byte> into, const AddressToken& token);  // room for kMaxSize; returns the size
  // Age and address are the caller's to judge.
  //   Errors  Denied: not made with this key · Protocol: made with it, but not readable (a later version's)
  Result<AddressToken> open_token(ByteView sealed);

 private:
  AeadContext sealing_;
  AeadContext opening_;
};

}  // namespace booster::transport::packet
