// The content lines of a card and how they stood in the text: where they were folded, and with what.   Source: CARDS.md
// §2
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"

namespace codec::convert::card {

// One break of a line in two: line end and blank, which are no part of what the line says.
struct Fold {
  std::size_t line;
  std::size_t octets;  // of that line, since its start or the fold before
  bool tab;            // the blank is one
};

struct ContentLines {
  std::string text;               // of all lines, unfolded, one after another
  std::vector<std::size_t> ends;  // of each line in `text`
  std::vector<Fold> folds;        // from front to back
  std::vector<bool> lf;           // of every line end, in folds and between lines: no CR stands before it
  bool open = false;              // nothing stands behind the last line

  std::size_t size() const { return ends.size(); }
  std::string_view operator[](std::size_t line) const {
    const std::size_t begin = line == 0 ? 0 : ends[line - 1];
    return std::string_view(text).substr(begin, ends[line] - begin);
  }
};

// Any octets have lines: a lone CR and a NUL are octets like others. A soft line break of vCard 2.1's quoted-printable
// and its line end stay in the line.
//   Errors  Limit: kMaxCard, kMaxLines
Result<ContentLines> read_lines(std::string_view text);

}  // namespace codec::convert::card
