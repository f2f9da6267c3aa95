#include "codec/base/bytes.h"

#include "codec/base/varint.h"

namespace codec {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

template <class T>
T big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::byte b : bytes) value = value << 8 | std::to_integer<std::uint64_t>(b);
  return static_cast<T>(value);
}

void append_big_endian(Bytes& into, std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) into.push_back(static_cast<std::byte>(value >> shift));
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) {
    text.push_back(kDigits[std::to_integer<std::size_t>(b >> 4)]);
    text.push_back(kDigits[std::to_integer<std::size_t>(b & std::byte{15})]);
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(Errc::Protocol, "hex: odd number of digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  unsigned high = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char lower = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] + 32) : text[i];
    const std::size_t digit = kDigits.find(lower);
    if (digit == std::string_view::npos) return fail(Errc::Protocol, "hex: not a digit");
    if (i % 2 == 0) {
      high = static_cast<unsigned>(digit) << 4;
    } else {
      bytes.push_back(static_cast<std::byte>(high | digit));
    }
  }
  return bytes;
}

Result<ByteView> ByteReader::take(std::size_t count) {
  if (count > left()) return fail(Errc::Protocol, "message ends early");
  const ByteView taken = bytes_.subspan(at_, count);
  at_ += count;
  return taken;
}

Result<std::uint8_t> ByteReader::u8() {
  TRY_ASSIGN(const ByteView b, take(1));
  return big_endian<std::uint8_t>(b);
}

Result<std::uint16_t> ByteReader::u16() {
  TRY_ASSIGN(const ByteView b, take(2));
  return big_endian<std::uint16_t>(b);
}

Result<std::uint32_t> ByteReader::u32() {
  TRY_ASSIGN(const ByteView b, take(4));
  return big_endian<std::uint32_t>(b);
}

Result<std::uint64_t> ByteReader::u64() {
  TRY_ASSIGN(const ByteView b, take(8));
  return big_endian<std::uint64_t>(b);
}

Result<std::uint64_t> ByteReader::varint() {
  const VarintParse parsed = parse_varint(rest());
  if (parsed.state == VarintState::Short) return fail(Errc::Protocol, "message ends early");
  if (parsed.state == VarintState::Bad) return fail(Errc::Protocol, "varint: not minimal or above 64 bits");
  at_ += parsed.size;
  return parsed.value;
}

Result<ByteView> ByteReader::sized(std::size_t limit) {
  const std::size_t start = at_;
  TRY_ASSIGN(const std::uint64_t size, varint());
  if (size > limit || size > left()) {
    at_ = start;
    if (size > limit)
      return fail(Errc::Limit, "field of " + std::to_string(size) + " bytes, limit " + std::to_string(limit));
    return fail(Errc::Protocol, "message ends early");
  }
  return take(static_cast<std::size_t>(size));
}

void ByteWriter::u8(std::uint8_t value) {
  append_big_endian(into_, value, 1);
}
void ByteWriter::u16(std::uint16_t value) {
  append_big_endian(into_, value, 2);
}
void ByteWriter::u32(std::uint32_t value) {
  append_big_endian(into_, value, 4);
}
void ByteWriter::u64(std::uint64_t value) {
  append_big_endian(into_, value, 8);
}
void ByteWriter::varint(std::uint64_t value) {
  append_varint(into_, value);
}

void ByteWriter::sized(ByteView bytes) {
  varint(bytes.size());
  put(bytes);
}

}  // namespace codec
