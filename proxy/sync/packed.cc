#include "proxy/sync/packed.h"

#include <algorithm>
#include <limits>
#include <map>

#include "codec/base/varint.h"

namespace proxy::sync {
namespace {

using codec::unzigzag;
using codec::zigzag;

constexpr std::size_t kMaxKeywordText = 1024;  // one keyword; IMAP's own limit is lower
constexpr std::size_t kMaxKeywords = 4096;     // of one list

Result<std::size_t> read_count(ByteReader& in) {
  TRY_ASSIGN(const std::uint64_t count, in.varint());
  if (count > kMaxPacked) return fail(Errc::Limit, "packed list of " + std::to_string(count) + " elements");
  return static_cast<std::size_t>(count);
}

Result<std::uint32_t> to_u32(std::uint64_t value) {
  if (value > std::numeric_limits<std::uint32_t>::max()) return fail(Errc::Protocol, "packed list: above 32 bits");
  return static_cast<std::uint32_t>(value);
}

Result<> whole(const ByteReader& in) {
  if (!in.empty()) return fail(Errc::Protocol, "packed list: bytes left over");
  return {};
}

// Around the circle of 64 bits, as the reader adds it again: a hostile server's dates lie further apart than an int64_t
// counts.
std::int64_t step_between(std::int64_t from, std::int64_t to) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from));
}

template <class T, class Uid>
std::vector<ServerUid> uids_of(std::span<const T> list, Uid uid) {
  std::vector<ServerUid> uids;
  uids.reserve(list.size());
  for (const T& element : list) uids.push_back(uid(element));
  return uids;
}

// Keywords of a list: a table of names, then for each element that has any: its index gap and its set.
class KeywordTable {
 public:
  void add(std::size_t index, const Flags& flags) {
    if (flags.keywords.empty()) return;
    std::vector<std::size_t> numbers;
    for (const std::string& keyword : flags.keywords) {
      const auto [found, added] = numbers_.try_emplace(keyword, names_.size());
      if (added) names_.push_back(keyword);
      numbers.push_back(found->second);
    }
    rows_.emplace_back(index, std::move(numbers));
  }
  void write(ByteWriter& out) const {
    out.varint(names_.size());
    for (const std::string& name : names_) out.sized(as_bytes(name));
    out.varint(rows_.size());
    std::size_t last = 0;
    for (const auto& [index, numbers] : rows_) {
      out.varint(index - last);
      last = index;
      out.varint(numbers.size());
      for (const std::size_t number : numbers) out.varint(number);
    }
  }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_;
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> rows_;
};

template <class T>
Result<> read_keywords(ByteReader& in, std::vector<T>& list) {
  TRY_ASSIGN(const std::size_t names, read_count(in));
  if (names > kMaxKeywords) return fail(Errc::Limit, "packed list: too many keywords");
  std::vector<std::string> table;
  for (std::size_t i = 0; i < names; ++i) {
    TRY_ASSIGN(const ByteView name, in.sized(kMaxKeywordText));
    table.push_back(codec::to_string(name));
  }
  TRY_ASSIGN(const std::size_t rows, read_count(in));
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    TRY_ASSIGN(const std::uint64_t gap, in.varint());
    if (gap > list.size() - std::min<std::uint64_t>(index, list.size()))
      return fail(Errc::Protocol, "packed list: keyword row");
    index += gap;
    TRY_ASSIGN(const std::size_t count, read_count(in));
    if (index >= list.size() || count > table.size()) return fail(Errc::Protocol, "packed list: keyword row");
    for (std::size_t k = 0; k < count; ++k) {
      TRY_ASSIGN(const std::uint64_t number, in.varint());
      if (number >= table.size()) return fail(Errc::Protocol, "packed list: keyword number");
      list[static_cast<std::size_t>(index)].flags.keywords.insert(table[static_cast<std::size_t>(number)]);
    }
  }
  return {};
}

void write_uids(ByteWriter& out, std::span<const ServerUid> ascending) {
  Bytes runs = pack_uids(ascending);
  out.sized(runs);
}

