#include "proxy/client/replica/reading.h"

#include <algorithm>

#include "codec/convert/overview_chain.h"
#include "codec/property/decode.h"

namespace proxy::client::replica {
namespace {

constexpr std::size_t kExpungeBatch = 1024;  // numbers told at once
constexpr std::uint32_t kFewChanges = 5000;  // changed rows that are rather sorted than searched for

Result<std::shared_ptr<const codec::convert::Overview>> overview_at(Work& work, std::int64_t key) {
  TRY_ASSIGN(const auto bytes, work.database().one<Bytes>("SELECT chain FROM overviews WHERE id=?", key));
  if (!bytes) return std::shared_ptr<const codec::convert::Overview>();
  const auto chain = codec::property::decode(*bytes);
  if (!chain) return fail(Errc::Corrupt, "replica.db: an overview");
  auto overview = codec::convert::decode_overview(*chain);
  if (!overview) return fail(Errc::Corrupt, "replica.db: an overview");
  return std::make_shared<const codec::convert::Overview>(*std::move(overview));
}

Result<MessageRow> row_of(Work& work, const Message& m, std::uint32_t number, bool with_overview) {
  MessageRow row;
  row.number = number;
  row.uid = m.uid();
  row.flags = m.flags;
  row.mod_seq = m.mod_seq;
  row.date = m.date;
  row.zone_minutes = m.zone;
  row.size = m.size;
  row.body_here = m.body == BodyState::Here;
  if (with_overview && m.overview) {
    TRY_ASSIGN(row.overview, overview_at(work, m.key));
  }
  return row;
}

Result<MailboxRow*> row_of_view(Work& work, const ViewState& view) {
  TRY_ASSIGN(MailboxRow * row, work.mailbox(view.mailbox));
  if (row == nullptr || row->state != queue::MailboxState::Live) return fail(Errc::NotFound, "the mailbox is gone");
  return row;
}

bool own(const ViewState& view, std::uint64_t mod_seq) {
  return std::any_of(view.own.begin(), view.own.end(),
                     [&](const auto& run) { return run.first <= mod_seq && mod_seq <= run.second; });
}

// The expunged, highest first, so that each number is right when it is read.
Result<> poll_expunged(Work& work, ViewState& view, Changes& changes, std::uint64_t now) {
  std::vector<std::uint32_t> uids;
  std::uint64_t last = view.expunged_to;
  std::size_t found = 0;
  TRY(work.database().for_each(
      "SELECT mod_seq,uid FROM gone INDEXED BY gone_mailbox WHERE mailbox=? AND mod_seq>?"
      " ORDER BY mod_seq LIMIT ?",
      [&](booster::sql::Row row) {
        ++found;
        last = row.get<std::uint64_t>(0);
        const auto uid = row.get<std::uint32_t>(1);
        if (uid < view.bound.value) uids.push_back(uid);
      },
      view.mailbox.value, view.expunged_to, kExpungeBatch));
  if (found == 0) {
    view.expunged_to = now;
    return {};
  }
  std::sort(uids.rbegin(), uids.rend());
  TRY_ASSIGN(const Numbering numbering, Numbering::make(work, view));
  for (const std::uint32_t uid : uids) {
    TRY_ASSIGN(const std::uint32_t number, numbering.number_of(uid));
    changes.expunged.push_back(number);
    changes.expunged_uids.push_back({uid});
  }
  view.exists -= static_cast<std::uint32_t>(uids.size());
  changes.more = found == kExpungeBatch;
  view.expunged_to = changes.more ? last : now;
  return {};
}

Result<> poll_flags(Work& work, ViewState& view, Changes& changes, std::uint64_t now) {
  TRY_ASSIGN(
      const auto changed,
      work.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages INDEXED BY messages_mod_seq WHERE mailbox=? AND shown=1"
                  " AND mod_seq>? AND key<? ORDER BY mod_seq LIMIT ?",
                  view.mailbox.value, view.flags_to, key_of(view.mailbox, view.bound.value), kRowBatch));
  TRY_ASSIGN(const Numbering numbering, Numbering::make(work, view));
  for (const Message& m : changed) {
    if (own(view, m.mod_seq)) continue;
    TRY_ASSIGN(const std::uint32_t number, numbering.number_of(m.uid().value));
    TRY_ASSIGN(MessageRow row, row_of(work, m, number, false));
    changes.flags.push_back(std::move(row));
  }
  changes.more = changed.size() == kRowBatch;
  view.flags_to = changes.more ? changed.back().mod_seq : now;
  std::erase_if(view.own, [&](const auto& run) { return run.second <= view.flags_to; });
  return {};
}

Result<> poll_new(Work& work, ViewState& view, Changes& changes, const MailboxRow& row) {
  if (view.bound.value == row.next_uid) return {};
  // One that came and went before it was told can only be passed over together with the expunges.
  TRY_ASSIGN(const auto passed,
             work.database().one<int>("SELECT 1 FROM gone INDEXED BY gone_mailbox WHERE mailbox=? AND mod_seq>? AND"
                                      " uid>=? LIMIT 1",
                                      view.mailbox.value, view.expunged_to, view.bound.value));
  if (passed) return {};
  TRY_ASSIGN(const std::uint32_t before, Numbering::rank(work.database(), key_of(view.mailbox, view.bound.value)));
  const std::uint32_t fresh = row.messages - before;
  view.bound = {row.next_uid};
  if (fresh == 0) return {};
  view.exists += fresh;
  changes.exists = view.exists;
  return {};
}

// In closed, rising ranges of UIDs.
Result<> scan(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after, std::size_t limit,
              std::uint64_t changed_since, bool deleted, std::vector<Message>& into) {
  const std::string_view sql =
      deleted ? "SELECT " PB_MESSAGE_COLUMNS
                " FROM messages INDEXED BY messages_deleted WHERE key>=? AND key<=?"
                " AND shown=1 AND (flags & 8)<>0 AND mod_seq>? ORDER BY key LIMIT ?"
              : "SELECT " PB_MESSAGE_COLUMNS
                " FROM messages WHERE key>=? AND key<=? AND shown=1 AND mod_seq>? ORDER BY key LIMIT ?";
  for (const UidRange& range : uids) {
    if (into.size() >= limit) return {};
    if (range.last <= after.value) continue;
    const std::uint32_t first = std::max(range.first, after.value + 1);
    const std::uint32_t last = std::min(range.last, view.bound.value - 1);
    if (first > last) continue;
    TRY(work.database().for_each(
        sql, [&](booster::sql::Row row) { into.push_back(load_message(row)); }, key_of(view.mailbox, first),
        key_of(view.mailbox, last), changed_since, limit - into.size()));
  }
  return {};
}

bool holds(const UidRanges& ranges, std::uint32_t uid) {
  const auto above = std::upper_bound(ranges.begin(), ranges.end(), uid,
                                      [](std::uint32_t value, const UidRange& range) { return value < range.first; });
  return above != ranges.begin() && uid <= std::prev(above)->last;
}

// By the index of changes where these are few.
Result<bool> scan_changes(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after,
                          std::uint64_t changed_since, std::vector<Message>& into) {
  TRY_ASSIGN(const auto few, work.database().one<std::uint32_t>(
                                 "SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_mod_seq"
                                 " WHERE mailbox=? AND shown=1 AND mod_seq>? LIMIT ?)",
                                 view.mailbox.value, changed_since, kFewChanges));
  if (few.value_or(0) >= kFewChanges) return false;
  std::vector<std::int64_t> keys;
  TRY(work.database().for_each(
      "SELECT key FROM messages INDEXED BY messages_mod_seq WHERE mailbox=? AND shown=1"
      " AND mod_seq>? AND key>?",
      [&](booster::sql::Row row) {
        const auto key = row.get<std::int64_t>(0);
        if (uid_of(key) < view.bound.value && holds(uids, uid_of(key))) keys.push_back(key);
      },
      view.mailbox.value, changed_since, key_of(view.mailbox, after.value)));
  std::sort(keys.begin(), keys.end());
  if (keys.size() > kRowBatch) keys.resize(kRowBatch);
  for (const std::int64_t key : keys) {
    TRY_ASSIGN(auto message, work.message(key));
    if (message) into.push_back(*std::move(message));
  }
  return true;
}

// Only as many of the ranges as can fill a batch above `after` are turned into UIDs.
Result<UidRanges> to_uids(const Numbering& numbering, const ViewState& view, const UidRanges& numbers, LocalUid after) {
  UidRanges uids;
  std::uint32_t passed = 0;
  if (after.value != 0) {
    TRY_ASSIGN(passed, numbering.number_of(after.value));
  }
  std::size_t covered = 0;
  for (const UidRange& range : numbers) {
    if (range.last <= passed || range.first > view.exists) continue;
    const std::uint32_t first = std::max({range.first, passed + 1, 1U});
    const std::uint32_t last = std::min(range.last, view.exists);
    TRY_ASSIGN(const std::uint32_t low, numbering.uid_at(first));
    TRY_ASSIGN(const std::uint32_t high, numbering.uid_at(last));
    if (low == 0 || high == 0) continue;
    uids.push_back({low, high});
    covered += last - first + 1;
    if (covered >= kRowBatch + numbering.pending().size()) break;
  }
  return uids;
}

}  // namespace

