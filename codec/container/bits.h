// Bits of a deflate stream, least significant first.                                        Source: RFC 1951 §3.1.1
#pragma once
#include <cstdint>

#include "codec/base/bytes.h"

namespace codec::container {

// Reads past the end give zeros: the caller looks at ran_out() where it matters.
class BitReader {
 public:
  explicit BitReader(ByteView in, std::size_t bit = 0) : in_(in), at_(bit) {}

  std::size_t position() const { return at_; }
  ByteView octets() const { return in_; }
  std::size_t left() const { return at_ < in_.size() * 8 ? in_.size() * 8 - at_ : 0; }  // bits
  bool ran_out() const { return at_ > in_.size() * 8; }
  // Up to 24 bits, not taken.
  std::uint32_t peek(unsigned count) const {
    const std::size_t octet = at_ / 8;
    std::uint32_t word = 0;
    if (octet + 4 <= in_.size()) [[likely]] {
      const std::byte* in = in_.data() + octet;
      word = std::to_integer<std::uint32_t>(in[0]) | std::to_integer<std::uint32_t>(in[1]) << 8 |
             std::to_integer<std::uint32_t>(in[2]) << 16 | std::to_integer<std::uint32_t>(in[3]) << 24;
    } else {
      for (std::size_t i = 0; octet + i < in_.size(); ++i) {
        word |= std::to_integer<std::uint32_t>(in_[octet + i]) << (8 * i);
      }
    }
    return (word >> (at_ % 8)) & ((1U << count) - 1);
  }
  void skip(std::size_t count) { at_ += count; }
  std::uint32_t take(unsigned count) {
    const std::uint32_t value = peek(count);
    at_ += count;
    return value;
  }

 private:
  ByteView in_;
  std::size_t at_;
};

// Whole octets go to `out`; up to seven bits wait.
class BitWriter {
 public:
  Bytes out;

  void put(std::uint32_t value, unsigned count) {
    held_ |= static_cast<std::uint64_t>(value) << bits_;
    bits_ += count;
    while (bits_ >= 8) {
      out.push_back(static_cast<std::byte>(held_ & 0xff));
      held_ >>= 8;
      bits_ -= 8;
    }
  }
  // Fills the octet up with `padding`.
  void align(std::uint32_t padding) {
    if (bits_ > 0) put(padding & ((1U << (8 - bits_)) - 1), 8 - bits_);
  }

 private:
  std::uint64_t held_ = 0;
  unsigned bits_ = 0;
};

}  // namespace codec::container