Result<std::vector<ServerUid>> read_uids(ByteReader& in) {
  TRY_ASSIGN(const ByteView runs, in.sized(in.left()));
  return unpack_uids(runs);
}

}  // namespace

Bytes pack_uids(std::span<const ServerUid> ascending) {
  Bytes bytes;
  ByteWriter out(bytes);
  std::uint64_t next = 0;  // the lowest that may follow
  for (std::size_t i = 0; i < ascending.size();) {
    std::size_t end = i + 1;
    while (end < ascending.size() && ascending[end].value == ascending[end - 1].value + 1) ++end;
    out.varint(ascending[i].value - next);
    out.varint(end - i - 1);
    next = std::uint64_t{ascending[end - 1].value} + 1;
    i = end;
  }
  return bytes;
}

Result<std::vector<ServerUid>> unpack_uids(ByteView bytes) {
  std::vector<ServerUid> uids;
  ByteReader in(bytes);
  std::uint64_t next = 0;
  while (!in.empty()) {
    TRY_ASSIGN(const std::uint64_t gap, in.varint());
    TRY_ASSIGN(const std::uint64_t more, in.varint());
    if (gap > std::numeric_limits<std::uint32_t>::max() || more >= kMaxPacked || uids.size() + more >= kMaxPacked)
      return fail(Errc::Limit, "packed UIDs: too many");
    TRY_ASSIGN(const std::uint32_t last, to_u32(next + gap + more));
    for (std::uint64_t uid = next + gap; uid <= last; ++uid) uids.push_back({static_cast<std::uint32_t>(uid)});
    next = std::uint64_t{last} + 1;
  }
  return uids;
}

Bytes pack_ranges(std::span<const UidRange> rising) {
  Bytes bytes;
  ByteWriter out(bytes);
  std::uint64_t next = 0;
  for (const UidRange& range : rising) {
    out.varint(range.first - next);
    out.varint(range.last - range.first);
    next = std::uint64_t{range.last} + 1;
  }
  return bytes;
}

Result<std::vector<UidRange>> unpack_ranges(ByteView bytes, std::size_t most) {
  std::vector<UidRange> ranges;
  ByteReader in(bytes);
  std::uint64_t next = 0;
  while (!in.empty()) {
    if (ranges.size() >= most) return fail(Errc::Limit, "packed ranges: too many");
    TRY_ASSIGN(const std::uint64_t gap, in.varint());
    TRY_ASSIGN(const std::uint64_t more, in.varint());
    TRY(to_u32(gap));
    TRY(to_u32(more));
    TRY_ASSIGN(const std::uint32_t last, to_u32(next + gap + more));
    ranges.push_back({static_cast<std::uint32_t>(next + gap), last});
    next = std::uint64_t{last} + 1;
  }
  return ranges;
}

Bytes pack_uid_order(std::span<const ServerUid> uids) {
  Bytes bytes;
  ByteWriter out(bytes);
  std::int64_t last = 0;
  for (const ServerUid uid : uids) {
    out.varint(zigzag(std::int64_t{uid.value} - last));
    last = uid.value;
  }
  return bytes;
}

Result<std::vector<ServerUid>> unpack_uid_order(ByteView bytes) {
  std::vector<ServerUid> uids;
  ByteReader in(bytes);
  std::uint64_t last = 0;
  while (!in.empty()) {
    if (uids.size() >= kMaxPacked) return fail(Errc::Limit, "packed UIDs: too many");
    TRY_ASSIGN(const std::uint64_t step, in.varint());
    TRY_ASSIGN(const std::uint32_t uid, to_u32(last + static_cast<std::uint64_t>(unzigzag(step))));
    uids.push_back({uid});
    last = uid;
  }
  return uids;
}

Bytes pack_flags(const Flags& flags) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(flags.system);
  for (const std::string& keyword : flags.keywords) out.sized(as_bytes(keyword));
  return bytes;
}

