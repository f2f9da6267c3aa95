// Skeletons, flags, expunges, overviews.
#include <algorithm>

#include "proxy/client/replica/feed.h"

namespace proxy::client::replica {
namespace {

using queue::Binding;
using sync::SkeletonEntry;

Result<MailboxRow*> mailbox_told(Work& work, std::uint32_t number) {
  TRY_ASSIGN(MailboxRow * row, work.mailbox_by_feed(number));
  if (row == nullptr) return fail(Errc::Protocol, "feed: a mailbox that no list has named");
  return row;
}

Result<> check_validity(Work& work, MailboxRow& row, sync::UidValidity validity) {
  if (row.server_validity == validity) return {};
  return begin_validity(work, row, validity);
}

// A message of the earlier validity becomes the server's `uid`; its local UID stays.
Result<> adopt_stale(Work& work, MailboxRow& row, const Message& before, ServerUid uid) {
  TRY_ASSIGN(const auto there, work.by_server(row.id, uid));
  if (there) return {};
  Message after = before;
  after.server = key_of(row.id, uid.value);
  after.stale = false;
  after.known = true;
  TRY(work.update(before, after));
  const Binding binding{uid, before.uid()};
  return work.journal().bind(row.id, row.server_validity, std::span(&binding, 1));
}

Result<> take_server_flags(Work& work, const Message& before, const Flags& flags) {
  if (before.known && before.server_flags == flags) return {};
  Message after = before;
  after.known = true;
  after.server_flags = flags;
  TRY(work.recompute_flags(after));
  return work.update(before, after);
}

Message message_of(const MailboxRow& row, const SkeletonEntry& entry, std::int64_t key) {
  Message m;
  m.key = key;
  m.mailbox = row.id;
  m.server = key_of(row.id, entry.uid.value);
  m.known = true;
  m.server_flags = entry.flags;
  m.flags = entry.flags;
  m.size = entry.size;
  m.date = entry.internal_date;
  m.zone = entry.zone_minutes;
  return m;
}

// Our own append, copy or move may have made this entry, and its result is not here yet.
enum class Ours { No, Perhaps, Taken };
Result<Ours> ours(Work& work, MailboxRow& row, const SkeletonEntry& entry) {
  TRY_ASSIGN(const auto unbound,
             work.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages INDEXED BY messages_unbound"
                         " WHERE mailbox=? AND size=? AND server IS NULL AND stale=0 AND made_by<>0 ORDER BY key",
                         row.id.value, entry.size));
  for (const Message& message : unbound) {
    TRY_ASSIGN(const auto record, work.journal().operation(queue::Sequence{message.made_by}));
    if (record && record->state == queue::OperationState::Open) return Ours::Perhaps;
    if (message.date != entry.internal_date) continue;
    // Ended without a UID: the agent could not tell which one it became; this one looks like it.
    const Binding binding{entry.uid, message.uid()};
    TRY(work.journal().bind(row.id, row.server_validity, std::span(&binding, 1)));
    TRY(bind_message(work, message, entry.uid));
    TRY_ASSIGN(const auto bound, work.message(message.key));
    if (bound) TRY(take_server_flags(work, *bound, entry.flags));
    return Ours::Taken;
  }
  return Ours::No;
}

class SkeletonWork {
 public:
  SkeletonWork(Work& work, MailboxRow& row, const sync::Skeleton& told) : work_(work), row_(row), told_(told) {}

  Result<> run() {
    if (told_.entries.empty()) return {};
    for (std::size_t i = 1; i < told_.entries.size(); ++i) {
      if (told_.entries[i - 1].uid >= told_.entries[i].uid) return fail(Errc::Protocol, "skeleton: not ascending");
    }
    TRY_ASSIGN(ledger_, work_.journal().look_up(row_.id, row_.server_validity, told_.entries.front().uid,
                                                told_.entries.back().uid));
    TRY_ASSIGN(const auto unbound,
               work_.database().one<int>("SELECT 1 FROM messages INDEXED BY messages_unbound WHERE mailbox=? AND"
                                         " server IS NULL AND stale=0 LIMIT 1",
                                         row_.id.value));
    unbound_ = unbound.has_value();
    for (const SkeletonEntry& entry : told_.entries) TRY(take(entry));
    return allot_fresh();
  }

