// APPEND: the message goes straight into a content file; OK when it is durable.           Source: RFC 3501 §6.3.11,
// 4315
#include <cstring>

#include "proxy/client/faces/imap_session.h"

namespace proxy::client::faces {

// The reader gives APPEND as AppendBegin only.
Task<Result<>> ImapSession::run(const Tag& tag, imap::command::Append&) {
  bad_command(tag, "APPEND: expected the message as a literal");
  co_return Result<>();
}

Task<Result<>> ImapSession::append(imap::AppendBegin begin) {
  const imap::command::Append& append = begin.append;
  std::optional<Error> failed;
  std::unique_ptr<ContentWriter> content;
  if (store_ == nullptr) {
    failed = Error(Errc::Denied, "not logged in");
  } else if (append.size == 0) {
    failed = Error(Errc::Unsupported, "an empty message");
  } else {
    Result<MailboxStatus> target = co_await store_->status(append.mailbox);
    if (!target) failed = target.error();
  }
  if (!failed) {
    Result<std::unique_ptr<ContentWriter>> begun = co_await store_->begin_content(append.size);
    if (begun) content = std::move(*begun);
    if (!begun) failed = begun.error();
  }
  if (failed) {
    reader_.refuse_append();
  } else {
    if (append.synchronizing) wire_.out().append("+ OK\r\n");
    reader_.accept_append();
  }
  for (bool reading = !failed; reading;) {
    CO_TRY_ASSIGN(std::optional<imap::CommandEvent> event, co_await next_event());
    if (!event) co_return fail(Errc::Closed, "gone within an APPEND");
    const auto* piece = std::get_if<imap::AppendBytes>(&*event);
    if (piece == nullptr) {
      reading = false;
      if (!std::holds_alternative<imap::AppendEnd>(*event)) co_return co_await handle(std::move(*event));
    } else if (!failed) {
      // No IMAP string may hold NUL, and no server would take it.
      Result<> written = fail(Errc::Unsupported, "NUL in a message");
      if (std::memchr(piece->bytes.data(), 0, piece->bytes.size()) == nullptr) {
        written = co_await content->write(as_bytes(piece->bytes));
      }
      if (!written) failed = written.error();
    }
  }
  if (!failed) {
    Result<Appended> appended =
        co_await patiently("Appending", store_->append(append.mailbox, std::move(content), append.flags, append.date));
    if (appended) {
      CO_TRY(co_await tell_changes(true));
      const imap::Range uid{appended->uid.value, appended->uid.value};
      imap::code::AppendUid code{appended->uid_validity, {}};
      code.uids.push_back(uid);
      reply(begin.tag, Condition::Ok, "APPEND completed", std::move(code));
      co_return Result<>();
    }
    failed = appended.error();
  }
  if (failed->code == Errc::NotFound) {
    reply(begin.tag, Condition::No, "APPEND: there is no such mailbox", imap::CodeName::TryCreate);
  } else {
    refuse(begin.tag, *failed, "APPEND");
  }
  co_return Result<>();
}

}  // namespace proxy::client::faces
