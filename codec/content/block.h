// A piece of an item as it crosses the link: what its octets say, and how they were written.
#pragma once
#include <cstdint>

#include "codec/base/bytes.h"

namespace codec::content {

constexpr std::size_t kPiece = 64 * 1024;  // octets that become one block; what they hold may be ten times as much
constexpr std::size_t kMaxContent = 6 * 1024 * 1024;  // of one item as a whole: what a bomb in it may grow to
constexpr std::size_t kMaxWritten = 256 * 1024;       // what a reader takes

struct Block {
  Bytes layout;  // mime/SPLIT.md; empty: no transfer encoding was undone
  Bytes recipe;  // container/RECIPE.md; empty: nothing was opened
  Bytes content;
  Bytes figures;              // figure/FIGURES.md; empty: the content has no marks
  std::uint64_t written = 0;  // octets before all that
  Bytes repeats = {};  // repeat/REPEATS.md; empty: all of the content is here. Else neither recipe nor figures are
  bool operator==(const Block&) const = default;
};

}  // namespace codec::content
