// How operations end: what the server made is bound; what it refused is undone or recovered, and no last copy is lost.
#include <algorithm>

#include "proxy/client/replica/effects.h"

namespace proxy::client::replica {
namespace {

using queue::MailboxRecord;
using queue::MailboxState;
using queue::OperationRecord;
using queue::OperationState;
using sync::OperationKind;
using Code = sync::OperationResult::Code;

constexpr const char* kRecovered = "Recovered";

bool at_or_below(const std::string& name, const std::string& parent, char delimiter) {
  return name == parent || (delimiter != 0 && name.size() > parent.size() && name.starts_with(parent) &&
                            name[parent.size()] == delimiter);
}

Result<char> delimiter_of(Work& work, MailboxId mailbox) {
  TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox));
  return row == nullptr ? '/' : row->delimiter;
}

Result<std::string> free_name(Work& work, const std::string& wish) {
  std::string name = wish;
  for (int n = 2;; ++n) {
    TRY_ASSIGN(const auto taken, work.journal().live_mailbox(name));
    if (!taken) return name;
    name = wish + "~" + std::to_string(n);
  }
}

Result<MailboxRecord> recovered_mailbox(Work& work) {
  TRY_ASSIGN(auto records, work.journal().mailboxes());
  for (MailboxRecord& record : records) {
    if (record.local_only && record.state == MailboxState::Live) return std::move(record);
  }
  MailboxRecord record;
  TRY_ASSIGN(record.name, free_name(work, kRecovered));
  record.local_only = true;
  record.subscribed = true;
  TRY_ASSIGN(const MailboxId id, work.journal().create_mailbox(record));
  TRY_ASSIGN(const auto made, work.journal().mailbox(id));
  TRY(work.project(*made));
  return *made;
}

// Expunged was told, so what comes back is a new message to programs.
Result<> reappear(Work& work, MailboxId mailbox, LocalUid uid, ServerUid server, std::vector<queue::Moved>& moved) {
  TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox));
  if (row == nullptr) return {};
  TRY_ASSIGN(auto message, work.message(key_of(mailbox, uid.value)));
  if (!message && server.value != 0) {
    TRY_ASSIGN(message, work.by_server(mailbox, server));
  }
  if (!message || message->shown) return {};
  TRY_ASSIGN(const LocalUid fresh, allot(work, mailbox, 1));
  if (message->server) {
    const queue::Binding binding{message->server_uid(), fresh};
    TRY(work.journal().bind(mailbox, row->server_validity, std::span(&binding, 1)));
  }
  moved.push_back({mailbox, message->uid(), mailbox, fresh});
  return {};
}

Result<> undo_made(const OperationRecord& record, std::vector<queue::Moved>& moved) {
  for (const sync::SkeletonEntry& entry : record.made) moved.push_back({record.target, {entry.uid.value}, {0}, {0}});
  return {};
}

// A refused copy was perhaps meant to be the one that stays: what was to destroy the original afterwards is taken back.
Result<> keep_originals(Work& work, const OperationRecord& copy, std::vector<queue::Moved>& moved) {
  TRY_ASSIGN(auto later, work.journal().open_operations_of(copy.mailbox, copy.sequence));
  for (OperationRecord& record : later) {
    if (record.operation.kind == OperationKind::Delete) {
      sync::OperationResult refused;
      refused.ticket = record.operation.ticket;
      refused.code = Code::Refused;
      refused.text = "messages in it could not be copied";
      TRY(end_operation(work, refused));
    }
    if (record.operation.kind != OperationKind::Expunge) continue;
    OperationRecord kept = record;
    kept.items.clear();
    kept.servers.clear();
    for (std::size_t i = 0; i < record.items.size(); ++i) {
      if (std::find(copy.items.begin(), copy.items.end(), record.items[i]) == copy.items.end()) {
        kept.items.push_back(record.items[i]);
        kept.servers.push_back(record.servers[i]);
      } else {
        TRY(reappear(work, copy.mailbox, record.items[i], record.servers[i], moved));
      }
    }
    if (kept.items.size() != record.items.size()) TRY(work.journal().rewrite(kept));
  }
  return {};
}

Result<> recover_append(Work& work, OperationRecord& record) {
  TRY_ASSIGN(const MailboxRecord place, recovered_mailbox(work));
  TRY_ASSIGN(const LocalUid uid, allot(work, place.id, 1));
  queue::Recovered message;
  message.mailbox = place.id;
  message.digest = record.operation.digest;
  message.entry = record.made.front();
  message.entry.uid = {uid.value};
  TRY(work.journal().add_recovered(message));
  record.moved.push_back({record.target, {record.made.front().uid.value}, place.id, uid});
  return {};
}

Result<> bind_in_journal(Work& work, const OperationRecord& record) {
  const sync::OperationResult& result = *record.result;
  TRY_ASSIGN(auto target, work.journal().mailbox(record.target));
  if (!target || result.target_validity.value == 0) return {};
  if (target->server_validity.value == 0) {  // made here: the first word of its UIDVALIDITY
    target->server_validity = result.target_validity;
    TRY(work.journal().update_mailbox(*target));
    TRY(work.project(*target));
  }
  if (target->server_validity != result.target_validity) return {};
  std::vector<queue::Binding> bindings;
  for (std::size_t i = 0; i < record.made.size() && i < result.made.size(); ++i) {
    if (result.made[i].value != 0) bindings.push_back({result.made[i], {record.made[i].uid.value}});
  }
  std::sort(bindings.begin(), bindings.end(),
            [](const queue::Binding& a, const queue::Binding& b) { return a.server < b.server; });
  return work.journal().bind(record.target, target->server_validity, bindings);
}

