// What a deflate encoder was told: the few octets that a recipe names its model by.             Source: RECIPE.md §4
#pragma once
#include <cstddef>
#include <cstdint>

#include "codec/base/bytes.h"
#include "codec/container/limits.h"

namespace codec::container {

enum class Strategy : std::uint8_t { Default = 0, Filtered = 1, HuffmanOnly = 2, Runs = 3, Fixed = 4 };
// Beyond zlib's nine: the same matcher, which never thinks a match long enough to stop. RECIPE.md §4.2
constexpr std::uint8_t kWordLevel = 10;
constexpr std::uint8_t kExcelLevel = 11;
constexpr std::uint8_t kLastLevel = 14;

struct Settings {
  std::uint8_t level = 6;    // 1..kLastLevel
  std::uint8_t memory = 8;   // 1..9: width of the hash, tokens of a block
  std::uint8_t window = 15;  // 9..15
  Strategy strategy = Strategy::Default;
  bool forgets = false;  // what stood before an empty stored block: a full flush
  bool operator==(const Settings&) const = default;
};

// Shape  level:u8 (memory | strategy << 4):u8 (window | forgets << 7):u8      Errors  Protocol: one out of range
void write_settings(ByteWriter& out, const Settings& settings);
Result<Settings> read_settings(ByteReader& in);

// How a matcher with these settings searches.
struct Search {
  std::size_t good;  // a match of that length at the place before: a quarter of the chain is enough
  std::size_t lazy;  // a shorter match is held back to see what the next place has; greedy: longer ones are not indexed
  std::size_t nice;  // long enough to stop
  std::size_t chain;  // candidates looked at
  bool greedy;
  unsigned hash_bits;
  unsigned hash_shift;
  std::size_t farthest;      // distance
  std::size_t block_tokens;  // a block is full
};
Search search_of(const Settings& settings);

}  // namespace codec::container
