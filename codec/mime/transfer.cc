#include "codec/mime/transfer.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace codec::mime {
namespace {

constexpr std::size_t kPiece = 16 * 1024;
constexpr std::size_t kMaxHeld = 1000;  // blanks held back at a line's end; RFC 2045 lines have 76 octets

constexpr std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kBase64Values = make_base64_values();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void TransferDecoder::decode(ByteView octets, std::string& into) {
  switch (encoding_) {
    case Encoding::Base64:
      return decode_base64(as_text(octets), into);
    case Encoding::QuotedPrintable:
      return decode_quoted(as_text(octets), into);
    case Encoding::Identity:
    case Encoding::Unknown:
      into.append(as_text(octets));
  }
}

void TransferDecoder::finish(std::string& into) {
  if (!held_.empty() && held_[0] == '=') into += held_;
  held_.clear();
}

void TransferDecoder::decode_base64(std::string_view text, std::string& into) {
  for (const char c : text) {
    if (c == '=') have_ = 0;
    const std::int8_t value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) continue;
    bits_ = (bits_ << 6) | static_cast<std::uint32_t>(value);
    have_ += 6;
    if (have_ < 8) continue;
    have_ -= 8;
    into += static_cast<char>((bits_ >> have_) & 0xff);
  }
}

void TransferDecoder::decode_quoted(std::string_view text, std::string& into) {
  for (const char c : text) quoted_octet(c, into);
}

void TransferDecoder::quoted_octet(char octet, std::string& into) {
  if (!held_.empty() && held_[0] == '=') {
    held_ += octet;
    if (octet == '\n') return held_.clear();                 // soft line break
    if (held_.size() == 2 && hex_value(octet) >= 0) return;  // first digit
    if (octet == ' ' || octet == '\t' || octet == '\r') {    // blanks before a soft line break
      if (held_.size() < kMaxHeld && (held_.size() == 2 || hex_value(held_[1]) < 0)) return;
    }
    if (held_.size() == 3 && hex_value(held_[1]) >= 0 && hex_value(octet) >= 0) {
      into += static_cast<char>(hex_value(held_[1]) * 16 + hex_value(octet));
      return held_.clear();
    }
    into += held_;
    return held_.clear();
  }
  if (octet == ' ' || octet == '\t') {
    held_ += octet;
    if (held_.size() < kMaxHeld) return;
    into += held_;
    return held_.clear();
  }
  if (octet != '\n' && octet != '\r') into += held_;
  held_.clear();
  if (octet == '=') {
    held_ = "=";
  } else {
    into += octet;
  }
}

std::string decode_body(ByteView body, Encoding encoding, std::size_t limit) {
  std::string out;
  TransferDecoder decoder(encoding);
  for (std::size_t at = 0; at < body.size() && out.size() < limit; at += kPiece) {
    decoder.decode(body.subspan(at, std::min(kPiece, body.size() - at)), out);
  }
  decoder.finish(out);
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace codec::mime
