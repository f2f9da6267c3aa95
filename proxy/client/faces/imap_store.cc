// Changing messages: STORE, COPY, MOVE, EXPUNGE.                     Source: RFC 3501 §6.4, RFC 4315, 6851, 7162 §3.1.3
#include "proxy/client/faces/imap_session.h"

namespace proxy::client::faces {

namespace command = imap::command;
namespace response = imap::response;

// FETCH responses with FLAGS, MODSEQ or both, as the session wants them.
Task<Result<>> ImapSession::write_flags_of(const imap::SequenceSet& uids, bool uid, bool flags) {
  RowQuery query;
  query.set = uids;
  for (imap::Uid after;;) {
    CO_TRY_ASSIGN(const std::vector<Row> rows, co_await view_->rows(query, after));
    if (rows.empty()) co_return Result<>();
    after = rows.back().uid;
    for (const Row& row : rows) {
      imap::FetchWriter w(wire_.out(), row.number);
      if (uid) w.uid(row.uid);
      if (flags) w.flags(row.flags);
      if (condstore_) w.mod_seq(row.mod_seq);
      w.end();
    }
    CO_TRY(co_await wire_.flush_when_full());
  }
}

Task<Result<imap::SequenceSet>> ImapSession::numbers_of(const imap::SequenceSet& uids) {
  RowQuery query;
  query.set = uids;
  imap::SequenceSet numbers;
  for (imap::Uid after;;) {
    CO_TRY_ASSIGN(const std::vector<Row> rows, co_await view_->rows(query, after));
    if (rows.empty()) co_return numbers;
    after = rows.back().uid;
    for (const Row& row : rows) numbers.add(row.number.value);
  }
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Store& c) {
  if (read_only_) {
    reply(tag, Condition::No, "STORE: this mailbox is open for reading only", imap::CodeName::ReadOnly);
    co_return Result<>();
  }
  if (c.unchanged_since) condstore_ = true;
  CO_TRY_ASSIGN(const imap::SequenceSet uids, co_await uids_of(c.uid, c.set));
  Result<Stored> stored = Stored();
  if (!uids.empty()) {
    stored = co_await patiently("Storing", view_->store(uids, c.mode, c.flags, c.unchanged_since));
  }
  if (!stored) {
    refuse(tag, stored.error(), "STORE");
    co_return Result<>();
  }
  const imap::SequenceSet changed = imap::subtract(uids, stored->modified);
  if (!changed.empty() && (!c.silent || condstore_)) CO_TRY(co_await write_flags_of(changed, c.uid, !c.silent));
  CO_TRY(co_await tell_changes(c.uid));
  if (stored->modified.empty()) {
    reply(tag, Condition::Ok, "STORE completed");
    co_return Result<>();
  }
  imap::code::Modified modified{stored->modified};
  if (!c.uid) {
    CO_TRY_ASSIGN(modified.set, co_await numbers_of(stored->modified));
  }
  reply(tag, Condition::Ok, "Some had changed", std::move(modified));
  co_return Result<>();
}

namespace {

std::optional<imap::Code> copy_code(const Copied& copied) {
  if (copied.from.empty()) return std::nullopt;
  return imap::code::CopyUid{copied.uid_validity, copied.from, copied.to};
}

}  // namespace

Task<Result<>> ImapSession::run(const Tag& tag, command::Copy& c) {
  CO_TRY_ASSIGN(const imap::SequenceSet uids, co_await uids_of(c.uid, c.set));
  Result<Copied> copied = co_await patiently("Copying", view_->copy(uids, c.mailbox));
  if (!copied && copied.error().code == Errc::NotFound) {
    reply(tag, Condition::No, "COPY: there is no such mailbox", imap::CodeName::TryCreate);
  } else if (!copied) {
    refuse(tag, copied.error(), "COPY");
  } else {
    CO_TRY(co_await tell_changes(true));
    reply(tag, Condition::Ok, "COPY completed", copy_code(*copied));
  }
  co_return Result<>();
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Move& c) {
  if (read_only_) {
    reply(tag, Condition::No, "MOVE: this mailbox was opened by EXAMINE", imap::CodeName::ReadOnly);
    co_return Result<>();
  }
  CO_TRY_ASSIGN(const imap::SequenceSet uids, co_await uids_of(c.uid, c.set));
  Result<Copied> moved = co_await patiently("Moving", view_->move(uids, c.mailbox));
  if (!moved && moved.error().code == Errc::NotFound) {
    reply(tag, Condition::No, "MOVE: there is no such mailbox", imap::CodeName::TryCreate);
    co_return Result<>();
  }
  if (!moved) {
    refuse(tag, moved.error(), "MOVE");
    co_return Result<>();
  }
  // Where they went must be known before they vanish.                                            RFC 6851 §4.3
  const std::optional<imap::Code> code = copy_code(*moved);
  if (code) untagged(response::State{{}, Condition::Ok, code, imap::make_text("Moved")});
  co_return co_await done(tag, "MOVE completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Expunge& c) {
  if (read_only_) {
    reply(tag, Condition::No, "EXPUNGE: this mailbox was opened by EXAMINE", imap::CodeName::ReadOnly);
    co_return Result<>();
  }
  std::optional<imap::SequenceSet> uids;
  if (c.uids) uids = c.uids->resolve(view_->last_uid().value);
  Result<> result = co_await patiently("Expunging", view_->expunge(uids));
  co_return co_await finish(tag, std::move(result), "EXPUNGE");
}

}  // namespace proxy::client::faces
