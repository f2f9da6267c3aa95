// What of a new item stands in items that both ends hold.                                    Source: REPEATS.md §2
#pragma once
#include <functional>

#include "codec/repeat/outline.h"

namespace codec::repeat {

constexpr std::size_t kMostSources = 4;     // of one item: each is open at the reader meanwhile
constexpr std::size_t kLeastRepeat = 8192;  // octets: a shorter stretch is a match for a window, and costs as little
constexpr std::size_t kMostRewinds = 16;    // of an item: a reader goes through a source from its beginning again
constexpr std::uint64_t kLeastItem = 32 * 1024;  // octets of an item that is looked at, or referred to
constexpr std::uint64_t kMostItem = 256ULL * 1024 * 1024;

using Source = std::uint64_t;  // its owner's number; a higher one is newer

// A chunk of the item stands in a source.
struct Match {
  std::size_t place = 0;  // in Outline::places
  Source source = 0;
  std::uint64_t at = 0;  // of the source's content
};

struct Repeat {
  std::uint64_t at = 0;  // of the item's content
  std::uint64_t length = 0;
  Source source = 0;
  std::uint64_t source_at = 0;
  bool operator==(const Repeat&) const = default;
};

// Whether the window or the prefix that the item is coded with has seen a source.
using Seen = std::function<bool(Source)>;
inline bool sees_nothing(Source) {
  return false;
}

// Rising, apart; of kMostSources sources, those that hold most of the item. A file of which only some is the same is
// not opened, where that is repeated: it is left to the window instead, if less than half of it is, or the window has
// seen it.
//   matches  of one place together, places rising
std::vector<Repeat> repeats_in(const Outline& item, const std::vector<Match>& matches, const Seen& seen = sees_nothing);

std::uint64_t octets_of(const std::vector<Repeat>& repeats);

}  // namespace codec::repeat
