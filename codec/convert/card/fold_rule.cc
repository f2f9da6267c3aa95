#include "codec/convert/card/fold_rule.h"

#include "codec/convert/utf8.h"

namespace codec::convert::card {
namespace {

// Octets of what may not be parted at the front of `text`; an octet of no character stands alone.
std::size_t step_of(std::string_view text, FoldUnit unit) {
  if (unit == FoldUnit::Octets || static_cast<unsigned char>(text.front()) < 0x80) return 1;
  const std::size_t length = utf8_length(text.substr(0, 4));
  return length == 0 || length == kCutCharacter ? 1 : length;
}

}  // namespace

void foretell_folds(std::string_view line, const FoldRule& rule, std::vector<std::size_t>& octets) {
  octets.clear();
  if (rule.width == 0 || line.size() <= rule.width) return;
  std::size_t column = 0;
  std::size_t since = 0;  // the last fold
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == '\n') {  // behind a soft line break
      ++at;
      column = 0;
      continue;
    }
    const std::size_t step = step_of(line.substr(at), rule.unit);
    const std::size_t cost = rule.unit == FoldUnit::Characters ? 1 : step;
    if (column + cost > rule.width && at > since) {
      octets.push_back(at - since);
      since = at;
      column = rule.blank_counts ? 1 : 0;
    }
    column += cost;
    at += step;
  }
}

}  // namespace codec::convert::card
