// Taking submissions in, keeping at them, and telling the sender. One transaction: submission_sending.cc.
#include "proxy/gateway/agent/submissions.h"

#include <algorithm>

#include "booster/runtime/timer.h"
#include "proxy/gateway/agent/delivery_report.h"
#include "proxy/smtp/limits.h"

namespace proxy::gateway::agent {

namespace {

constexpr auto kReportRetry = std::chrono::minutes(1);

Result<std::string> read_head(TicketFile& file, const Ticket& ticket) {
  Bytes head(kReportHeaders);
  TRY_ASSIGN(const std::size_t count, file.spool().read(ticket, 0, head));
  head.resize(count);
  return codec::to_string(ByteView(head));
}

enum class Taken : std::uint8_t { Stored, NeedOctets, Conflict };

// Octets first, durable, then the rows: what has rows has octets.
Result<Taken> take_in(TicketFile& file, const sync::Submission& submission, std::int64_t now) {
  if (!submission.octets.empty()) {
    if (submission.octets.size() != submission.size ||
        crypto::sha256(ByteView(submission.octets)).bytes != submission.digest)
      return Taken::Conflict;
    TRY(file.spool().put(submission.ticket, submission.octets));
  } else {
    TRY_ASSIGN(const auto size, file.spool().find(submission.ticket));
    if (!size) return Taken::NeedOctets;
    TRY_ASSIGN(const ContentDigest digest, file.spool().digest(submission.ticket));
    if (*size != submission.size || digest != submission.digest) {
      TRY(file.spool().drop(submission.ticket));
      return Taken::NeedOctets;
    }
  }
  TRY_ASSIGN(const std::string head, read_head(file, submission.ticket));
  TRY(file.add_submission(submission, message_id_in(head), now));
  return Taken::Stored;
}

}  // namespace

std::int64_t Submissions::now() const {
  return std::chrono::duration_cast<std::chrono::seconds>(loop_.wall_now().time_since_epoch()).count();
}

void Submissions::wake() {
  has_work_ = true;
  work_.notify_all();
}

void Submissions::tell(const Ticket& ticket) {
  for (SubmissionWatch* watch : watches_) {
    if (!watch->tickets.contains(ticket)) continue;
    watch->changed.insert(ticket);
    watch->woken.notify_all();
  }
}

void Submissions::put_off(const Ticket& ticket) {
  Waiting& waiting = waiting_[ticket];
  waiting.delay = std::clamp<Duration>(waiting.delay * 2, kFirstRetry, kLastRetry);
  waiting.not_before = loop_.now() + waiting.delay;
}

Task<Result<std::optional<StoredSubmission>>> Submissions::find(Ticket ticket) {
  auto job = [ticket](TicketFile& file) { return file.find_submission(ticket); };
  co_return co_await tickets_.run(std::move(job));
}

Task<Result<sync::SubmissionReport>> Submissions::accept(sync::Submission submission) {
  const Ticket ticket = submission.ticket;
  CO_TRY_ASSIGN(std::optional<StoredSubmission> known, co_await find(ticket));
  sync::SubmissionReport report;
  report.ticket = ticket;
  report.state = SubmissionState::Receiving;
  if (known) {
    if (known->submission.digest == submission.digest) co_return known->report();
    report.conflict = true;
    co_return report;
  }
  if (submission.recipients.empty() || submission.recipients.size() > smtp::kMaxRecipients)
    co_return fail(Errc::Protocol, "a submission to nobody, or to too many");
  const ContentDigest digest = submission.digest;
  auto job = [submission = std::move(submission), at = now()](TicketFile& file) {
    return take_in(file, submission, at);
  };
  auto taken = co_await tickets_.run(std::move(job));
  CO_TRY_ASSIGN(known, co_await find(ticket));
  if (known && known->submission.digest == digest) {
    wake();
    co_return known->report();
  }
  if (!taken) co_return tl::unexpected(taken.error());
  report.need_octets = *taken == Taken::NeedOctets;
  report.conflict = *taken == Taken::Conflict;
  co_return report;
}

Task<Result<std::optional<sync::SubmissionReport>>> Submissions::report(Ticket ticket) {
  CO_TRY_ASSIGN(const std::optional<StoredSubmission> stored, co_await find(ticket));
  std::optional<sync::SubmissionReport> report;
  if (stored) report = stored->report();
  co_return report;
}

Task<Result<std::optional<sync::SubmissionReport>>> Submissions::decide(sync::Decide decision) {
  CO_TRY(co_await save(decision.ticket));
  CO_TRY_ASSIGN(const std::optional<StoredSubmission> stored, co_await find(decision.ticket));
  if (!stored) co_return std::optional<sync::SubmissionReport>();
  using What = sync::Decide::What;
  std::vector<RecipientChange> changes;
  for (std::size_t i = 0; i < stored->recipients.size(); ++i) {
    const SubmissionState state = stored->recipients[i].state;
    const bool unknown = state == SubmissionState::Unknown;
    if (decision.what == What::SendAgain && unknown)
      changes.push_back({i, SubmissionState::Stored, stored->recipients[i].reply});
    if (decision.what == What::TakeAsSent && unknown)
      changes.push_back({i, SubmissionState::Done, "taken as sent by the sender's own word"});
    if (decision.what == What::Cancel && (unknown || state == SubmissionState::Stored))
      changes.push_back({i, SubmissionState::Failed, "withdrawn by the sender"});
  }
  if (!changes.empty()) {
    CO_TRY(co_await settle(decision.ticket, std::move(changes), std::string(), false));
    waiting_.erase(decision.ticket);
    wake();
  }
  co_return co_await report(decision.ticket);
}

// Durable, or kept in mind until it is.
Task<Result<>> Submissions::settle(Ticket ticket, std::vector<RecipientChange> changes, std::string text, bool lost) {
  unsaved_.insert_or_assign(ticket, Unsaved{std::move(changes), std::move(text), lost});
  co_return co_await save(ticket);
}

Task<Result<>> Submissions::save(Ticket ticket) {
  const auto at = unsaved_.find(ticket);
  if (at == unsaved_.end()) co_return Result<>();
  auto job = [ticket, what = at->second, when = now()](TicketFile& file) {
    return file.settle(ticket, what.changes, what.text, what.lost, when);
  };
  CO_TRY(co_await tickets_.run(std::move(job)));
  unsaved_.erase(ticket);
  tell(ticket);
  co_return Result<>();
}

Task<Result<>> Submissions::wait_for_work(TimePoint until) {
  while (!has_work_) {
    if (until == runtime::kNever) {
      CO_TRY(co_await work_.wait());
      continue;
    }
    if (loop_.now() >= until) break;
    auto woken = co_await runtime::with_timeout(until - loop_.now(), runtime::wait_for(work_));
    if (!woken && woken.error().code != Errc::Timeout) co_return woken;
  }
  co_return Result<>();
}

Task<Result<>> Submissions::serve(OperationsAccess& agent) {
  for (;;) {
    has_work_ = false;
    TimePoint next = runtime::kNever;
    auto done = co_await round(agent, next);
    if (!done && done.error().code == Errc::Cancelled) break;
    if (!done) next = loop_.now() + kFirstRetry;  // the store cannot be read: tried again
    if (connection_ && !has_work_) {
      co_await connection_->quit();
      connection_.reset();
    }
    const Result<> woken = co_await wait_for_work(next);
    if (!woken) break;
  }
  connection_.reset();
  co_return fail(Errc::Cancelled, "submissions");
}

Task<Result<>> Submissions::round(OperationsAccess& agent, TimePoint& next) {
  auto list = [](TicketFile& file) { return file.unsettled(); };
  CO_TRY_ASSIGN(const std::vector<Ticket> tickets, co_await tickets_.run(std::move(list)));
  std::erase_if(waiting_, [&](const auto& one) { return std::ranges::find(tickets, one.first) == tickets.end(); });
  for (const Ticket& ticket : tickets) {
    const auto waiting = waiting_.find(ticket);
    if (waiting == waiting_.end() || waiting->second.not_before <= loop_.now()) {
      auto done = co_await carry_on(agent, ticket);
      if (!done && done.error().code == Errc::Cancelled) co_return done;
      if (!done) put_off(ticket);
    }
    const auto put = waiting_.find(ticket);
    if (put != waiting_.end() && put->second.not_before > loop_.now()) next = std::min(next, put->second.not_before);
  }
  auto delivered = co_await deliver_reports(agent);
  if (!delivered && delivered.error().code == Errc::Cancelled) co_return delivered;
  if (!delivered) next = std::min<TimePoint>(next, loop_.now() + kReportRetry);
  co_return Result<>();
}

// SENDING at this point means: the dot may have been sent and its answer is not known.
Task<Result<>> Submissions::carry_on(OperationsAccess& agent, Ticket ticket) {
  CO_TRY(co_await save(ticket));
  CO_TRY_ASSIGN(std::optional<StoredSubmission> stored, co_await find(ticket));
  if (stored && !stored->in(SubmissionState::Sending).empty()) {
    CO_TRY(co_await resolve(agent, ticket, *stored));
    CO_TRY_ASSIGN(stored, co_await find(ticket));
  }
  const auto waiting = waiting_.find(ticket);
  const bool due = waiting == waiting_.end() || waiting->second.not_before <= loop_.now();
  if (stored && due && !stored->in(SubmissionState::Stored).empty()) {
    CO_TRY(co_await send(agent, ticket, *stored));
    CO_TRY_ASSIGN(stored, co_await find(ticket));
  }
  if (stored) CO_TRY(co_await write_reports(agent, ticket, *stored));
  co_return Result<>();
}

Task<Result<>> Submissions::write_reports(OperationsAccess&, Ticket ticket, const StoredSubmission& stored) {
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i < stored.recipients.size(); ++i)
    if (!stored.recipients[i].reported) failed.push_back(i);
  if (failed.empty()) co_return Result<>();
  const std::string server = dialer_.host();
  auto job = [&, when = loop_.wall_now()](TicketFile& file) -> Result<> {
    const auto head = read_head(file, ticket);  // without it the report names no headers
    const ReportFacts facts{settings_.own_host, server, when, head ? std::string_view(*head) : std::string_view()};
    auto report = make_report(stored, failed, facts);
    return file.add_report(ticket, failed, report ? *report : PendingReport{});
  };
  co_return co_await tickets_.run(std::move(job));
}

// Through the operations' path: a ticket of its own, so that it is there once.
Task<Result<>> Submissions::deliver_reports(OperationsAccess& agent) {
  auto list = [](TicketFile& file) { return file.pending_reports(); };
  CO_TRY_ASSIGN(std::vector<PendingReport> reports, co_await tickets_.run(std::move(list)));
  for (PendingReport& report : reports) {
    sync::Operation append;
    append.ticket = report.ticket;
    append.kind = sync::OperationKind::Append;
    append.mailbox = "INBOX";
    append.size = report.octets.size();
    append.digest = crypto::sha256(ByteView(report.octets)).bytes;
    append.octets = std::move(report.octets);
    const sync::OperationResult result = co_await operations_.execute(agent, std::move(append));
    if (result.code == sync::OperationResult::Code::Later) co_return fail(Errc::Unreachable, result.text);
    if (result.code != sync::OperationResult::Code::Done)
      agent.tell("a delivery report could not be put into INBOX: " + result.text, true);
    auto done = [ticket = result.ticket](TicketFile& file) { return file.report_delivered(ticket); };
    CO_TRY(co_await tickets_.run(std::move(done)));
  }
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
