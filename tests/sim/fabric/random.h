// One generator per element, from the world's seed and the element's name: a further element changes nothing for the
// others.
#pragma once
#include <cstdint>
#include <string_view>

#include "tests/support/link/random.h"

namespace sim {

using support::link::Random;  // splitmix64

inline std::uint64_t seed_of(std::uint64_t world, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  // The world's seed is 1, 2, 3 ...: scattered first, or neighbours would share most of their sequence.
  Random mix(world);
  return mix.next() ^ hash;
}

}  // namespace sim
