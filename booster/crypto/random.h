// Random bytes from the system's generator. There is no answer to its failing but to stop (CHECK).
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "codec/base/bytes.h"

namespace booster::crypto {

void fill_random(std::span<std::byte> into);
Bytes random_bytes(std::size_t size);
std::uint64_t random_u64();
std::uint64_t random_below(std::uint64_t bound);  // evenly; bound > 0

template <std::size_t N>
std::array<std::byte, N> random_array() {
  std::array<std::byte, N> bytes;
  fill_random(bytes);
  return bytes;
}

}  // namespace booster::crypto
