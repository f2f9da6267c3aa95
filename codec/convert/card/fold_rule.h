// How a writer folds lines that are too long. Writers differ, but each is true to itself.       Source: CARDS.md §3
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace codec::convert::card {

// What the width counts, and between what a line may be broken.
enum class FoldUnit : std::uint8_t {
  WholeCharacters = 0,  // octets; a UTF-8 character stays whole
  Octets = 1,           // octets; between any two
  Characters = 2,       // UTF-8 characters
};

constexpr std::size_t kFoldWidth = 75;  // RFC 5545 §3.1, RFC 6350 §3.2

struct FoldRule {
  std::size_t width = kFoldWidth;  // of a written line without its end; 0: lines are never folded
  FoldUnit unit = FoldUnit::WholeCharacters;
  bool blank_counts = true;  // the blank behind a fold is part of the width
  bool operator==(const FoldRule&) const = default;
};

// The folds of `line` as the rule has them: octets before each, since the line's start or the fold before.
void foretell_folds(std::string_view line, const FoldRule& rule, std::vector<std::size_t>& octets);

}  // namespace codec::convert::card
