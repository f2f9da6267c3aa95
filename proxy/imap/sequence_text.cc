// Sequence sets as text and as packed bytes.
#include <algorithm>
#include <charconv>

#include "codec/base/varint.h"
#include "proxy/imap/sequence_set.h"

namespace proxy::imap {
namespace {

constexpr std::uint32_t kLargest = UINT32_MAX;

struct Element {
  std::uint32_t first = 0, last = 0;  // as written
  bool first_star = false, last_star = false;
};

// seq-number = nz-number / "*"
Result<> take_number(std::string_view& text, std::uint32_t& number, bool& star) {
  if (text.starts_with('*')) {
    star = true;
    text.remove_prefix(1);
    return {};
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return fail(Errc::Protocol, "a number above 32 bits in a sequence set");
  if (error != std::errc{} || number == 0) return fail(Errc::Protocol, "expected a sequence set such as 1:3,7");
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return {};
}

// (seq-number / seq-number ":" seq-number) and the "," after it, off the front
Result<Element> take_element(std::string_view& text) {
  Element element;
  TRY(take_number(text, element.first, element.first_star));
  element.last = element.first;
  element.last_star = element.first_star;
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    element.last_star = false;
    TRY(take_number(text, element.last, element.last_star));
  }
  if (!text.empty()) {
    if (text[0] != ',' || text.size() == 1) return fail(Errc::Protocol, "expected a sequence set such as 1:3,7");
    text.remove_prefix(1);
  }
  return element;
}

void write_number(std::string& out, std::uint32_t number) {
  char digits[12];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void write_range(std::string& out, const Range& range) {
  if (!out.empty() && out.back() >= '0' && out.back() <= '9') out.push_back(',');
  write_number(out, range.first);
  if (range.last == range.first) return;
  out.push_back(':');
  write_number(out, range.last);
}

}  // namespace

Result<SequenceSet> parse_sequence_set(std::string_view text, std::size_t max_ranges) {
  std::vector<Range> ranges;
  std::optional<std::uint32_t> open;
  if (text.empty()) return fail(Errc::Protocol, "expected a sequence set such as 1:3,7");
  while (!text.empty()) {
    TRY_ASSIGN(const Element element, take_element(text));
    if (element.first_star || element.last_star) {
      std::uint32_t from = kLargest;  // "*" alone
      if (!element.first_star) from = element.first;
      if (!element.last_star) from = element.last;
      open = open ? std::min(*open, from) : from;
      continue;
    }
    if (ranges.size() >= max_ranges) return fail(Errc::Limit, "too many ranges in a sequence set");
    ranges.push_back({std::min(element.first, element.last), std::max(element.first, element.last)});
  }
  SequenceSet set(std::move(ranges));
  if (open) set.open_from(*open);
  return set;
}

void write_sequence_set(std::string& out, const SequenceSet& set) {
  std::string text;
  for (const Range& range : set.ranges()) write_range(text, range);
  if (set.open()) {
    if (!text.empty()) text.push_back(',');
    if (*set.open() != kLargest) {
      write_number(text, *set.open());
      text.push_back(':');
    }
    text.push_back('*');
  }
  out.append(text);
}

std::string to_string(const SequenceSet& set) {
  std::string out;
  write_sequence_set(out, set);
  return out;
}

Result<std::vector<Range>> parse_uid_list(std::string_view text, std::size_t max_ranges) {
  std::vector<Range> ranges;
  if (text.empty()) return fail(Errc::Protocol, "expected a UID set");
  while (!text.empty()) {
    TRY_ASSIGN(const Element element, take_element(text));
    if (element.first_star || element.last_star) return fail(Errc::Protocol, "\"*\" in a UID set");
    if (ranges.size() >= max_ranges) return fail(Errc::Limit, "too many ranges in a UID set");
    ranges.push_back({std::min(element.first, element.last), std::max(element.first, element.last)});
  }
  return ranges;
}

void write_uid_list(std::string& out, std::span<const Range> ranges) {
  std::string text;
  for (const Range& range : ranges) write_range(text, range);
  out.append(text);
}

std::vector<SequenceSet> split(const SequenceSet& set, std::size_t max_text) {
  std::vector<SequenceSet> parts;
  std::size_t used = 0;
  for (const Range& range : set.ranges()) {
    std::string text;
    write_range(text, range);
    if (parts.empty() || used + 1 + text.size() > max_text) {
      parts.emplace_back();
      used = 0;
    }
    parts.back().add(range);
    used += 1 + text.size();
  }
  if (set.open()) {
    if (parts.empty() || used + 13 > max_text) parts.emplace_back();  // ",4294967295:*"
    parts.back().open_from(*set.open());
  }
  return parts;
}

void pack(Bytes& into, const SequenceSet& set) {
  std::uint64_t next = 1;  // smallest number a further range could begin with
  for (const Range& range : set.ranges()) {
    const std::uint64_t more = range.last - range.first;
    codec::append_varint(into, (range.first - next) << 1 | (more > 0 ? 1 : 0));
    if (more > 0) codec::append_varint(into, more - 1);
    next = std::uint64_t{range.last} + 2;
  }
}

Result<SequenceSet> unpack(ByteView bytes, std::size_t max_ranges) {
  ByteReader in(bytes);
  std::vector<Range> ranges;
  std::uint64_t next = 1;
  while (!in.empty()) {
    TRY_ASSIGN(const std::uint64_t head, in.varint());
    std::uint64_t more = 0;
    if ((head & 1) != 0) {
      TRY_ASSIGN(more, in.varint());
      ++more;
    }
    if (head >> 1 > kLargest || more > kLargest || ((head & 1) != 0 && more == 0)) {
      return fail(Errc::Protocol, "packed numbers: above 32 bits");
    }
    const std::uint64_t first = next + (head >> 1);
    const std::uint64_t last = first + more;
    if (last > kLargest) return fail(Errc::Protocol, "packed numbers: above 32 bits");
    if (ranges.size() >= max_ranges) return fail(Errc::Limit, "packed numbers: too many ranges");
    ranges.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)});
    next = last + 2;
  }
  return SequenceSet(std::move(ranges));
}

}  // namespace proxy::imap