 private:
  Result<> take(const SkeletonEntry& entry) {
    TRY_ASSIGN(const auto there, work_.by_server(row_.id, entry.uid));
    if (there) return refresh(*there, entry);
    const auto known = std::lower_bound(ledger_.begin(), ledger_.end(), entry.uid,
                                        [](const Binding& a, ServerUid uid) { return a.server < uid; });
    if (known != ledger_.end() && known->server == entry.uid) return return_to(entry, known->local);
    if (row_.stale != 0) {  // only what was never shown: a likeness of size and date is no proof of being the same mail
      TRY_ASSIGN(const auto stale,
                 work_.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages INDEXED BY messages_stale"
                              " WHERE mailbox=? AND size=? AND stale=1 AND date=? AND overview=0 AND body<>1"
                              " ORDER BY key LIMIT 1",
                              row_.id.value, entry.size, entry.internal_date));
      if (!stale.empty()) {
        TRY(adopt_stale(work_, row_, stale.front(), entry.uid));
        TRY_ASSIGN(const auto adopted, work_.message(stale.front().key));
        return adopted ? take_server_flags(work_, *adopted, entry.flags) : Result<>();
      }
    }
    if (unbound_) {
      TRY_ASSIGN(const Ours mine, ours(work_, row_, entry));
      if (mine == Ours::Taken) return {};
      if (mine == Ours::Perhaps) {
        Message held = message_of(row_, entry, -key_of(row_.id, entry.uid.value));
        held.shown = false;
        return work_.insert(held);
      }
    }
    fresh_.push_back(&entry);
    return {};
  }

  // Told already, or a stub.
  Result<> refresh(const Message& before, const SkeletonEntry& entry) {
    Message after = before;
    after.known = true;
    after.server_flags = entry.flags;
    if (!before.known) {
      if (before.size == 0) after.size = entry.size;
      after.date = entry.internal_date;
      after.zone = entry.zone_minutes;
    }
    TRY(work_.recompute_flags(after));
    return work_.update(before, after);
  }

  // The ledger gave it this UID before; its row was lost.
  Result<> return_to(const SkeletonEntry& entry, LocalUid local) {
    TRY_ASSIGN(const auto there, work_.message(key_of(row_.id, local.value)));
    if (there) {
      if (there->server) return {};  // found again as another one; the ledger's latest word stands
      TRY(bind_message(work_, *there, entry.uid));
      TRY_ASSIGN(const auto bound, work_.message(there->key));
      return bound ? refresh(*bound, entry) : Result<>();
    }
    Message m = message_of(row_, entry, key_of(row_.id, local.value));
    TRY(work_.recompute_flags(m));
    return work_.insert(m);
  }

  // In the server's order, durable in the journal before any row.
  Result<> allot_fresh() {
    if (fresh_.empty()) return {};
    TRY_ASSIGN(const LocalUid first, allot(work_, row_.id, static_cast<std::uint32_t>(fresh_.size())));
    std::vector<Binding> bindings;
    bindings.reserve(fresh_.size());
    for (const SkeletonEntry* entry : fresh_)
      bindings.push_back({entry->uid, {first.value + static_cast<std::uint32_t>(bindings.size())}});
    TRY(work_.journal().bind(row_.id, row_.server_validity, bindings));
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      Message m = message_of(row_, *fresh_[i], key_of(row_.id, bindings[i].local.value));
      TRY(work_.insert(m));
    }
    return {};
  }

  Work& work_;
  MailboxRow& row_;
  const sync::Skeleton& told_;
  std::vector<Binding> ledger_;
  std::vector<const SkeletonEntry*> fresh_;
  bool unbound_ = false;
};

}  // namespace

Result<> begin_validity(Work& work, MailboxRow& row, sync::UidValidity validity) {
  TRY_ASSIGN(auto record, work.journal().mailbox(row.id));
  if (!record) return fail(Errc::Corrupt, "replica.db: a mailbox the journal does not have");
  record->server_validity = validity;
  TRY(work.journal().update_mailbox(*record));
  row.server_validity = validity;
  TRY_ASSIGN(const auto held, work.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages WHERE key>=? AND key<=?",
                                          -key_of(row.id, 0xffffffff), -key_of(row.id, 0)));
  for (const Message& message : held) TRY(work.erase(message));
  TRY(work.database().run("UPDATE messages SET server=NULL, known=0, stale=1 WHERE server>=? AND server<=?",
                          key_of(row.id, 0), key_of(row.id, 0xffffffff)));
  TRY_ASSIGN(const auto stale, work.database().one<std::uint32_t>(
                                   "SELECT count(*) FROM messages WHERE mailbox=? AND stale=1", row.id.value));
  row.stale = stale.value_or(0);
  row.known = 0;
  row.digest = {};
  row.server_next = {};
  row.mod_seq = {};
  return {};
}

