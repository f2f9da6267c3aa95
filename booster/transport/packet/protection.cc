#include "booster/transport/packet/protection.h"

#include <openssl/evp.h>

#include "booster/transport/packet/first_byte.h"
#include "booster/transport/packet/span_writer.h"

namespace booster::transport::packet {
namespace {

// iv xor (u32 path ‖ u64 number).
Nonce nonce_of(const crypto::Secret& iv, PathId path, PacketNumber number) {
  Nonce nonce;
  SpanWriter out(nonce);
  out.u32(path.value);
  out.u64(number.value);
  const ByteView secret = iv.reveal();
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= secret[i];
  return nonce;
}

std::span<const std::byte, kSampleSize> sample_of(std::span<const std::byte> packet, std::size_t number_at) {
  return packet.subspan(number_at + kMaxNumberSize).first<kSampleSize>();
}

std::uint8_t u8_of(std::byte b) {
  return std::to_integer<std::uint8_t>(b);
}

std::size_t number_size_of(std::byte first) {
  return (u8_of(first) & first_byte::kNumberSize) + std::size_t{1};
}

bool reserved_bits(std::byte first) {
  const bool is_long = (u8_of(first) & first_byte::kLong) != 0;
  return (u8_of(first) & (is_long ? first_byte::kLongReserved : first_byte::kShortReserved)) != 0;
}

}  // namespace

HeaderProtection::HeaderProtection(const Keys& keys) : aead_(keys.aead), context_(EVP_CIPHER_CTX_new()) {
  const EVP_CIPHER* cipher = aead_ == Aead::Aes128Gcm ? EVP_aes_128_ecb() : EVP_chacha20();
  const ByteView key = keys.header.reveal();
  CHECK(static_cast<int>(key.size()) == EVP_CIPHER_get_key_length(cipher));
  CHECK(context_ && EVP_EncryptInit_ex(context_.get(), cipher, nullptr,
                                       reinterpret_cast<const unsigned char*>(key.data()), nullptr) == 1);
  CHECK(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
}

// RFC 9001 §5.4.3: AES of the sample. §5.4.4: ChaCha20 of zeros, where counter and nonce are the sample as OpenSSL
// takes them.
std::array<std::byte, 5> HeaderProtection::mask(std::span<const std::byte, kSampleSize> sample) {
  const auto* from = reinterpret_cast<const unsigned char*>(sample.data());
  constexpr std::array<unsigned char, 5> kZeros{};
  std::array<unsigned char, kSampleSize> block{};
  int size = 0;
  if (aead_ == Aead::Aes128Gcm) {
    CHECK(EVP_EncryptUpdate(context_.get(), block.data(), &size, from, kSampleSize) == 1);
  } else {
    CHECK(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, from) == 1);
    CHECK(EVP_EncryptUpdate(context_.get(), block.data(), &size, kZeros.data(), kZeros.size()) == 1);
  }
  std::array<std::byte, 5> mask;
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = std::byte{block[i]};
  return mask;
}

void HeaderProtection::protect(std::span<std::byte> packet, const HeaderPlace& place) {
  CHECK(packet.size() >= place.number_at + kMinSealed);
  const std::array<std::byte, 5> covers = mask(sample_of(packet, place.number_at));
  packet[0] ^= covers[0] & std::byte{first_byte::kProtected};
  for (std::size_t i = place.number_at; i < place.size; ++i) packet[i] ^= covers[1 + i - place.number_at];
}

Result<PlainHeader> HeaderProtection::unprotect(std::span<std::byte> packet, std::size_t number_at,
                                                std::optional<PacketNumber> largest_seen) {
  if (packet.size() < kMinSealed || packet.size() - kMinSealed < number_at)
    return fail(Errc::Protocol, "packet: too short");
  const std::array<std::byte, 5> covers = mask(sample_of(packet, number_at));
  packet[0] ^= covers[0] & std::byte{first_byte::kProtected};
  const std::size_t size = number_size_of(packet[0]);
  std::uint32_t truncated = 0;
  for (std::size_t i = 0; i < size; ++i) {
    packet[number_at + i] ^= covers[1 + i];
    truncated = truncated << 8 | std::to_integer<std::uint32_t>(packet[number_at + i]);
  }
  const PacketNumber number = decode_number(truncated, size, largest_seen);
  if (number > kMaxPacketNumber) return fail(Errc::Protocol, "packet: number too high");
  return PlainHeader{number, number_at + size, (u8_of(packet[0]) & first_byte::kKeyPhase) != 0};
}

Sealer::Sealer(const Keys& keys)
    : iv_(keys.iv.copy()), context_(keys.aead, AeadContext::Way::Seal, keys.key.reveal()) {}

void Sealer::seal(PathId path, PacketNumber number, std::span<std::byte> packet, std::size_t header_size) {
  CHECK(number <= kMaxPacketNumber && packet.size() >= header_size + kTagSize);
  const std::span<std::byte> text = packet.subspan(header_size, packet.size() - header_size - kTagSize);
  context_.seal(nonce_of(iv_, path, number), packet.first(header_size), text, packet.last<kTagSize>());
}

Opener::Opener(const Keys& keys)
    : iv_(keys.iv.copy()), context_(keys.aead, AeadContext::Way::Open, keys.key.reveal()) {}

Result<std::span<std::byte>> Opener::open(PathId path, const PlainHeader& header, std::span<std::byte> packet) {
  CHECK(packet.size() >= header.size + kTagSize);
  const std::span<std::byte> text = packet.subspan(header.size, packet.size() - header.size - kTagSize);
  if (!context_.open(nonce_of(iv_, path, header.number), packet.first(header.size), text, packet.last<kTagSize>()))
    return fail(Errc::Denied, "packet: sealed for another");
  // RFC 9001 §5.4.1: only now, or the answer's time would tell of bits under protection.
  if (reserved_bits(packet[0])) return fail(Errc::Protocol, "packet: reserved bits");
  return text;
}

}  // namespace booster::transport::packet