Result<> folder_done(Work& work, const OperationRecord& record) {
  const sync::Operation& operation = record.operation;
  TRY_ASSIGN(auto mailbox, work.journal().mailbox(record.mailbox));
  if (!mailbox) return {};
  if (operation.kind == OperationKind::Create && !mailbox->server_name) {
    mailbox->server_name = operation.mailbox;
    return work.journal().update_mailbox(*mailbox);
  }
  if (operation.kind == OperationKind::Delete && mailbox->state == MailboxState::Deleting)
    return Result<>();  // dropped once this operation is not open any more
  if (operation.kind != OperationKind::Rename) return {};
  TRY_ASSIGN(const char delimiter, delimiter_of(work, record.mailbox));
  TRY_ASSIGN(auto all, work.journal().mailboxes());
  for (MailboxRecord& each : all) {
    if (!each.server_name || !at_or_below(*each.server_name, operation.mailbox, delimiter)) continue;
    each.server_name = operation.target + each.server_name->substr(operation.mailbox.size());
    TRY(work.journal().update_mailbox(each));
  }
  return {};
}

Result<> folder_refused(Work& work, const OperationRecord& record) {
  const sync::Operation& operation = record.operation;
  TRY_ASSIGN(auto mailbox, work.journal().mailbox(record.mailbox));
  if (!mailbox) return {};
  switch (operation.kind) {
    case OperationKind::Delete: {
      if (mailbox->state != MailboxState::Deleting) return {};
      TRY_ASSIGN(mailbox->name, free_name(work, mailbox->name));
      mailbox->state = MailboxState::Live;
      return work.journal().update_mailbox(*mailbox);
    }
    case OperationKind::Subscribe:
    case OperationKind::Unsubscribe:
      mailbox->subscribed = operation.kind == OperationKind::Unsubscribe;
      return work.journal().update_mailbox(*mailbox);
    case OperationKind::Rename: {
      TRY_ASSIGN(const char delimiter, delimiter_of(work, record.mailbox));
      TRY_ASSIGN(auto all, work.journal().mailboxes());
      for (MailboxRecord& each : all) {
        if (each.state != MailboxState::Live || !at_or_below(each.name, operation.target, delimiter)) continue;
        const std::string back = operation.mailbox + each.name.substr(operation.target.size());
        if (each.server_name && *each.server_name != back) continue;
        TRY_ASSIGN(each.name, free_name(work, back));
        TRY(work.journal().update_mailbox(each));
      }
      return {};
    }
    default:
      return {};  // Create: an orphan, dropped when nothing is on its way into it
  }
}

Result<> undo(Work& work, OperationRecord& record, Code code) {
  switch (record.operation.kind) {
    case OperationKind::Store:
      return {};
    case OperationKind::Copy:
      TRY(undo_made(record, record.moved));
      return code == Code::Gone ? Result<>() : keep_originals(work, record, record.moved);
    case OperationKind::Move:
      TRY(undo_made(record, record.moved));
      TRY(keep_originals(work, record, record.moved));
      [[fallthrough]];
    case OperationKind::Expunge:
      // Also when told Gone: should they really be, the feed says so next.
      for (std::size_t i = 0; i < record.items.size(); ++i)
        TRY(reappear(work, record.mailbox, record.items[i], record.servers[i], record.moved));
      return {};
    case OperationKind::Append:
      return recover_append(work, record);
    default:
      return folder_refused(work, record);
  }
}

Result<> drop_if_orphan(Work& work, MailboxId id) {
  if (id.value == 0) return {};
  TRY_ASSIGN(const auto record, work.journal().mailbox(id));
  if (!record || record->state == MailboxState::Gone || record->local_only) return {};
  TRY_ASSIGN(const bool open, work.journal().any_open_of(id));
  if (open) return {};
  if (!record->server_name) return drop_mailbox(work, *record);
  return {};
}

std::string notice_of(const OperationRecord& record, const std::string& words) {
  std::string text = "The mail server refused a change";
  if (record.operation.kind == OperationKind::Append)
    text = "The mail server refused a message; it is kept in the mailbox \"Recovered\"";
  if (!words.empty()) text += ": " + words;
  return text;
}

}  // namespace

Result<> end_operation(Work& work, const sync::OperationResult& result) {
  TRY_ASSIGN(auto record, work.journal().operation(result.ticket));
  if (!record || record->state != OperationState::Open) return work.journal().must_acknowledge(result.ticket);
  record->text = result.text;
  if (result.code == Code::NeedOctets) return {};
  if (result.code == Code::Later) return work.journal().rewrite(*record);
  record->result = result;
  const bool gone_as_wished = result.code == Code::Gone && record->operation.kind == OperationKind::Delete;
  if (result.code == Code::Done || gone_as_wished) {
    record->state = OperationState::Done;
    if (!record->made.empty()) TRY(bind_in_journal(work, *record));
    TRY(folder_done(work, *record));
  } else {
    record->state = OperationState::Refused;
    TRY(undo(work, *record, result.code));
    if (result.code != Code::Gone || record->operation.kind == OperationKind::Append)
      TRY(work.journal().add_notice(notice_of(*record, result.text)));
  }
  TRY_ASSIGN(const queue::Sequence event, work.journal().end(*record));
  TRY(apply_ended(work, *record, event));
  if (record->operation.kind == OperationKind::Delete && record->state == OperationState::Done) {
    TRY_ASSIGN(const auto mailbox, work.journal().mailbox(record->mailbox));
    if (mailbox && mailbox->state == MailboxState::Deleting) TRY(drop_mailbox(work, *mailbox));
  }
  TRY(drop_if_orphan(work, record->mailbox));
  return drop_if_orphan(work, record->target);
}

}  // namespace proxy::client::replica