Result<> apply_skeleton(Work& work, const sync::Skeleton& skeleton) {
  TRY_ASSIGN(MailboxRow * row, mailbox_told(work, skeleton.mailbox));
  TRY(check_validity(work, *row, skeleton.uid_validity));
  SkeletonWork each(work, *row, skeleton);
  TRY(each.run());
  row->server_next = std::max(row->server_next, skeleton.complete_below);
  work.touched.insert(row->id);
  return {};
}

Result<> apply_flag_changes(Work& work, const sync::FlagChanges& changes) {
  TRY_ASSIGN(MailboxRow * row, mailbox_told(work, changes.mailbox));
  for (const sync::Entry& entry : changes.entries) {
    TRY_ASSIGN(const auto message, work.by_server(row->id, entry.uid));
    if (message) TRY(take_server_flags(work, *message, entry.flags));
  }
  return {};
}

Result<> apply_vanished(Work& work, const sync::Vanished& vanished) {
  TRY_ASSIGN(MailboxRow * row, mailbox_told(work, vanished.mailbox));
  for (const ServerUid uid : vanished.uids) {
    TRY_ASSIGN(const auto message, work.by_server(row->id, uid));
    if (message) TRY(work.erase(*message));
  }
  return {};
}

Result<bool> apply_synced(Work& work, const sync::MailboxSynced& synced) {
  TRY_ASSIGN(MailboxRow * row, mailbox_told(work, synced.mailbox));
  TRY(check_validity(work, *row, synced.uid_validity));
  row->server_next = std::max(row->server_next, synced.uid_next);
  row->mod_seq = synced.mod_seq;
  row->whole = true;
  row->read_only = synced.rights.read_only;
  row->any_keyword = synced.rights.any_keyword;
  row->permanent_keywords = join_words(synced.rights.keywords);
  work.touched.insert(row->id);
  work.folders = true;
  // Bound by a result, then gone before the feed ever told them.
  TRY_ASSIGN(const auto ghosts, work.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages INDEXED BY messages_unknown"
                                            " WHERE known=0 AND server IS NOT NULL AND server>=? AND server<?",
                                            key_of(row->id, 0), key_of(row->id, synced.uid_next.value)));
  for (const Message& message : ghosts) TRY(work.erase(message));
  while (row->stale != 0) {
    TRY_ASSIGN(const auto stale, work.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages INDEXED BY messages_stale"
                                             " WHERE mailbox=? AND stale=1 LIMIT 1000",
                                             row->id.value));
    if (stale.empty()) break;
    for (const Message& message : stale) TRY(work.erase(message));
  }
  return row->known != synced.count || row->digest != synced.digest;
}

Result<> apply_rematch(Work& work, const sync::Rematch& rematch) {
  TRY_ASSIGN(MailboxRow * row, mailbox_told(work, rematch.mailbox));
  if (row->server_validity != rematch.uid_validity) TRY(begin_validity(work, *row, rematch.uid_validity));
  for (const sync::Rematch::Item& item : rematch.items) {
    TRY_ASSIGN(
        const auto stale,
        work.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages INDEXED BY messages_stale"
                    " WHERE mailbox=? AND size=? AND stale=1 AND overview=1 AND match_key=? ORDER BY key LIMIT 1",
                    row->id.value, item.size, static_cast<std::int64_t>(item.match_key)));
    if (!stale.empty()) TRY(adopt_stale(work, *row, stale.front(), item.uid));
    // What could not be matched is found by range digests and comes as a skeleton.
    row->server_next = std::max(row->server_next, ServerUid{item.uid.value + 1});
  }
  return {};
}

Result<> apply_overviews(Work& work, const sync::Overviews& overviews) {
  TRY_ASSIGN(MailboxRow * row, mailbox_told(work, overviews.mailbox));
  if (row->server_validity != overviews.uid_validity) return {};
  for (const sync::Overviews::Item& item : overviews.items) {
    TRY_ASSIGN(const auto before, work.by_server(row->id, item.uid));
    if (!before) continue;
    Message after = *before;
    TRY(put_overview(work, after, item.overview));
    TRY(work.update(*before, after));
  }
  return {};
}

}  // namespace proxy::client::replica
