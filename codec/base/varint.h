// Variable-length integers: LEB128, 7 bits a byte, least significant first, at most 10 bytes, minimal form only.
// (Not RFC 9000's: chains hold many values of 64..127 and 2^14..2^21, where LEB128 is a byte shorter.)
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace codec {

enum class VarintState { Ok, Short, Bad };
struct VarintParse {
  VarintState state;
  std::uint64_t value;
  std::size_t size;  // bytes taken when Ok
};

constexpr std::size_t kMaxVarint = 10;

VarintParse parse_varint(std::span<const std::byte> bytes);
void append_varint(std::vector<std::byte>& into, std::uint64_t value);
constexpr std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 128; value >>= 7) ++size;
  return size;
}

// Small magnitudes of either sign become small unsigned values.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

}  // namespace codec
