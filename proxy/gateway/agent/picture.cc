#include "proxy/gateway/agent/picture.h"

#include <algorithm>

namespace proxy::gateway::agent {

using sync::ServerUid;

sync::Flags sync_flags(const imap::FlagSet& flags) {
  constexpr std::uint8_t kKnown =
      sync::Flags::kSeen | sync::Flags::kAnswered | sync::Flags::kFlagged | sync::Flags::kDeleted | sync::Flags::kDraft;
  sync::Flags made;
  made.system = static_cast<std::uint8_t>(flags.system_bits() & kKnown);  // the same bits; \Recent stays here
  made.keywords.insert(flags.keywords().begin(), flags.keywords().end());
  return made;
}

std::uint32_t Picture::index_of(const sync::Flags& flags) {
  const auto [found, fresh] = indexes_.try_emplace(flags, static_cast<std::uint32_t>(table_.size()));
  if (fresh) table_.push_back(flags);
  return found->second;
}

std::vector<Picture::Row>::const_iterator Picture::at(std::uint32_t uid) const {
  return std::lower_bound(rows_.begin(), rows_.end(), uid,
                          [](const Row& row, std::uint32_t wanted) { return row.uid < wanted; });
}

void Picture::put(std::vector<Seen> seen, Change& change) {
  std::stable_sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.uid < b.uid; });
  std::vector<Row> added;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (i + 1 < seen.size() && seen[i + 1].uid == seen[i].uid) continue;  // said twice: the last word counts
    const Seen& now = seen[i];
    const std::uint32_t flags = index_of(now.flags);
    const auto found = at(now.uid);
    if (found == rows_.end() || found->uid != now.uid) {
      added.push_back({now.uid, flags});
      digest_.add(ServerUid{now.uid}, now.flags);
      change.added = true;
    } else if (found->flags != flags) {
      digest_.remove(ServerUid{now.uid}, table_[found->flags]);
      digest_.add(ServerUid{now.uid}, now.flags);
      rows_[static_cast<std::size_t>(found - rows_.begin())].flags = flags;
      change.flags.push_back(now.uid);
    }
  }
  if (added.empty()) return;
  const auto middle = static_cast<std::ptrdiff_t>(rows_.size());
  rows_.insert(rows_.end(), added.begin(), added.end());
  std::inplace_merge(rows_.begin(), rows_.begin() + middle, rows_.end(),
                     [](const Row& a, const Row& b) { return a.uid < b.uid; });
}

void Picture::replace(std::vector<Seen> all, Change& change) {
  std::vector<imap::Range> ranges;
  ranges.reserve(all.size());
  for (const Seen& seen : all) ranges.push_back({seen.uid, seen.uid});
  keep_only(imap::SequenceSet(std::move(ranges)), change);
  put(std::move(all), change);
}

void Picture::remove(const imap::SequenceSet& uids, Change& change) {
  if (uids.empty()) return;
  std::erase_if(rows_, [&](const Row& row) {
    if (!uids.contains(row.uid)) return false;
    digest_.remove(ServerUid{row.uid}, table_[row.flags]);
    change.gone.push_back(row.uid);
    return true;
  });
}

void Picture::keep_only(const imap::SequenceSet& uids, Change& change) {
  std::erase_if(rows_, [&](const Row& row) {
    if (uids.contains(row.uid)) return false;
    digest_.remove(ServerUid{row.uid}, table_[row.flags]);
    change.gone.push_back(row.uid);
    return true;
  });
}

void Picture::clear() {
  rows_.clear();
  table_.clear();
  indexes_.clear();
  digest_ = {};
}

const sync::Flags* Picture::find(std::uint32_t uid) const {
  const auto found = at(uid);
  return found == rows_.end() || found->uid != uid ? nullptr : &table_[found->flags];
}

std::uint32_t Picture::count_below(std::uint32_t uid) const {
  return static_cast<std::uint32_t>(at(uid) - rows_.begin());
}

std::vector<std::uint32_t> Picture::from(std::uint32_t uid, std::size_t most) const {
  std::vector<std::uint32_t> uids;
  for (auto row = at(uid); row != rows_.end() && uids.size() < most; ++row) uids.push_back(row->uid);
  return uids;
}

std::uint32_t Picture::below(std::uint32_t uid) const {
  const auto found = at(uid);
  return found == rows_.begin() ? 0 : std::prev(found)->uid;
}

std::vector<sync::Entry> Picture::entries_below(std::uint32_t uid) const {
  std::vector<sync::Entry> entries;
  for (auto row = rows_.begin(); row != rows_.end() && row->uid < uid; ++row)
    entries.push_back({ServerUid{row->uid}, table_[row->flags]});
  return entries;
}

sync::SetDigest Picture::digest_below(std::uint32_t uid) const {
  if (uid > last()) return digest_;
  sync::SetDigest digest;
  for (auto row = rows_.begin(); row != rows_.end() && row->uid < uid; ++row)
    digest.add(ServerUid{row->uid}, table_[row->flags]);
  return digest;
}

}  // namespace proxy::gateway::agent
