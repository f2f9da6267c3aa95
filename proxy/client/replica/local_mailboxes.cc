#include "proxy/client/replica/local.h"

namespace proxy::client::replica {
namespace {

using queue::MailboxRecord;
using queue::MailboxState;
using queue::OperationRecord;
using sync::OperationKind;

Result<MailboxRecord> must_find(Work& work, const std::string& name) {
  TRY_ASSIGN(auto record, work.journal().live_mailbox(name));
  if (!record) return fail(Errc::NotFound, "no such mailbox");
  return *std::move(record);
}

Result<OperationRecord> operation_on(Work& work, const MailboxRecord& mailbox, OperationKind kind) {
  OperationRecord record;
  record.mailbox = mailbox.id;
  record.operation.kind = kind;
  record.operation.mailbox = mailbox.name;
  record.operation.uid_validity = mailbox.server_validity;
  (void)work;
  return record;
}

Result<> journalled(Work& work, OperationRecord& record) {
  TRY(work.journal().add(record));
  return apply_made(work, record);
}

}  // namespace

Result<> create_mailbox(Work& work, const std::string& name, const std::string& special_use) {
  TRY_ASSIGN(const auto taken, work.journal().live_mailbox(name));
  if (taken) return fail(Errc::Conflict, "the mailbox exists");
  MailboxRecord mailbox;
  mailbox.name = name;
  mailbox.special_use = special_use;
  TRY_ASSIGN(mailbox.id, work.journal().create_mailbox(mailbox));
  TRY_ASSIGN(OperationRecord record, operation_on(work, mailbox, OperationKind::Create));
  record.operation.special_use = special_use;
  TRY(journalled(work, record));
  TRY_ASSIGN(MailboxRow * row, work.mailbox(mailbox.id));
  row->whole = true;  // nothing can be in it yet that is not from here
  TRY_ASSIGN(const auto delimiter,
             work.database().one<int>("SELECT delimiter FROM mailboxes WHERE feed_number IS NOT NULL"
                                      " LIMIT 1"));
  if (delimiter) row->delimiter = static_cast<char>(*delimiter);
  return {};
}

Result<> remove_mailbox(Work& work, const std::string& name) {
  TRY_ASSIGN(MailboxRecord mailbox, must_find(work, name));
  if (name == "INBOX") return fail(Errc::Denied, "INBOX stays");
  if (mailbox.local_only) {
    TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox.id));
    if (row != nullptr && row->messages != 0) return fail(Errc::Denied, "it holds mail that is nowhere else");
    return drop_mailbox(work, mailbox);
  }
  mailbox.state = MailboxState::Deleting;
  TRY(work.journal().update_mailbox(mailbox));
  TRY_ASSIGN(OperationRecord record, operation_on(work, mailbox, OperationKind::Delete));
  work.touched.insert(mailbox.id);
  return journalled(work, record);
}

Result<> rename_mailbox(Work& work, const std::string& from, const std::string& to) {
  TRY_ASSIGN(const MailboxRecord mailbox, must_find(work, from));
  if (from == "INBOX") return fail(Errc::Unsupported, "INBOX keeps its name");
  if (mailbox.local_only) return fail(Errc::Denied, "it is not at the server");
  TRY_ASSIGN(const auto taken, work.journal().live_mailbox(to));
  if (taken) return fail(Errc::Conflict, "the mailbox exists");
  TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox.id));
  const char delimiter = row == nullptr ? '/' : row->delimiter;
  if (delimiter != 0 && to.starts_with(from + delimiter))
    return fail(Errc::Conflict, "a mailbox cannot be below itself");
  TRY_ASSIGN(auto all, work.journal().mailboxes());
  for (MailboxRecord& each : all) {
    const bool below = delimiter != 0 && each.name.starts_with(from + delimiter);
    if (each.state != MailboxState::Live || (each.id != mailbox.id && !below)) continue;
    each.name = to + each.name.substr(from.size());
    TRY(work.journal().update_mailbox(each));
    work.touched.insert(each.id);
  }
  TRY_ASSIGN(OperationRecord record, operation_on(work, mailbox, OperationKind::Rename));
  record.operation.target = to;
  return journalled(work, record);
}

Result<> subscribe_mailbox(Work& work, const std::string& name, bool on) {
  TRY_ASSIGN(MailboxRecord mailbox, must_find(work, name));
  if (mailbox.subscribed == on) return {};
  mailbox.subscribed = on;
  TRY(work.journal().update_mailbox(mailbox));
  if (mailbox.local_only) {
    TRY(work.project(mailbox));
    return {};
  }
  TRY_ASSIGN(OperationRecord record,
             operation_on(work, mailbox, on ? OperationKind::Subscribe : OperationKind::Unsubscribe));
  return journalled(work, record);
}

}  // namespace proxy::client::replica
