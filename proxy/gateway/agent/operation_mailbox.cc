// Mailboxes: made, removed, renamed, subscribed; each looks first, so that doing it twice is doing it once.
#include <algorithm>

#include "proxy/gateway/agent/operation_run.h"

namespace proxy::gateway::agent {

Task<Result<bool>> OperationRun::is_listed(const imap::MailboxName& name) {
  const imap::StatusItems no_status;
  CO_TRY_ASSIGN(const std::vector<connector::ListedMailbox> all, co_await connection_.list(no_status));
  co_return std::ranges::any_of(all, [&](const auto& one) {
    return one.name.utf8() == name.utf8() && !one.attributes.has(imap::MailboxAttribute::NonExistent);
  });
}

Task<Result<Outcome>> OperationRun::create() {
  auto name = imap::make_mailbox_name(operation_.mailbox);
  if (!name) co_return end(Code::Refused, "no mailbox can have this name");
  CO_TRY_ASSIGN(const bool there, co_await is_listed(*name));
  if (!there) {
    imap::MailboxAttributes use;
    const auto attribute = imap::parse_attribute(operation_.special_use);
    if (attribute && imap::is_special_use(*attribute) && connection_.can().create_special_use) use.add(*attribute);
    auto made = co_await connection_.create(*name, use);
    if (!made && (!said_no(made.error()) || made.error().code != Errc::Conflict))
      co_return tl::unexpected(made.error());
  }
  Outcome outcome = end(Code::Done);
  imap::StatusItems items{imap::StatusItem::UidValidity};
  auto status = co_await connection_.status(*name, items);
  if (!status && !connection_.usable()) co_return tl::unexpected(status.error());
  if (status) outcome.result.target_validity = {status->uid_validity.value_or(imap::UidValidity{}).value};
  co_return outcome;
}

// Another mailbox of the same name, made since, is not the one that was to go.
Task<Result<Outcome>> OperationRun::remove() {
  CO_TRY_ASSIGN(const imap::MailboxName name, co_await name_of(operation_.mailbox));
  CO_TRY_ASSIGN(const bool there, co_await is_listed(name));
  if (!there) co_return end(Code::Done);
  if (operation_.uid_validity.value != 0) {
    imap::StatusItems items{imap::StatusItem::UidValidity};
    auto status = co_await connection_.status(name, items);
    if (!status && !connection_.usable()) co_return tl::unexpected(status.error());
    if (status && status->uid_validity && status->uid_validity->value != operation_.uid_validity.value)
      co_return end(Code::Conflict, "another mailbox has this name now");
  }
  auto selected = connection_.selected();
  if (selected != nullptr && selected->name.utf8() == name.utf8()) CO_TRY(co_await connection_.unselect());
  auto gone = co_await connection_.remove(name);
  if (!gone && (!said_no(gone.error()) || gone.error().code != Errc::NotFound)) co_return tl::unexpected(gone.error());
  co_return end(Code::Done);
}

Task<Result<Outcome>> OperationRun::rename() {
  CO_TRY_ASSIGN(const imap::MailboxName from, co_await name_of(operation_.mailbox));
  auto to = imap::make_mailbox_name(operation_.target);
  if (!to) co_return end(Code::Refused, "no mailbox can have this name");
  CO_TRY_ASSIGN(const bool source, co_await is_listed(from));
  CO_TRY_ASSIGN(const bool target, co_await is_listed(*to));
  if (!source && target) co_return end(Code::Done);
  if (!source) co_return end(Code::Gone, "the mailbox is not there any more");
  CO_TRY(co_await connection_.rename(from, *to));
  co_return end(Code::Done);
}

Task<Result<Outcome>> OperationRun::subscribe() {
  CO_TRY_ASSIGN(const imap::MailboxName name, co_await name_of(operation_.mailbox));
  CO_TRY(co_await connection_.subscribe(name, operation_.kind == sync::OperationKind::Subscribe));
  co_return end(Code::Done);
}

}  // namespace proxy::gateway::agent