Result<Flags> unpack_flags(ByteView bytes) {
  Flags flags;
  ByteReader in(bytes);
  TRY_ASSIGN(flags.system, in.u8());
  while (!in.empty()) {
    TRY_ASSIGN(const ByteView keyword, in.sized(kMaxKeywordText));
    flags.keywords.insert(codec::to_string(keyword));
    if (flags.keywords.size() > kMaxKeywords) return fail(Errc::Limit, "packed flags: too many keywords");
  }
  return flags;
}

Bytes pack_entries(std::span<const Entry> ascending) {
  Bytes bytes;
  ByteWriter out(bytes);
  write_uids(out, uids_of(ascending, [](const Entry& entry) { return entry.uid; }));
  KeywordTable keywords;
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    out.u8(ascending[i].flags.system);
    keywords.add(i, ascending[i].flags);
  }
  keywords.write(out);
  return bytes;
}

Result<std::vector<Entry>> unpack_entries(ByteView bytes) {
  ByteReader in(bytes);
  TRY_ASSIGN(const std::vector<ServerUid> uids, read_uids(in));
  std::vector<Entry> entries(uids.size());
  for (std::size_t i = 0; i < uids.size(); ++i) {
    entries[i].uid = uids[i];
    TRY_ASSIGN(entries[i].flags.system, in.u8());
  }
  TRY(read_keywords(in, entries));
  TRY(whole(in));
  return entries;
}

Bytes pack_skeleton(std::span<const SkeletonEntry> ascending) {
  Bytes bytes;
  ByteWriter out(bytes);
  write_uids(out, uids_of(ascending, [](const SkeletonEntry& entry) { return entry.uid; }));
  KeywordTable keywords;
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    out.u8(ascending[i].flags.system);
    keywords.add(i, ascending[i].flags);
  }
  for (const SkeletonEntry& entry : ascending) out.varint(entry.size);
  std::int64_t date = 0;
  for (const SkeletonEntry& entry : ascending) {
    out.varint(zigzag(step_between(date, entry.internal_date)));
    date = entry.internal_date;
  }
  std::int64_t zone = 0;
  for (const SkeletonEntry& entry : ascending) {
    out.varint(zigzag(entry.zone_minutes - zone));
    zone = entry.zone_minutes;
  }
  keywords.write(out);
  return bytes;
}

Result<std::vector<SkeletonEntry>> unpack_skeleton(ByteView bytes) {
  ByteReader in(bytes);
  TRY_ASSIGN(const std::vector<ServerUid> uids, read_uids(in));
  std::vector<SkeletonEntry> entries(uids.size());
  for (std::size_t i = 0; i < uids.size(); ++i) {
    entries[i].uid = uids[i];
    TRY_ASSIGN(entries[i].flags.system, in.u8());
  }
  for (SkeletonEntry& entry : entries) {
    TRY_ASSIGN(const std::uint64_t size, in.varint());
    TRY_ASSIGN(entry.size, to_u32(size));
  }
  std::uint64_t date = 0;
  for (SkeletonEntry& entry : entries) {
    TRY_ASSIGN(const std::uint64_t step, in.varint());
    date += static_cast<std::uint64_t>(unzigzag(step));
    entry.internal_date = static_cast<std::int64_t>(date);
  }
  std::uint64_t zone = 0;
  for (SkeletonEntry& entry : entries) {
    TRY_ASSIGN(const std::uint64_t step, in.varint());
    zone += static_cast<std::uint64_t>(unzigzag(step));
    const auto minutes = static_cast<std::int64_t>(zone);
    if (minutes < -24 * 60 || minutes > 24 * 60) return fail(Errc::Protocol, "packed skeleton: zone");
    entry.zone_minutes = static_cast<std::int16_t>(minutes);
  }
  TRY(read_keywords(in, entries));
  TRY(whole(in));
  return entries;
}

Bytes pack_digest(const SetDigest& digest) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u64(digest.high);
  out.u64(digest.low);
  return bytes;
}

Result<SetDigest> unpack_digest(ByteView bytes) {
  ByteReader in(bytes);
  SetDigest digest;
  TRY_ASSIGN(digest.high, in.u64());
  TRY_ASSIGN(digest.low, in.u64());
  TRY(whole(in));
  return digest;
}

}  // namespace proxy::sync
