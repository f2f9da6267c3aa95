// Picture: what one mailbox holds as the agent last saw it: (uid, flags) of every message, 8 bytes each.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "proxy/imap/flags.h"
#include "proxy/imap/sequence_set.h"
#include "proxy/sync/feed.h"

namespace proxy::gateway::agent {

sync::Flags sync_flags(const imap::FlagSet& flags);

// What a look at the mailbox brought, by UID.
struct Change {
  std::vector<std::uint32_t> flags;  // there before, other flags now
  std::vector<std::uint32_t> gone;
  bool added = false;
  bool empty() const { return flags.empty() && gone.empty() && !added; }
};

class Picture {
 public:
  struct Seen {
    std::uint32_t uid;
    sync::Flags flags;
  };

  // Messages as they are now; others stay.
  void put(std::vector<Seen> seen, Change& change);
  // All messages there are.
  void replace(std::vector<Seen> all, Change& change);
  void remove(const imap::SequenceSet& uids, Change& change);
  void keep_only(const imap::SequenceSet& uids, Change& change);
  void clear();

  std::uint32_t count() const { return static_cast<std::uint32_t>(rows_.size()); }
  const sync::SetDigest& digest() const { return digest_; }
  std::uint32_t last() const { return rows_.empty() ? 0 : rows_.back().uid; }
  const sync::Flags* find(std::uint32_t uid) const;  // null: not there
  std::uint32_t count_below(std::uint32_t uid) const;
  std::vector<std::uint32_t> from(std::uint32_t uid, std::size_t most) const;  // ascending, uid and above
  // The highest below `uid`; 0: none.
  std::uint32_t below(std::uint32_t uid) const;
  std::vector<sync::Entry> entries_below(std::uint32_t uid) const;
  sync::SetDigest digest_below(std::uint32_t uid) const;

 private:
  struct Row {
    std::uint32_t uid;
    std::uint32_t flags;  // in table_
  };
  std::vector<Row>::const_iterator at(std::uint32_t uid) const;
  std::uint32_t index_of(const sync::Flags& flags);

  std::vector<Row> rows_;  // ascending
  std::vector<sync::Flags> table_;
  std::map<sync::Flags, std::uint32_t> indexes_;
  sync::SetDigest digest_;
};

}  // namespace proxy::gateway::agent
