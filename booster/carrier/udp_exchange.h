// What the transport asks of cryptography, from booster/tls and booster/crypto.
#pragma once
#include "booster/crypto/random.h"
#include "booster/tls/memory_handshake.h"
#include "booster/transport/entropy.h"
#include "booster/transport/handshake.h"

namespace booster::carrier {

class SystemEntropy final : public transport::Entropy {
 public:
  void fill(std::span<std::byte> into) override { crypto::fill_random(into); }
};

class TlsExchange final : public transport::Handshake {
 public:
  explicit TlsExchange(std::unique_ptr<tls::MemoryHandshake> tls) : tls_(std::move(tls)) {}

  Result<> on_bytes(ByteView bytes) override { return tls_->on_bytes(bytes); }
  Bytes take_bytes() override { return tls_->take_bytes(); }
  bool has_keys() const override { return tls_->has_keys(); }
  bool finished() const override { return tls_->finished(); }
  transport::Aead aead() const override {
    return tls_->aead() == tls::Aead::Aes128Gcm ? transport::Aead::Aes128Gcm : transport::Aead::ChaCha20Poly1305;
  }
  Bytes export_key(std::string_view label, ByteView context, std::size_t size) const override {
    return tls_->export_key(label, context, size);
  }
  Bytes peer_parameters() const override { return tls_->peer_parameters(); }
  bool resumed() const override { return tls_->resumed(); }

  tls::MemoryHandshake& tls() { return *tls_; }

 private:
  std::unique_ptr<tls::MemoryHandshake> tls_;
};

}  // namespace booster::carrier
