#include "codec/convert/card/layout.h"

#include <algorithm>
#include <map>
#include <optional>

#include "codec/base/varint.h"

namespace codec::convert::card {
namespace {

using Lengths = std::vector<std::size_t>;

class GapWriter {
 public:
  void add(std::uint64_t position) {
    append_varint(octets_, position - from_);
    from_ = position + 1;
  }
  Bytes& octets() { return octets_; }

 private:
  Bytes octets_;
  std::uint64_t from_ = 0;
};

bool mostly(const std::vector<bool>& flags) {
  return 2 * static_cast<std::size_t>(std::count(flags.begin(), flags.end(), true)) > flags.size();
}

Bytes gaps_of(const std::vector<bool>& flags, bool usual) {
  GapWriter gaps;
  for (std::size_t i = 0; i < flags.size(); ++i)
    if (flags[i] != usual) gaps.add(i);
  return std::move(gaps.octets());
}

// pieces = runs:varint *(octets << 1 | many : varint [times - 2 : varint])
void append_pieces(Bytes& out, const Lengths& octets) {
  Bytes packed;
  std::uint64_t runs = 0;
  for (std::size_t at = 0; at < octets.size(); ++runs) {
    std::size_t end = at + 1;
    while (end < octets.size() && octets[end] == octets[at]) ++end;
    const std::size_t times = end - at;
    append_varint(packed, std::uint64_t{octets[at]} << 1 | (times > 1 ? 1U : 0U));
    if (times > 1) append_varint(packed, times - 2);
    at = end;
  }
  append_varint(out, runs);
  ByteWriter(out).put(packed);
}

// Lines that the rule does not foretell.
Bytes exceptions_of(const ContentLines& lines, const FoldRule& rule) {
  GapWriter gaps;
  Lengths foretold;
  Lengths written;
  auto fold = lines.folds.begin();
  for (std::size_t line = 0; line < lines.size(); ++line) {
    written.clear();
    for (; fold != lines.folds.end() && fold->line == line; ++fold) written.push_back(fold->octets);
    foretell_folds(lines[line], rule, foretold);
    if (foretold == written) continue;
    gaps.add(line);
    append_pieces(gaps.octets(), written);
  }
  return std::move(gaps.octets());
}

// The widths this writer may have had: the longest written line that goes on, the commonest one, and each with the
// blank behind a fold not counted.
std::vector<std::size_t> widths_of(const ContentLines& lines) {
  std::map<std::size_t, std::size_t> counts;
  for (std::size_t i = 0; i < lines.folds.size(); ++i) {
    const bool first = i == 0 || lines.folds[i - 1].line != lines.folds[i].line;
    ++counts[lines.folds[i].octets + (first ? 0 : 1)];
  }
  if (counts.empty()) return {};
  const auto commonest =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return {counts.rbegin()->first, commonest->first, std::max<std::size_t>(commonest->first, 1) - 1};
}

struct Folding {
  FoldRule rule;
  Bytes exceptions;
};

// The first rule that leaves least to say.
Folding best_folding(const ContentLines& lines) {
  Folding best{{}, exceptions_of(lines, {})};
  const auto consider = [&](const FoldRule& rule) {
    if (best.exceptions.empty()) return;
    Bytes exceptions = exceptions_of(lines, rule);
    if (exceptions.size() + 2 < best.exceptions.size() + (best.rule.width == kFoldWidth ? 0 : 2))
      best = {rule, std::move(exceptions)};
  };
  if (best.exceptions.empty()) return best;
  consider({.width = 0});
  consider({.unit = FoldUnit::Octets});
  for (const std::size_t width : widths_of(lines)) {
    for (const FoldUnit unit : {FoldUnit::WholeCharacters, FoldUnit::Octets, FoldUnit::Characters}) {
      consider({.width = width, .unit = unit});
      consider({.width = width, .unit = unit, .blank_counts = false});
    }
  }
  return best;
}

}  // namespace

Bytes encode_layout(const ContentLines& lines) {
  const bool lf = mostly(lines.lf);
  std::vector<bool> tabs;
  for (const Fold& fold : lines.folds) tabs.push_back(fold.tab);
  const bool tab = mostly(tabs);
  const Folding folding = best_folding(lines);
  const Bytes ends = gaps_of(lines.lf, lf);
  const Bytes blanks = gaps_of(tabs, tab);
  const bool exceptions = !ends.empty() || !blanks.empty() || !folding.exceptions.empty();
  const unsigned flags = (lf ? kLf : 0U) | (lines.open ? kOpen : 0U) | (tab ? kTab : 0U) |
                         static_cast<unsigned>(folding.rule.unit) << kUnitShift |
                         (folding.rule.blank_counts ? 0U : kBlankFree) |
                         (folding.rule.width == kFoldWidth ? 0U : kWidth) | (exceptions ? kExceptions : 0U);
  Bytes out;
  if (flags == 0) return out;
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(flags));
  if (flags & kWidth) writer.varint(folding.rule.width);
  if (flags & kExceptions) {
    writer.sized(ends);
    writer.sized(blanks);
    writer.put(folding.exceptions);
  }
  return out;
}

}  // namespace codec::convert::card
