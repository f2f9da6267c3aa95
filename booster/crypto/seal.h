// Bytes sealed with a key: encrypted, and any change noticed. Format: SEAL.md.
#pragma once
#include <string_view>

#include "booster/crypto/secret.h"
#include "codec/base/result.h"

namespace booster::crypto {

constexpr std::size_t kSealKeyBytes = 32;
constexpr std::size_t kSealNonceBytes = 12;
constexpr std::size_t kSealTagBytes = 16;
constexpr std::size_t kSealOverhead = 1 + kSealNonceBytes + kSealTagBytes;
constexpr std::size_t kMaxSealed = 64u << 20;  // opened in one piece in memory

// `context` says what the bytes are and where they belong ("credential alice@host"); it is bound, not stored, so that
// one sealed thing cannot be put in another's place.
//   Errors  open: Unsupported: sealed by a newer version · Corrupt: changed, another key or another context
//           Limit: larger than kMaxSealed
Result<Bytes> seal(const Secret& key, std::string_view context, ByteView plain);
Result<Secret> open_sealed(const Secret& key, std::string_view context, ByteView sealed);

// AES-256-GCM itself; a nonce must never be used twice with one key. Output: ciphertext ‖ tag.
Bytes aes_gcm_encrypt(ByteView key, ByteView nonce, ByteView associated, ByteView plain);
Result<Secret> aes_gcm_decrypt(ByteView key, ByteView nonce, ByteView associated, ByteView cipher);

}  // namespace booster::crypto
