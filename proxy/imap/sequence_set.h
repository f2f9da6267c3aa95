// Sets of message numbers or UIDs, as ranges: never expanded.                    Source: RFC 9051 §9 sequence-set
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/bytes.h"
#include "proxy/imap/types.h"

namespace proxy::imap {

struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // inclusive, >= first
  std::uint64_t size() const { return std::uint64_t{last} - first + 1; }
  friend bool operator==(const Range&, const Range&) = default;
};

// Shape   ranges sorted, apart by at least 2; "n:*" is kept open until resolve(), "*" alone is the same as
// "4294967295:*"
class SequenceSet {
 public:
  SequenceSet() = default;
  explicit SequenceSet(std::vector<Range> ranges);  // any order, may overlap; 0 is dropped
  static SequenceSet single(std::uint32_t number) { return SequenceSet({{number, number}}); }
  static SequenceSet range(std::uint32_t first, std::uint32_t last) { return SequenceSet({{first, last}}); }
  static SequenceSet from(std::uint32_t first);  // first:*

  void add(std::uint32_t number) { add(Range{number, number}); }
  void add(Range range);                // O(1) when rising, else O(ranges)
  void open_from(std::uint32_t first);  // adds first:*
  bool empty() const { return ranges_.empty() && !open_; }
  bool is_open() const { return open_.has_value(); }
  std::optional<std::uint32_t> open() const { return open_; }
  std::span<const Range> ranges() const { return ranges_; }  // the closed ones
  std::uint64_t size() const;                                // numbers in the closed ranges
  std::optional<std::uint32_t> front() const;                // smallest of the closed ranges
  std::optional<std::uint32_t> back() const;

  bool contains(std::uint32_t number) const;  // closed ranges only
  bool contains(Uid uid) const { return contains(uid.value); }
  bool contains(SeqNumber number) const { return contains(number.value); }

  // `*` becomes `largest`; 0 (an empty mailbox) drops the open end.
  SequenceSet resolve(std::uint32_t largest) const;

  friend bool operator==(const SequenceSet&, const SequenceSet&) = default;

 private:
  std::vector<Range> ranges_;
  std::optional<std::uint32_t> open_;
};

SequenceSet unite(const SequenceSet& a, const SequenceSet& b);      // open ends unite too
SequenceSet intersect(const SequenceSet& a, const SequenceSet& b);  // of closed sets; linear
SequenceSet subtract(const SequenceSet& a, const SequenceSet& b);

// sequence-set = (seq-number / seq-range) *("," ...).   Errors  Protocol: 0, > 32 bits, other text · Limit: max_ranges
constexpr std::size_t kMaxRanges = 512 * 1024;  // what fits into one line of kResponseLine; 4 MB
Result<SequenceSet> parse_sequence_set(std::string_view text, std::size_t max_ranges = kMaxRanges);
void write_sequence_set(std::string& out, const SequenceSet& set);
std::string to_string(const SequenceSet& set);

// Ranges in the order written, for COPYUID where the n-th source goes to the n-th target. Same errors; "*" is Protocol.
Result<std::vector<Range>> parse_uid_list(std::string_view text, std::size_t max_ranges = kMaxRanges);
void write_uid_list(std::string& out, std::span<const Range> ranges);

// Closed parts whose text is at most `max_text` long each, for servers with short command lines; the open end is in the
// last.
std::vector<SequenceSet> split(const SequenceSet& set, std::size_t max_text);

// A closed set as bytes: per range a varint (gap << 1 | more than one), then the length - 2. Rising, so minimal deltas.
//   Errors  of unpack: Protocol: not such bytes, above 32 bits · Limit: max_ranges
void pack(Bytes& into, const SequenceSet& set);
Result<SequenceSet> unpack(ByteView bytes, std::size_t max_ranges = kMaxRanges);

}  // namespace proxy::imap
