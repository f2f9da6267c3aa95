// One AEAD key, ready to use: its context is made once, a packet allocates nothing.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "booster/transport/handshake.h"
#include "codec/base/bytes.h"

struct evp_cipher_ctx_st;

namespace booster::transport::packet {

struct CipherFree {
  void operator()(evp_cipher_ctx_st* context) const;  // wipes the key
};
using NativeCipher = std::unique_ptr<evp_cipher_ctx_st, CipherFree>;

using Nonce = std::array<std::byte, 12>;

class AeadContext {
 public:
  enum class Way { Seal, Open };
  AeadContext(Aead aead, Way way, ByteView key);  // 16 bytes for AES-128-GCM, 32 for ChaCha20-Poly1305

  // In place. A nonce must never be used twice with one key.
  void seal(const Nonce& nonce, ByteView associated, std::span<std::byte> text, std::span<std::byte, 16> tag);
  // In place; false: not sealed with this key, nonce and associated data, and `text` is then worth nothing. The tag is
  // compared in constant time and left as it was.
  [[nodiscard]] bool open(const Nonce& nonce, ByteView associated, std::span<std::byte> text,
                          std::span<const std::byte, 16> tag);

 private:
  void run(const Nonce& nonce, ByteView associated, std::span<std::byte> text);
  Way way_;
  NativeCipher context_;
};

}  // namespace booster::transport::packet
