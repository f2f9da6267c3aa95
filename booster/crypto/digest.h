// SHA-256 and HMAC-SHA256.
#pragma once
#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"

struct evp_md_ctx_st;

namespace booster::crypto {

constexpr std::size_t kDigestBytes = 32;

struct Digest {
  std::array<std::byte, kDigestBytes> bytes{};

  static Result<Digest> from_bytes(ByteView bytes);  // Protocol: not 32 bytes
  static Result<Digest> from_hex(std::string_view hex);
  ByteView view() const { return bytes; }
  std::string hex() const { return codec::to_hex(bytes); }
  std::string short_hex() const { return hex().substr(0, 12); }  // for people and logs
  template <std::size_t N>
  std::array<std::byte, N> truncated() const {
    static_assert(N <= kDigestBytes);
    std::array<std::byte, N> front;
    std::memcpy(front.data(), bytes.data(), N);
    return front;
  }
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

Digest sha256(ByteView bytes);
inline Digest sha256(std::string_view text) {
  return sha256(as_bytes(text));
}

// Running digest: copyable, so that a prefix's digest can be taken on the way.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);
  Sha256(Sha256&&) noexcept = default;
  Sha256& operator=(Sha256&&) noexcept = default;
  ~Sha256() = default;

  Sha256& update(ByteView bytes);
  Sha256& update(std::string_view text) { return update(as_bytes(text)); }
  Digest digest() const;  // of everything so far; more may follow

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Digest hmac_sha256(ByteView key, ByteView message);

// Equal in length and content; time depends on the lengths only.
bool constant_time_equal(ByteView a, ByteView b);

}  // namespace booster::crypto

template <>
struct std::hash<booster::crypto::Digest> {
  std::size_t operator()(const booster::crypto::Digest& digest) const noexcept {
    std::size_t value;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
