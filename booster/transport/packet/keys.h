// The key schedule: from connection ids for the handshake, from the TLS exporter for everything else.
//                                                                                         Source: PROTOCOL.md §2
#pragma once
#include <array>
#include <string_view>

#include "booster/crypto/digest.h"
#include "booster/crypto/secret.h"
#include "booster/transport/handshake.h"
#include "booster/transport/packet/header.h"

namespace booster::transport::packet {

constexpr std::string_view kExporterLabel = "EXPORTER-packetboat-udp-1";
constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kExportedSize = 2 * kSecretSize;
constexpr std::uint64_t kKeyPackets = std::uint64_t{1} << 22;      // sealed with one key, then it is updated
constexpr std::uint64_t kMaxFailedOpens = std::uint64_t{1} << 36;  // ChaCha20-Poly1305's integrity limit, RFC 9001 §6.6

// HKDF-Expand with info = u16 size ‖ u8 length ‖ label ‖ u8 0 (RFC 8446 §7.1 without its prefix).
crypto::Secret expand(const crypto::Secret& secret, std::string_view label, std::size_t size);

// What each end seals with.
struct SecretPair {
  crypto::Secret client;
  crypto::Secret gateway;

  const crypto::Secret& of(Role role) const { return role == Role::Client ? client : gateway; }
};

// `destination`: of the client's first packet, after a Retry of the first one that carries its token.
SecretPair handshake_secrets(const ConnectionId& destination);

// The exporter's context ties the keys to the ids, so that a Retry or an id that was changed on the way shows.
struct ExchangedIds {
  ConnectionId first_destination;  // of the client's very first packet, before any Retry
  ConnectionId client;
  ConnectionId gateway;
};
crypto::Digest exporter_context(const ExchangedIds& ids);
SecretPair packet_secrets(ByteView exported);  // kExportedSize bytes (CHECK)

struct Keys {
  Aead aead = Aead::Aes128Gcm;
  crypto::Secret key;
  crypto::Secret iv;
  crypto::Secret header;  // that of the first secret stays for the life of the connection
};
Keys derive_keys(Aead aead, const crypto::Secret& secret);
crypto::Secret next_secret(const crypto::Secret& secret);  // for a key update

Keys retry_keys();  // known to all: they prove only that a Retry's sender saw the client's first packet

}  // namespace booster::transport::packet
