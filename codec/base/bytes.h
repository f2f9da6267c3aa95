// Bytes, and a reader and a writer over them. A reader that runs out of bytes stays where it is and says Protocol.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"

namespace codec {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return Bytes(view.begin(), view.end());
}
inline std::string to_string(ByteView bytes) {
  return std::string(as_text(bytes));
}

std::string to_hex(ByteView bytes);
Result<Bytes> from_hex(std::string_view text);  // Errors  Protocol: odd length, a digit that is none

// Reads values from the front of `bytes`; integers are big endian.
//   Errors  Protocol: fewer bytes than asked for; the position is then unchanged
//   Owns    borrows; what it returns points into the input
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size() - at_; }
  std::size_t position() const { return at_; }
  bool empty() const { return left() == 0; }
  ByteView rest() const { return bytes_.subspan(at_); }
  void rewind(std::size_t position) { at_ = position; }

  Result<std::uint8_t> u8();
  Result<std::uint16_t> u16();
  Result<std::uint32_t> u32();
  Result<std::uint64_t> u64();
  Result<ByteView> take(std::size_t count);
  Result<std::uint64_t> varint();             // codec/base/varint.h
  Result<ByteView> sized(std::size_t limit);  // varint length, then as many bytes; Limit above `limit`

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

class ByteWriter {
 public:
  explicit ByteWriter(Bytes& into) : into_(into) {}

  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void varint(std::uint64_t value);
  void put(ByteView bytes) { into_.insert(into_.end(), bytes.begin(), bytes.end()); }
  void sized(ByteView bytes);

 private:
  Bytes& into_;
};

}  // namespace codec

namespace booster {
using codec::as_bytes;
using codec::as_text;
using codec::ByteReader;
using codec::Bytes;
using codec::ByteView;
using codec::ByteWriter;
}  // namespace booster
namespace proxy {
using codec::as_bytes;
using codec::as_text;
using codec::ByteReader;
using codec::Bytes;
using codec::ByteView;
using codec::ByteWriter;
}  // namespace proxy
