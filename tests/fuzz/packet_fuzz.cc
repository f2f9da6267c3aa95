// Any bytes as a datagram: its packets lie inside it, what nobody sealed does not open, and what was sealed does.
#include <algorithm>
#include <cstdlib>

#include "booster/crypto/digest.h"
#include "booster/transport/packet/protection.h"
#include "booster/transport/packet/stateless.h"
#include "booster/transport/packet/token.h"

namespace {

using namespace booster::transport;
using namespace booster::transport::packet;
using booster::Bytes;
using booster::ByteView;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Ends {
  explicit Ends(Aead aead)
      : Ends(derive_keys(aead, booster::crypto::Secret::of(booster::crypto::sha256("somebody").view()))) {}
  explicit Ends(const Keys& keys) : sealer(keys), opener(keys), header(keys) {}
  Sealer sealer;
  Opener opener;
  HeaderProtection header;
};

void take(Ends& ends, TokenKey& tokens, Bytes datagram) {
  const Bytes untouched = datagram;
  PacketReader packets(untouched);
  std::size_t end = 0;
  for (auto next = packets.next(); next && *next; next = packets.next()) {
    const Packet& packet = **next;
    require(packet.begin == end && packet.end > packet.begin && packet.end <= datagram.size());
    require(packet.token.size() <= kMaxToken && packet.versions.size() % 4 == 0);
    end = packet.end;
    require(!tokens.open_token(packet.token));
    const std::span<std::byte> bytes = std::span(datagram).subspan(packet.begin, packet.end - packet.begin);
    require(!is_genuine_retry(bytes, packet.destination));
    if (packet.kind != Kind::Handshake && packet.kind != Kind::Short) continue;
    require(packet.number_at + kMinSealed <= bytes.size());
    const auto plain = ends.header.unprotect(bytes, packet.number_at, PacketNumber{1000});
    if (plain) require(!ends.opener.open({0}, *plain, bytes));
  }
}

// The bytes as a payload: size and number are taken from their front.
void bring(Ends& ends, ByteView bytes) {
  if (bytes.size() < 2 || bytes.size() > 2000) return;
  const std::size_t number_size = 1 + std::to_integer<std::size_t>(bytes[0]) % 4;
  const PacketNumber number{std::to_integer<std::uint64_t>(bytes[1])};
  const ByteView payload = bytes.subspan(2);
  Bytes packet(1 + kIdSize + number_size + std::max(payload.size(), std::size_t{4}) + kTagSize);
  const HeaderPlace place =
      write_header(packet, ShortHeader{*ConnectionId::from(Bytes(kIdSize)), false, number, number_size});
  std::copy(payload.begin(), payload.end(), packet.begin() + static_cast<std::ptrdiff_t>(place.size));
  ends.sealer.seal({1}, number, packet, place.size);
  ends.header.protect(packet, place);
  const auto plain = ends.header.unprotect(packet, place.number_at, std::nullopt);
  require(plain && plain->number == number && plain->size == place.size);
  const auto opened = ends.opener.open({1}, *plain, packet);
  require(opened && std::equal(payload.begin(), payload.end(), opened->begin()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Ends aes(Aead::Aes128Gcm), chacha(Aead::ChaCha20Poly1305);
  static TokenKey tokens(booster::crypto::Secret::of_text("gateways"));
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  for (Ends* ends : {&aes, &chacha}) {
    take(*ends, tokens, Bytes(bytes.begin(), bytes.end()));
    bring(*ends, bytes);
  }
  (void)is_reset(bytes, ResetToken{});
  return 0;
}
