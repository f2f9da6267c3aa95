#include "proxy/imap/sequence_set.h"

#include <algorithm>
#include <iterator>

namespace proxy::imap {
namespace {

// Sorts, joins what overlaps or touches, drops 0.
std::vector<Range> normalize(std::vector<Range> ranges) {
  const auto rising = [](const Range& a, const Range& b) { return a.first < b.first; };
  if (!std::is_sorted(ranges.begin(), ranges.end(), rising)) std::sort(ranges.begin(), ranges.end(), rising);
  std::size_t kept = 0;
  for (Range range : ranges) {
    if (range.first == 0) range.first = 1;
    if (range.last < range.first) continue;
    if (kept > 0 && std::uint64_t{ranges[kept - 1].last} + 1 >= range.first) {
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
  return ranges;
}

}  // namespace

SequenceSet::SequenceSet(std::vector<Range> ranges) : ranges_(normalize(std::move(ranges))) {}

SequenceSet SequenceSet::from(std::uint32_t first) {
  SequenceSet set;
  set.open_from(first);
  return set;
}

void SequenceSet::add(Range range) {
  if (range.first == 0) range.first = 1;
  if (range.last < range.first) return;
  if (ranges_.empty() || std::uint64_t{ranges_.back().last} + 1 < range.first) {
    ranges_.push_back(range);
    return;
  }
  if (range.first >= ranges_.back().first) {
    ranges_.back().last = std::max(ranges_.back().last, range.last);
    return;
  }
  // The first range that touches or follows; it and all that touch become one.
  const auto begin = std::lower_bound(ranges_.begin(), ranges_.end(), range.first,
                                      [](const Range& r, std::uint32_t n) { return std::uint64_t{r.last} + 1 < n; });
  auto end = begin;
  while (end != ranges_.end() && end->first <= std::uint64_t{range.last} + 1) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
    ++end;
  }
  if (begin == end) {
    ranges_.insert(begin, range);
  } else {
    *begin = range;
    ranges_.erase(begin + 1, end);
  }
}

void SequenceSet::open_from(std::uint32_t first) {
  first = std::max<std::uint32_t>(first, 1);
  open_ = open_ ? std::min(*open_, first) : first;
}

std::uint64_t SequenceSet::size() const {
  std::uint64_t count = 0;
  for (const Range& range : ranges_) count += range.size();
  return count;
}

std::optional<std::uint32_t> SequenceSet::front() const {
  return ranges_.empty() ? std::nullopt : std::optional(ranges_.front().first);
}

std::optional<std::uint32_t> SequenceSet::back() const {
  return ranges_.empty() ? std::nullopt : std::optional(ranges_.back().last);
}

bool SequenceSet::contains(std::uint32_t number) const {
  const auto at = std::lower_bound(ranges_.begin(), ranges_.end(), number,
                                   [](const Range& range, std::uint32_t n) { return range.last < n; });
  return at != ranges_.end() && at->first <= number;
}

// "9:*" with 5 messages names the fifth: "*" is the larger or the smaller end (RFC 9051 §9, seq-range).
SequenceSet SequenceSet::resolve(std::uint32_t largest) const {
  SequenceSet set = *this;
  set.open_.reset();
  if (open_ && largest > 0) set.add(Range{std::min(*open_, largest), largest});
  return set;
}

SequenceSet unite(const SequenceSet& a, const SequenceSet& b) {
  std::vector<Range> all;
  all.reserve(a.ranges().size() + b.ranges().size());
  std::merge(a.ranges().begin(), a.ranges().end(), b.ranges().begin(), b.ranges().end(), std::back_inserter(all),
             [](const Range& x, const Range& y) { return x.first < y.first; });
  SequenceSet set(std::move(all));
  if (a.open()) set.open_from(*a.open());
  if (b.open()) set.open_from(*b.open());
  return set;
}

SequenceSet intersect(const SequenceSet& a, const SequenceSet& b) {
  SequenceSet set;
  auto x = a.ranges().begin();
  auto y = b.ranges().begin();
  while (x != a.ranges().end() && y != b.ranges().end()) {
    const Range both{std::max(x->first, y->first), std::min(x->last, y->last)};
    if (both.first <= both.last) set.add(both);
    if (x->last < y->last) {
      ++x;
    } else {
      ++y;
    }
  }
  return set;
}

SequenceSet subtract(const SequenceSet& a, const SequenceSet& b) {
  SequenceSet set;
  auto out = b.ranges().begin();
  for (const Range& range : a.ranges()) {
    std::uint64_t next = range.first;  // first number of `range` not decided yet
    while (out != b.ranges().end() && out->last < range.first) ++out;
    for (auto gap = out; gap != b.ranges().end() && gap->first <= range.last; ++gap) {
      if (gap->first > next) set.add(Range{static_cast<std::uint32_t>(next), gap->first - 1});
      next = std::uint64_t{gap->last} + 1;
      if (gap->last <= range.last) out = gap;
    }
    if (next <= range.last) set.add(Range{static_cast<std::uint32_t>(next), range.last});
  }
  return set;
}

}  // namespace proxy::imap
