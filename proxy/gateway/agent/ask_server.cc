#include "proxy/gateway/agent/ask_server.h"

#include <algorithm>

#include "booster/runtime/timer.h"
#include "proxy/gateway/agent/marker.h"

namespace proxy::gateway::agent {

namespace imap = proxy::imap;
using connector::Access;

namespace {

// A server may file the copy when the queue has it, not when it says 250.
constexpr std::chrono::seconds kLooks[] = {std::chrono::seconds(2), std::chrono::seconds(10), std::chrono::seconds(30)};

Task<Result<std::optional<imap::MailboxName>>> sent_mailbox(ImapConnection& connection) {
  const imap::StatusItems no_status;
  CO_TRY_ASSIGN(const std::vector<connector::ListedMailbox> all, co_await connection.list(no_status));
  for (const connector::ListedMailbox& one : all)
    if (one.attributes.has(imap::MailboxAttribute::Sent)) co_return one.name;
  for (const connector::ListedMailbox& one : all)
    if (one.name.utf8() == "Sent" || one.name.utf8() == "INBOX.Sent" || one.name.utf8() == "INBOX/Sent")
      co_return one.name;
  co_return std::optional<imap::MailboxName>();
}

}  // namespace

Task<Result<Bytes>> SentCopy::prepare(OperationsAccess& agent, const StoredSubmission& submission) {
  if (submission.message_id.empty()) co_return Bytes();
  CO_TRY_ASSIGN(Upstream::Lease lease, co_await agent.upstream().work(Urgency::Operation));
  CO_TRY_ASSIGN(const std::optional<imap::MailboxName> sent, co_await sent_mailbox(*lease));
  Marker marker;
  if (sent) {
    imap::StatusItems items{imap::StatusItem::UidNext, imap::StatusItem::UidValidity};
    CO_TRY_ASSIGN(const imap::response::Status status, co_await lease->status(*sent, items));
    marker.uid_validity = {status.uid_validity.value_or(imap::UidValidity{}).value};
    marker.uid_next = {status.uid_next.value_or(imap::Uid{1}).value};
  }
  co_return encode_marker(marker);
}

Task<Result<AskServer::Answer>> SentCopy::look(OperationsAccess& agent, const StoredSubmission& submission) {
  CO_TRY_ASSIGN(Marker marker, decode_marker(submission.marker));
  CO_TRY_ASSIGN(Upstream::Lease lease, co_await agent.upstream().work(Urgency::Operation));
  CO_TRY_ASSIGN(const std::optional<imap::MailboxName> sent, co_await sent_mailbox(*lease));
  if (!sent) co_return Answer::NotTaken;  // the first copy would have made it
  CO_TRY_ASSIGN(const connector::Selected selected, co_await lease->select(*sent, Access::ReadOnly));
  const std::uint32_t from =
      selected.uid_validity.value == marker.uid_validity.value ? std::max(marker.uid_next.value, 1U) : 1U;
  imap::search::Contains contains{imap::search::Field::Header, "Message-ID", submission.message_id};
  imap::SearchKey key{std::move(contains)};
  CO_TRY_ASSIGN(imap::SequenceSet found, co_await lease->search(std::move(key)));
  if (from > 1) found = subtract(found, imap::SequenceSet::range(1, from - 1));
  const Claim place{sent->utf8(), {selected.uid_validity.value}, {from}};
  auto taken = [&](TicketFile& file) {
    return file.claimed(submission.submission.ticket, place.mailbox, place.uid_validity, place.uid);
  };
  CO_TRY_ASSIGN(const std::set<std::uint32_t> others, co_await tickets_.run(std::move(taken)));
  for (const imap::Range& range : found.ranges())
    for (std::uint64_t uid = range.first; uid <= range.last; ++uid) {
      const auto number = static_cast<std::uint32_t>(uid);
      if (others.contains(number)) continue;
      const Claim ours{place.mailbox, place.uid_validity, {number}};
      auto claim = [&](TicketFile& file) { return file.claim(submission.submission.ticket, ours); };
      CO_TRY(co_await tickets_.run(std::move(claim)));
      co_return Answer::Taken;
    }
  co_return Answer::NotTaken;
}

Task<Result<AskServer::Answer>> SentCopy::ask(OperationsAccess& agent, const StoredSubmission& submission) {
  if (submission.marker.empty()) co_return Answer::CannotTell;
  for (const std::chrono::seconds wait : kLooks) {
    CO_TRY_ASSIGN(const Answer answer, co_await look(agent, submission));
    if (answer == Answer::Taken) co_return answer;
    CO_TRY(co_await runtime::sleep_for(wait));
  }
  co_return co_await look(agent, submission);
}

}  // namespace proxy::gateway::agent
