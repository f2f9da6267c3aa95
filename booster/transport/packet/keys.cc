#include "booster/transport/packet/keys.h"

#include "booster/crypto/kdf.h"
#include "booster/transport/packet/span_writer.h"

namespace booster::transport::packet {
namespace {

constexpr std::size_t kSaltSize = 20;
constexpr std::size_t kMaxLabel = 32;

crypto::Secret extract(ByteView input) {
  const auto salt = crypto::sha256("packetboat bst/1 handshake salt").truncated<kSaltSize>();
  crypto::Digest key = crypto::hkdf_extract(salt, input);
  crypto::Secret secret = crypto::Secret::of(key.view());
  crypto::wipe(key.bytes);
  return secret;
}

constexpr std::size_t key_size(Aead aead) {
  return aead == Aead::Aes128Gcm ? 16 : 32;
}

}  // namespace

crypto::Secret expand(const crypto::Secret& secret, std::string_view label, std::size_t size) {
  CHECK(label.size() <= kMaxLabel);
  std::array<std::byte, 2 + 1 + kMaxLabel + 1> info;
  SpanWriter out(info);
  out.u16(static_cast<std::uint16_t>(size));
  out.u8(static_cast<std::uint8_t>(label.size()));
  out.put(as_bytes(label));
  out.u8(0);
  return crypto::hkdf_expand(secret.reveal(), ByteView(info).first(out.size()), size);
}

SecretPair handshake_secrets(const ConnectionId& destination) {
  const crypto::Secret secret = extract(destination.view());
  return {expand(secret, "client in", kSecretSize), expand(secret, "server in", kSecretSize)};
}

crypto::Digest exporter_context(const ExchangedIds& ids) {
  std::array<std::byte, 4 + 3 * (1 + kMaxIdSize)> input;
  SpanWriter out(input);
  out.u32(kVersion);
  out.sized(ids.first_destination.view());
  out.sized(ids.client.view());
  out.sized(ids.gateway.view());
  return crypto::sha256(ByteView(input).first(out.size()));
}

SecretPair packet_secrets(ByteView exported) {
  CHECK(exported.size() == kExportedSize);
  return {crypto::Secret::of(exported.first(kSecretSize)), crypto::Secret::of(exported.last(kSecretSize))};
}

Keys derive_keys(Aead aead, const crypto::Secret& secret) {
  return {aead, expand(secret, "key", key_size(aead)), expand(secret, "iv", 12), expand(secret, "hp", key_size(aead))};
}

crypto::Secret next_secret(const crypto::Secret& secret) {
  return expand(secret, "ku", kSecretSize);
}

Keys retry_keys() {
  return derive_keys(Aead::Aes128Gcm, extract(as_bytes("retry")));
}

}  // namespace booster::transport::packet
