#include "booster/crypto/base_n.h"

#include <array>

namespace booster::crypto {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

using Inverse = std::array<signed char, 256>;

constexpr Inverse invert(std::string_view alphabet, bool both_cases) {
  Inverse inverse{};
  for (signed char& value : inverse) value = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    const auto c = static_cast<unsigned char>(alphabet[i]);
    inverse[c] = static_cast<signed char>(i);
    if (both_cases && c >= 'A' && c <= 'Z') inverse[c + 32u] = static_cast<signed char>(i);
  }
  return inverse;
}

std::string encode(ByteView bytes, std::string_view alphabet, unsigned bits) {
  std::string text;
  text.reserve((bytes.size() * 8 + bits - 1) / bits + 3);
  const std::uint32_t mask = (1u << bits) - 1;
  std::uint32_t held = 0;
  unsigned count = 0;
  for (const std::byte byte : bytes) {
    held = (held << 8 | std::to_integer<std::uint32_t>(byte)) & 0xffff;
    for (count += 8; count >= bits;) {
      count -= bits;
      text += alphabet[held >> count & mask];
    }
  }
  if (count > 0) text += alphabet[held << (bits - count) & mask];
  return text;
}

// Without padding. One text for each value: the spare bits are zero and no character is superfluous.
Result<Bytes> decode(std::string_view text, const Inverse& inverse, unsigned bits, const char* name) {
  Bytes bytes;
  bytes.reserve(text.size() * bits / 8);
  std::uint32_t held = 0;
  unsigned count = 0;
  for (const char c : text) {
    const signed char value = inverse[static_cast<unsigned char>(c)];
    if (value < 0) return fail(Errc::Protocol, std::string(name) + ": foreign character");
    held = (held << bits | static_cast<std::uint32_t>(value)) & 0xffff;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::byte>(held >> count & 0xff));
  }
  if (count >= bits || (held & ((1u << count) - 1)) != 0)
    return fail(Errc::Protocol, std::string(name) + ": cut short");
  return bytes;
}

constexpr Inverse kFromBase64 = invert(kBase64, false);
constexpr Inverse kFromBase64Url = invert(kBase64Url, false);
constexpr Inverse kFromBase32 = invert(kBase32, true);

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text = encode(bytes, kBase64, 6);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Errc::Protocol, "base64: wrong padding");
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kFromBase64, 6, "base64");
}

std::string to_base64url(ByteView bytes) {
  return encode(bytes, kBase64Url, 6);
}

Result<Bytes> from_base64url(std::string_view text) {
  return decode(text, kFromBase64Url, 6, "base64url");
}

std::string to_base32(ByteView bytes) {
  return encode(bytes, kBase32, 5);
}

Result<Bytes> from_base32(std::string_view text) {
  return decode(text, kFromBase32, 5, "base32");
}

}  // namespace booster::crypto
