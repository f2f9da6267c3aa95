// One hash of two numbers.
#pragma once
#include <cstdint>

namespace codec::compress::mix {

constexpr std::uint32_t scramble(std::uint32_t a, std::uint32_t b) {
  std::uint32_t hash = a * 0x9e3779b1U + b * 0x85ebca77U + 0x27d4eb2fU;
  hash ^= hash >> 15;
  hash *= 0x2c1b3c6dU;
  return hash ^ hash >> 13;
}

}  // namespace codec::compress::mix
