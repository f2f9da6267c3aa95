#include "proxy/gateway/agent/delivery_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "codec/mime/header.h"
#include "proxy/smtp/dsn.h"
#include "proxy/smtp/text.h"

namespace proxy::gateway::agent {

namespace {

std::string_view header_block(std::string_view head) {
  const std::size_t end = head.find("\r\n\r\n");
  if (end != std::string_view::npos) return head.substr(0, end + 2);
  return head.substr(0, head.rfind('\n') == std::string_view::npos ? head.size() : head.rfind('\n') + 1);
}

std::string field_in(std::string_view head, std::string_view name) {
  const auto field = codec::mime::find_field(as_bytes(header_block(head)), name);
  return field ? codec::mime::unfold(field->value) : std::string();
}

// What the server said, as it was stored: "550 5.1.1 no such user".
smtp::Reply reply_of(const std::string& stored) {
  const auto code = stored.size() >= 3 ? smtp::parse_number(std::string_view(stored).substr(0, 3)) : std::nullopt;
  if (!code || *code < 400 || *code > 599) return smtp::Reply(550, stored);
  return smtp::Reply(static_cast<int>(*code), stored.size() > 4 ? stored.substr(4) : std::string("refused"));
}

}  // namespace

bool wants_report(const sync::Submission& submission, std::size_t recipient) {
  constexpr std::uint8_t kFailure = 4;
  const std::uint8_t notify = submission.recipients[recipient].notify;
  return !submission.sender.empty() && (notify == 0 || (notify & kFailure) != 0);
}

std::string message_id_in(std::string_view head) {
  const std::string value = field_in(head, "Message-ID");
  const std::size_t begin = value.find('<'), end = value.find('>');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  return smtp::printable(std::string_view(value).substr(begin, end - begin + 1));
}

Result<PendingReport> make_report(const StoredSubmission& stored, const std::vector<std::size_t>& recipients,
                                  const ReportFacts& facts) {
  PendingReport pending;
  crypto::Sha256 name;
  name.update("delivery report").update(stored.submission.ticket);
  for (const std::size_t one : recipients) name.update(fmt::format(" {}", one));
  pending.ticket = name.digest().truncated<16>();

  smtp::DeliveryReport report;
  TRY_ASSIGN(smtp::Mailbox sender, smtp::make_mailbox(stored.submission.sender));
  report.host = facts.own_host;
  report.remote_host = facts.server;
  report.to = smtp::Path(std::move(sender));
  report.date = fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(facts.when));
  report.message_id = fmt::format("<{}.report@{}>", codec::to_hex(pending.ticket), facts.own_host);
  if (!stored.submission.envid.empty()) report.envid = stored.submission.envid;
  report.subject = field_in(facts.head, "Subject");
  report.original_headers = header_block(facts.head);
  for (const std::size_t one : recipients) {
    const sync::Recipient& recipient = stored.submission.recipients[one];
    smtp::FailedRecipient failed;
    if (auto mailbox = smtp::make_mailbox(recipient.address)) failed.to = smtp::Path(std::move(*mailbox));
    if (!recipient.original.empty()) failed.orcpt = recipient.original;
    failed.reply = reply_of(stored.recipients[one].reply);
    report.failed.push_back(std::move(failed));
  }
  TRY_ASSIGN(const std::string text, smtp::write_dsn(report));
  pending.octets = codec::to_bytes(text);
  return pending;
}

}  // namespace proxy::gateway::agent
