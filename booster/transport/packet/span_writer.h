// Writes into room that the caller has measured before: no allocation, and running out of it is our own bug (CHECK).
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/base/bytes.h"
#include "codec/base/check.h"
#include "codec/base/varint.h"

namespace booster::transport::packet {

// Integers are big endian, as codec::ByteReader takes them.
class SpanWriter {
 public:
  explicit SpanWriter(std::span<std::byte> into) : into_(into) {}

  std::size_t size() const { return at_; }
  void u8(std::uint8_t value) { fixed(value, 1); }
  void u16(std::uint16_t value) { fixed(value, 2); }
  void u32(std::uint32_t value) { fixed(value, 4); }
  void u64(std::uint64_t value) { fixed(value, 8); }
  void fixed(std::uint64_t value, std::size_t size) {
    const std::span<std::byte> place = room(size);
    for (std::size_t i = size; i-- > 0; value >>= 8) place[i] = static_cast<std::byte>(value);
  }
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) u8(static_cast<std::uint8_t>(value | 128));
    u8(static_cast<std::uint8_t>(value));
  }
  void put(ByteView bytes) { std::copy(bytes.begin(), bytes.end(), room(bytes.size()).begin()); }
  void zeros(std::size_t count) {
    const std::span<std::byte> place = room(count);
    std::fill(place.begin(), place.end(), std::byte{0});
  }
  void sized(ByteView bytes) {
    varint(bytes.size());
    put(bytes);
  }

 private:
  std::span<std::byte> room(std::size_t count) {
    CHECK(count <= into_.size() - at_);
    at_ += count;
    return into_.subspan(at_ - count, count);
  }

  std::span<std::byte> into_;
  std::size_t at_ = 0;
};

// The same calls, counted only: one description of a layout says its bytes and its size.
class SizeCounter {
 public:
  std::size_t size() const { return size_; }
  void u8(std::uint8_t) { size_ += 1; }
  void u16(std::uint16_t) { size_ += 2; }
  void u32(std::uint32_t) { size_ += 4; }
  void u64(std::uint64_t) { size_ += 8; }
  void varint(std::uint64_t value) { size_ += codec::varint_size(value); }
  void put(ByteView bytes) { size_ += bytes.size(); }
  void zeros(std::size_t count) { size_ += count; }
  void sized(ByteView bytes) {
    varint(bytes.size());
    put(bytes);
  }

 private:
  std::size_t size_ = 0;
};

}  // namespace booster::transport::packet
