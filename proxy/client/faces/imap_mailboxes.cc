// Mailboxes as a whole: LIST, LSUB, STATUS, CREATE, DELETE, RENAME, SUBSCRIBE.      Source: RFC 3501 §6.3, RFC 5819
#include <utility>

#include "proxy/client/faces/imap_session.h"
#include "proxy/client/faces/list_match.h"

namespace proxy::client::faces {

using imap::StatusItem;
namespace command = imap::command;
namespace response = imap::response;

Task<Result<>> ImapSession::finish(const Tag& tag, Result<> result, std::string_view what) {
  if (!result) {
    refuse(tag, result.error(), what);
    co_return Result<>();
  }
  co_return co_await done(tag, std::string(what) + " completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Create& c) {
  // A delimiter at the end only announces names below it.
  std::string name = c.mailbox.utf8();
  CO_TRY_ASSIGN(const std::vector<Mailbox> all, co_await patiently("Waiting for the folders", store_->mailboxes()));
  const std::optional<char> delimiter = all.empty() ? std::nullopt : all.front().delimiter;
  while (delimiter && name.size() > 1 && name.back() == *delimiter) name.pop_back();
  const Result<imap::MailboxName> trimmed = imap::make_mailbox_name(name);
  if (!trimmed || trimmed->is_inbox()) {
    reply(tag, Condition::No, "CREATE: that name is taken", imap::CodeName::AlreadyExists);
    co_return Result<>();
  }
  Result<> result = co_await patiently("Creating", store_->create(*trimmed, c.use));
  co_return co_await finish(tag, std::move(result), "CREATE");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Delete& c) {
  if (c.mailbox.is_inbox()) {
    reply(tag, Condition::No, "DELETE: INBOX stays", imap::CodeName::Cannot);
    co_return Result<>();
  }
  Result<> result = co_await patiently("Deleting", store_->remove(c.mailbox));
  if (result && selected_ == c.mailbox) {
    view_ = nullptr;
    selected_.reset();
  }
  co_return co_await finish(tag, std::move(result), "DELETE");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Rename& c) {
  Result<> result = co_await patiently("Renaming", store_->rename(c.from, c.to));
  if (result && selected_ == c.from && !c.from.is_inbox()) selected_ = c.to;
  co_return co_await finish(tag, std::move(result), "RENAME");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Subscribe& c) {
  Result<> result = co_await patiently("Subscribing", store_->subscribe(c.mailbox, true));
  co_return co_await finish(tag, std::move(result), "SUBSCRIBE");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Unsubscribe& c) {
  Result<> result = co_await patiently("Unsubscribing", store_->subscribe(c.mailbox, false));
  co_return co_await finish(tag, std::move(result), "UNSUBSCRIBE");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::List& c) {
  CO_TRY_ASSIGN(const std::vector<Mailbox> all, co_await patiently("Waiting for the folders", store_->mailboxes()));
  if (!c.extended && c.patterns.size() == 1 && c.patterns.front().empty()) {
    response::RootList root;
    root.delimiter = all.empty() ? '/' : all.front().delimiter;
    untagged(root);
    co_return co_await done(tag, "LIST completed");
  }
  ListQuery query;
  for (const std::string& pattern : c.patterns) query.patterns.push_back(c.reference + pattern);
  query.only_subscribed = c.select_subscribed;
  query.recursive = c.select_recursive;
  query.only_special = c.select_special_use;
  query.show_subscribed = c.return_subscribed;
  for (const response::List& line : list_mailboxes(all, query)) {
    untagged(line);
    const bool can = !line.attributes.has(imap::MailboxAttribute::NoSelect);
    if (c.return_status && can) CO_TRY(co_await write_status(line.mailbox, *c.return_status, nullptr));
    CO_TRY(co_await wire_.flush_when_full());
  }
  co_return co_await done(tag, "LIST completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Lsub& c) {
  CO_TRY_ASSIGN(const std::vector<Mailbox> all, co_await patiently("Waiting for the folders", store_->mailboxes()));
  for (response::List& line : list_subscribed(all, c.reference + c.pattern)) {
    untagged(std::move(line));
    CO_TRY(co_await wire_.flush_when_full());
  }
  co_return co_await done(tag, "LSUB completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Status& c) {
  co_return co_await write_status(c.mailbox, c.items, &tag);
}

// With `tag`: the whole answer of STATUS; without: one line among LIST's, left out where it cannot be had.
Task<Result<>> ImapSession::write_status(const imap::MailboxName& name, imap::StatusItems items, const Tag* tag) {
  Result<MailboxStatus> found = co_await store_->status(name);
  if (!found) {
    if (tag != nullptr) refuse(*tag, found.error(), "STATUS");
    co_return Result<>();
  }
  if (items.has(StatusItem::HighestModSeq)) condstore_ = true;
  response::Status line{.mailbox = name,
                        .messages = {},
                        .recent = {},
                        .unseen = {},
                        .deleted = {},
                        .uid_next = {},
                        .uid_validity = {},
                        .highest_mod_seq = {},
                        .size = {},
                        .mailbox_id = {}};
  if (items.has(StatusItem::Messages)) line.messages = found->messages;
  if (items.has(StatusItem::Recent)) line.recent = 0;
  if (items.has(StatusItem::UidNext)) line.uid_next = found->uid_next;
  if (items.has(StatusItem::UidValidity)) line.uid_validity = found->uid_validity;
  if (items.has(StatusItem::Unseen)) line.unseen = found->unseen;
  if (items.has(StatusItem::HighestModSeq)) line.highest_mod_seq = found->highest_mod_seq;
  if (items.has(StatusItem::Size)) line.size = found->size;
  if (items.has(StatusItem::Deleted)) line.deleted = found->deleted;
  untagged(line);
  if (tag != nullptr) co_return co_await done(*tag, "STATUS completed");
  co_return Result<>();
}

}  // namespace proxy::client::faces
