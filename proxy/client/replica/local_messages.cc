#include <algorithm>

#include "proxy/client/replica/local.h"
#include "proxy/client/replica/replica.h"

namespace proxy::client::replica {
namespace {

using queue::OperationRecord;
using sync::OperationKind;

Result<MailboxRow*> writable(Work& work, MailboxId mailbox) {
  TRY_ASSIGN(MailboxRow * row, work.mailbox(mailbox));
  if (row == nullptr) return fail(Errc::NotFound, "the mailbox is gone");
  if (row->read_only) return fail(Errc::Denied, "the mailbox is read-only");
  return row;
}

OperationRecord operation_on(const MailboxRow& row, OperationKind kind) {
  OperationRecord record;
  record.mailbox = row.id;
  record.operation.kind = kind;
  record.operation.mailbox = row.name;
  record.operation.uid_validity = row.server_validity;
  return record;
}

void add_item(OperationRecord& record, const Message& m) {
  record.items.push_back(m.uid());
  record.servers.push_back(m.server_uid());
}

Flags wanted_flags(const Flags& now, StoreMode mode, const Flags& flags) {
  switch (mode) {
    case StoreMode::Replace:
      return flags;
    case StoreMode::Add:
      return with(now, flags, {});
    case StoreMode::Remove:
      return with(now, {}, flags);
  }
  return now;
}

Flags minus(Flags from, const Flags& what) {
  from.system = static_cast<std::uint8_t>(from.system & ~what.system);
  for (const std::string& keyword : what.keywords) from.keywords.erase(keyword);
  return from;
}

// Keywords that the server does not keep are left out, as it would do itself (RFC 3501 §6.4.6).
Flags kept_by_server(const MailboxRow& row, Flags flags) {
  if (row.any_keyword || row.local_only) return flags;
  const std::set<std::string> known = split_words(row.permanent_keywords);
  std::erase_if(flags.keywords, [&known](const std::string& keyword) { return !known.contains(keyword); });
  return flags;
}

LocalUid next_after(const std::vector<Message>& found) {
  return found.size() == kWriteBatch ? found.back().uid() : LocalUid{};
}

// Mail of no server: there is nobody to tell.
Result<> store_here(Work& work, const std::vector<Message>& changed, StoreMode mode, const Flags& flags) {
  for (const Message& before : changed) {
    Message after = before;
    after.flags = wanted_flags(before.flags, mode, flags);
    after.server_flags = after.flags;
    TRY(work.update(before, after));
  }
  return {};
}

sync::SkeletonEntry entry_of(const Message& m, LocalUid uid) {
  return {{uid.value}, static_cast<std::uint32_t>(m.size), m.date, m.zone, m.flags};
}

Result<sync::ContentDigest> digest_of(Work& work, std::int64_t content) {
  TRY_ASSIGN(const auto bytes, work.database().one<Bytes>("SELECT digest FROM contents WHERE id=?", content));
  sync::ContentDigest digest;
  if (!bytes || bytes->size() != digest.size()) return fail(Errc::Corrupt, "replica.db: a content's digest");
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

Result<> erase_recovered(Work& work, const Message& m) {
  TRY(work.journal().drop_recovered(m.mailbox, m.uid()));
  return work.erase(m);
}

// From "Recovered" to a mailbox of the server: an append of what is here.
Result<> append_copy(Work& work, const Message& m, const std::string& target, TransferStep& step) {
  AppendRequest request;
  request.mailbox = target;
  TRY_ASSIGN(request.content.digest, digest_of(work, m.content));
  request.content.size = m.size;
  request.flags = m.flags;
  request.date = m.date;
  request.zone_minutes = m.zone;
  TRY_ASSIGN(const Appended made, append_message(work, request));
  step.uid_validity = made.uid_validity;
  step.made.emplace_back(m.uid(), made.uid);
  return {};
}

}  // namespace

Result<StoreStep> store_step(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after, StoreMode mode,
                             const Flags& asked, std::optional<std::uint64_t> unchanged_since) {
  TRY_ASSIGN(MailboxRow * row, writable(work, view.mailbox));
  const Flags flags = mode == StoreMode::Remove ? asked : kept_by_server(*row, asked);
  TRY_ASSIGN(const auto found, messages_in(work, view, uids, after, kWriteBatch, false));
  StoreStep step;
  step.after = next_after(found);
  OperationRecord record = operation_on(*row, OperationKind::Store);
  if (mode == StoreMode::Remove) {
    record.operation.remove = flags;
  } else {
    record.operation.add = flags;
  }
  std::vector<Message> changed;
  for (const Message& m : found) {
    if (unchanged_since && m.mod_seq > *unchanged_since) {
      step.modified.push_back(m.uid());
      continue;
    }
    if (wanted_flags(m.flags, mode, flags) == m.flags) continue;
    // Replace is told as what is added and what is taken away, so that others' changes stay.
    if (mode == StoreMode::Replace) record.operation.remove = with(record.operation.remove, minus(m.flags, flags), {});
    add_item(record, m);
    changed.push_back(m);
  }
  if (changed.empty()) return step;
  const std::uint64_t before = row->highest_mod_seq;
  if (row->local_only) {
    TRY(store_here(work, changed, mode, flags));
  } else {
    TRY(work.journal().add(record));
    TRY(apply_made(work, record));
  }
  step.mod_seq = row->highest_mod_seq;
  step.own.emplace(before + 1, row->highest_mod_seq);
  return step;
}

Result<LocalUid> expunge_step(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after) {
  TRY_ASSIGN(MailboxRow * row, writable(work, view.mailbox));
  TRY_ASSIGN(const auto found, messages_in(work, view, uids, after, kWriteBatch, true));
  if (found.empty()) return LocalUid{};
  if (row->local_only) {
    for (const Message& m : found) TRY(erase_recovered(work, m));
    return next_after(found);
  }
  OperationRecord record = operation_on(*row, OperationKind::Expunge);
  for (const Message& m : found) add_item(record, m);
  TRY(work.journal().add(record));
  TRY(apply_made(work, record));
  return next_after(found);
}

Result<TransferStep> transfer_step(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after,
                                   const std::string& target, bool moving) {
  TransferStep step;
  TRY_ASSIGN(MailboxRow * to, work.live_mailbox(target));
  if (to == nullptr || !to->selectable) return fail(Errc::NotFound, "no such mailbox");
  if (to->local_only || to->read_only) return fail(Errc::Denied, "the target takes no mail");
  TRY_ASSIGN(MailboxRow * row, work.mailbox(view.mailbox));
  if (moving) {
    TRY_ASSIGN(row, writable(work, view.mailbox));
  }
  TRY_ASSIGN(const auto found, messages_in(work, view, uids, after, kWriteBatch, false));
  step.uid_validity = to->uid_validity;
  if (found.empty()) return step;
  step.after = next_after(found);
  if (row->local_only) {
    for (const Message& m : found) {
      TRY(append_copy(work, m, target, step));
      if (moving) TRY(erase_recovered(work, m));  // its append holds the octets now
    }
    return step;
  }
  OperationRecord record = operation_on(*row, moving ? OperationKind::Move : OperationKind::Copy);
  record.target = to->id;
  record.operation.target = to->name;
  TRY_ASSIGN(const LocalUid first, allot(work, to->id, static_cast<std::uint32_t>(found.size())));
  for (const Message& m : found) {
    const LocalUid uid{first.value + static_cast<std::uint32_t>(record.made.size())};
    add_item(record, m);
    record.made.push_back(entry_of(m, uid));
    step.made.emplace_back(m.uid(), uid);
  }
  TRY(work.journal().add(record));
  TRY(apply_made(work, record));
  return step;
}

Result<Appended> append_message(Work& work, const AppendRequest& request) {
  TRY_ASSIGN(MailboxRow * row, work.live_mailbox(request.mailbox));
  if (row == nullptr || !row->selectable) return fail(Errc::NotFound, "no such mailbox");
  if (row->local_only || row->read_only) return fail(Errc::Denied, "the mailbox takes no mail");
  if (request.content.size > 0xffffffffu) return fail(Errc::Limit, "a message of more than 4 GiB");
  OperationRecord record = operation_on(*row, OperationKind::Append);
  record.target = row->id;
  record.operation.add = request.flags;
  record.operation.internal_date = request.date;
  record.operation.zone_minutes = request.zone_minutes;
  record.operation.size = request.content.size;
  record.operation.digest = request.content.digest;
  record.operation.same_as = request.same_as;
  if (!record.operation.same_as) {
    TRY_ASSIGN(record.operation.same_as, work.journal().submission_with(request.content.digest));
  }
  TRY_ASSIGN(const LocalUid uid, allot(work, row->id, 1));
  record.made.push_back({{uid.value},
                         static_cast<std::uint32_t>(request.content.size),
                         request.date,
                         request.zone_minutes,
                         request.flags});
  TRY(work.journal().add(record));
  TRY(apply_made(work, record, request.overview));
  return Appended{row->uid_validity, uid};
}

}  // namespace proxy::client::replica