Result<ViewState> begin_view(Work&, const MailboxRow& row) {
  ViewState view;
  view.mailbox = row.id;
  view.bound = {row.next_uid};
  view.expunged_to = row.highest_mod_seq;
  view.flags_to = row.highest_mod_seq;
  view.exists = row.messages;
  return view;
}

Result<LocalUid> last_uid(Work& work, const ViewState& view) {
  TRY_ASSIGN(const auto key,
             work.database().one<std::int64_t>(
                 "SELECT key FROM messages WHERE key>=? AND key<? AND shown=1 ORDER BY key DESC LIMIT 1",
                 key_of(view.mailbox, 0), key_of(view.mailbox, view.bound.value)));
  TRY_ASSIGN(const Numbering numbering, Numbering::make(work, view));
  const std::uint32_t gone = numbering.pending().empty() ? 0 : numbering.pending().back();
  return LocalUid{std::max(key ? uid_of(*key) : 0, gone)};
}

Result<Changes> poll_view(Work& work, ViewState& view, bool with_expunges) {
  Changes changes;
  TRY_ASSIGN(const MailboxRow* row, row_of_view(work, view));
  const std::uint64_t now = row->highest_mod_seq;
  if (with_expunges) {
    TRY(poll_expunged(work, view, changes, now));
    if (changes.more) return changes;
  }
  TRY(poll_flags(work, view, changes, now));
  if (changes.more) return changes;
  TRY(poll_new(work, view, changes, *row));
  return changes;
}

Result<std::vector<MessageRow>> rows_of(Work& work, const ViewState& view, const RowQuery& query, LocalUid after) {
  TRY(row_of_view(work, view));
  TRY_ASSIGN(const Numbering numbering, Numbering::make(work, view));
  std::vector<Message> found;
  LocalUid from = after;
  for (;;) {  // the UIDs behind a part of the numbers may all be expunged
    UidRanges uids = query.set;
    if (!query.by_uid) {
      TRY_ASSIGN(uids, to_uids(numbering, view, query.set, from));
    }
    if (uids.empty()) break;
    bool done = false;
    if (query.changed_since != 0) {
      TRY_ASSIGN(done, scan_changes(work, view, uids, from, query.changed_since, found));
    }
    if (!done) TRY(scan(work, view, uids, from, kRowBatch, query.changed_since, false, found));
    if (query.by_uid || !found.empty()) break;
    from = {uids.back().last};
  }
  std::vector<MessageRow> rows;
  std::uint32_t number = 0;
  const Message* previous = nullptr;
  for (const Message& m : found) {
    // The next UID of the one before has the next number; else it is counted.
    if (previous != nullptr && previous->key + 1 == m.key) {
      ++number;
    } else {
      TRY_ASSIGN(number, numbering.number_of(m.uid().value));
    }
    previous = &m;
    TRY_ASSIGN(MessageRow row, row_of(work, m, number, query.overview));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<UidRanges> uids_of_numbers(Work& work, const ViewState& view, const UidRanges& numbers) {
  TRY_ASSIGN(const Numbering numbering, Numbering::make(work, view));
  UidRanges uids;
  for (const UidRange& range : numbers) {
    if (range.first > view.exists || range.last == 0) continue;
    TRY_ASSIGN(const std::uint32_t low, numbering.uid_at(std::max(range.first, 1U)));
    TRY_ASSIGN(const std::uint32_t high, numbering.uid_at(std::min(range.last, view.exists)));
    if (low == 0 || high == 0) continue;
    if (!uids.empty() && uids.back().last + 1 == low) {
      uids.back().last = high;
    } else {
      uids.push_back({low, high});
    }
  }
  return uids;
}

Result<std::optional<std::uint32_t>> first_unseen_of(Work& work, const ViewState& view) {
  TRY(row_of_view(work, view));
  TRY_ASSIGN(const auto key,
             work.database().one<std::int64_t>(
                 "SELECT key FROM messages INDEXED BY messages_unseen WHERE key>=? AND key<? AND shown=1"
                 " AND (flags & 1)=0 ORDER BY key LIMIT 1",
                 key_of(view.mailbox, 0), key_of(view.mailbox, view.bound.value)));
  if (!key) return std::optional<std::uint32_t>();
  TRY_ASSIGN(const Numbering numbering, Numbering::make(work, view));
  TRY_ASSIGN(const std::uint32_t number, numbering.number_of(uid_of(*key)));
  return std::optional(number);
}

Result<std::vector<Message>> messages_in(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after,
                                         std::size_t limit, bool deleted) {
  TRY(row_of_view(work, view));
  std::vector<Message> found;
  TRY(scan(work, view, uids, after, limit, 0, deleted, found));
  return found;
}

}  // namespace proxy::client::replica
