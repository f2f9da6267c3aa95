#include "proxy/queue/outbox.h"

#include <algorithm>

namespace proxy::queue {
namespace {

using sync::SubmissionState;

bool at_end(SubmissionState state) {
  return state == SubmissionState::Done || state == SubmissionState::Failed;
}

bool is_cancelled(const SubmissionRow& row) {
  return row.decision == static_cast<std::uint8_t>(sync::Decide::What::Cancel);
}

QueuedSubmission shown(const SubmissionRow& row) {
  QueuedSubmission out;
  out.id = row.name;
  out.submission = row.submission;
  out.message_id = row.message_id;
  out.priority = row.priority;
  out.position = row.position;
  out.held = row.held;
  out.sent = row.sent;
  out.cancelled = is_cancelled(row);
  out.state = row.state;
  out.accepted = row.accepted;
  out.ambiguous = row.ambiguous;
  out.text = row.text;
  out.recipients = row.recipients;
  out.created = row.created;
  return out;
}

// The gateway has all of it, durable.
bool at_gateway(const SubmissionRow& row) {
  return row.accepted && row.state != SubmissionState::Receiving;
}

std::string state_text(const SubmissionRow& row) {
  if (is_cancelled(row)) return "being withdrawn";
  if (row.held) return "held";
  if (!row.accepted) return row.sent ? "sent" : "queued";
  switch (row.state) {
    case SubmissionState::Receiving:
      return "on its way";
    case SubmissionState::Stored:
      return "stored at the gateway";
    case SubmissionState::Sending:
      return "being sent";
    case SubmissionState::Done:
      return "accepted by the server";
    case SubmissionState::Failed:
      return "refused";
    case SubmissionState::Unknown:
      return "unknown";
  }
  return "unknown";
}

std::string kind_text(sync::OperationKind kind) {
  using sync::OperationKind;
  switch (kind) {
    case OperationKind::Store:
      return "flags";
    case OperationKind::Expunge:
      return "expunge";
    case OperationKind::Copy:
      return "copy";
    case OperationKind::Move:
      return "move";
    case OperationKind::Append:
      return "append";
    case OperationKind::Create:
      return "create";
    case OperationKind::Delete:
      return "delete";
    case OperationKind::Rename:
      return "rename";
    case OperationKind::Subscribe:
      return "subscribe";
    case OperationKind::Unsubscribe:
      return "unsubscribe";
  }
  return "change";
}

QueueEntry entry_of(const SubmissionRow& row) {
  QueueEntry entry;
  entry.id = row.name;
  entry.kind = "send";
  entry.priority = row.priority;
  entry.held = row.held;
  entry.state = state_text(row);
  entry.text = row.text;
  entry.size = row.submission.size;
  entry.bytes_left = at_gateway(row) ? 0 : entry.size;
  entry.created = row.created;
  entry.recipients = row.recipients;
  return entry;
}

QueueEntry entry_of(const OperationRecord& record) {
  QueueEntry entry;
  entry.id = std::to_string(record.sequence.value);
  entry.what = QueueEntry::What::Operation;
  entry.kind = kind_text(record.operation.kind);
  entry.mailbox = record.operation.mailbox;
  entry.state = "queued";
  entry.text = record.text;
  entry.count = std::max<std::size_t>(record.items.size(), 1);
  entry.size = record.operation.size;
  entry.bytes_left = entry.size;
  entry.created = record.created;
  return entry;
}

// A recipient's state only moves forwards; an end stays.
void take_report(SubmissionRow& row, const sync::SubmissionReport& report) {
  for (sync::RecipientResult& mine : row.recipients) {
    if (at_end(mine.state)) continue;
    const auto told = std::find_if(report.recipients.begin(), report.recipients.end(),
                                   [&](const sync::RecipientResult& each) { return each.address == mine.address; });
    if (told != report.recipients.end()) {
      mine.state = told->state;
      mine.reply = told->reply;
    } else if (report.recipients.empty()) {
      mine.state = report.state;
    }
  }
  row.accepted = !report.need_octets && !report.conflict;
  row.ambiguous = row.ambiguous || report.ambiguous;
  row.text = report.text;
  row.state = report.state;
  if (at_gateway(row)) row.held = false;  // it was there already when the person held it
  if (report.conflict) {
    row.held = true;  // the same ticket with other octets: a person must look
    row.text = "the gateway knows this ticket with other octets";
  }
}

Result<SubmissionRow> must_find(Journal& journal, const std::string& id) {
  TRY_ASSIGN(auto row, journal.submission(id));
  if (!row) return fail(Errc::NotFound, "queue: no entry " + id);
  return *std::move(row);
}

Result<SubmissionRow> must_be_here(Journal& journal, const std::string& id) {
  TRY_ASSIGN(SubmissionRow row, must_find(journal, id));
  if (row.ended != 0) return fail(Errc::Conflict, "queue: " + id + " has ended");
  if (at_gateway(row)) return fail(Errc::Conflict, "queue: " + id + " is at the gateway already: it can be cancelled");
  return row;
}

}  // namespace

Task<Result<>> Outbox::change(std::function<Result<>()> job) {
  Result<> done = co_await commits_.write(std::move(job));
  if (done) changed_.notify_all();
  co_return done;
}

Task<Result<std::string>> Outbox::submit(const NewSubmission& submission) {
  std::string id;
  std::function<Result<>()> job = [&]() -> Result<> {
    SubmissionRow row;
    row.submission = submission.submission;
    row.message_id = submission.message_id;
    row.priority = submission.start;
    TRY_ASSIGN(const auto twin, journal_.unanswered_twin(row));
    if (twin) {
      id = twin->name;
      return {};
    }
    TRY_ASSIGN(row, journal_.add_submission(std::move(row)));
    id = row.name;
    return {};
  };
  CO_TRY(co_await change(std::move(job)));
  co_return id;
}

Task<Result<>> Outbox::answered(const std::string& id) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(auto row, journal_.submission(id));
    if (!row) return {};  // cancelled meanwhile
    row->answered = true;
    return journal_.update_submission(*row);
  };
  co_return co_await commits_.write(std::move(job));
}

Task<Result<std::vector<QueuedSubmission>>> Outbox::next(std::size_t limit) {
  std::vector<QueuedSubmission> found;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(const auto rows, journal_.submissions(false, limit));
    for (const SubmissionRow& row : rows) found.push_back(shown(row));
    return {};
  };
  CO_TRY(co_await commits_.read(std::move(job)));
  co_return found;
}

Task<Result<>> Outbox::sent(const sync::Ticket& ticket) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(auto row, journal_.submission(ticket));
    if (!row) return fail(Errc::NotFound, "queue: no such ticket");
    row->sent = true;
    return journal_.update_submission(*row);
  };
  co_return co_await change(std::move(job));
}

Task<Result<bool>> Outbox::reported(const sync::SubmissionReport& report) {
  bool ended = false;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(auto row, journal_.submission(report.ticket));
    if (!row) {  // cancelled, or pruned long ago: the gateway may forget it
      ended = true;
      return journal_.must_acknowledge(report.ticket);
    }
    take_report(*row, report);
    const bool all = std::all_of(row->recipients.begin(), row->recipients.end(),
                                 [](const sync::RecipientResult& each) { return at_end(each.state); });
    if (all && row->ended == 0) {
      const auto gone = std::count_if(row->recipients.begin(), row->recipients.end(),
                                      [](const auto& each) { return each.state == SubmissionState::Done; });
      if (is_cancelled(*row) && gone > 0)
        TRY(journal_.add_notice(
            "The mail " + row->name + " could not be withdrawn any more: the server has taken it for " +
            std::to_string(gone) + " of " + std::to_string(row->recipients.size()) + " recipients"));
      row->ended = seconds_now();
      row->decision = 0;
      TRY(journal_.must_acknowledge(report.ticket));
    }
    TRY(journal_.update_submission(*row));
    ended = all;
    return {};
  };
  CO_TRY(co_await change(std::move(job)));
  co_return ended;
}

Task<Result<std::vector<QueueEntry>>> Outbox::list() {
  std::vector<QueueEntry> entries;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(const auto rows, journal_.submissions(true, kMaxQueueList));
    for (const SubmissionRow& row : rows) entries.push_back(entry_of(row));
    TRY_ASSIGN(const auto operations, journal_.open_operations({}, kMaxQueueList));
    for (const OperationRecord& record : operations) entries.push_back(entry_of(record));
    return {};
  };
  CO_TRY(co_await commits_.read(std::move(job)));
  co_return entries;
}

Task<Result<QueueCounts>> Outbox::counts() {
  QueueCounts counts;
  std::function<Result<>()> job = [&]() -> Result<> {
    auto& database = journal_.database();
    TRY(database.for_each("SELECT count(*), ifnull(sum(held),0), ifnull(sum(size),0) FROM submissions WHERE ended=0",
                          [&](booster::sql::Row row) {
                            counts.submissions = row.get<std::uint64_t>(0);
                            counts.held = row.get<std::uint64_t>(1);
                            counts.octets = row.get<std::uint64_t>(2);
                          }));
    TRY_ASSIGN(const auto open, database.one<std::uint64_t>("SELECT count(*) FROM operations WHERE state=0"));
    counts.operations = open.value_or(0);
    return {};
  };
  CO_TRY(co_await commits_.read(std::move(job)));
  co_return counts;
}

Task<Result<std::optional<QueuedSubmission>>> Outbox::find(const std::string& id) {
  std::optional<QueuedSubmission> found;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(const auto row, journal_.submission(id));
    if (row) found = shown(*row);
    return {};
  };
  CO_TRY(co_await commits_.read(std::move(job)));
  co_return found;
}

Task<Result<std::optional<QueuedSubmission>>> Outbox::find(const sync::Ticket& ticket) {
  std::optional<QueuedSubmission> found;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(const auto row, journal_.submission(ticket));
    if (row && row->ended == 0) found = shown(*row);
    return {};
  };
  CO_TRY(co_await commits_.read(std::move(job)));
  co_return found;
}

Task<Result<>> Outbox::raise(const std::string& id) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(SubmissionRow row, must_be_here(journal_, id));
    row.priority = one_up(row.priority);
    TRY_ASSIGN(row.position, journal_.edge_position(row.priority, true));
    return journal_.update_submission(row);
  };
  co_return co_await change(std::move(job));
}

Task<Result<>> Outbox::lower(const std::string& id) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(SubmissionRow row, must_be_here(journal_, id));
    row.priority = one_down(row.priority);
    TRY_ASSIGN(row.position, journal_.edge_position(row.priority, false));
    return journal_.update_submission(row);
  };
  co_return co_await change(std::move(job));
}

Task<Result<>> Outbox::hold(const std::string& id) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(SubmissionRow row, must_be_here(journal_, id));
    if (row.sent && row.submission.size <= sync::kInlineOctets)
      return fail(Errc::Conflict, "queue: " + id + " may have reached the gateway already: it can be cancelled");
    row.held = true;
    return journal_.update_submission(row);
  };
  co_return co_await change(std::move(job));
}

Task<Result<>> Outbox::release(const std::string& id) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(SubmissionRow row, must_find(journal_, id));
    row.held = false;
    return journal_.update_submission(row);
  };
  co_return co_await change(std::move(job));
}

Task<Result<bool>> Outbox::cancel(const std::string& id) {
  bool gone = false;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(SubmissionRow row, must_find(journal_, id));
    if (row.ended != 0) return fail(Errc::Conflict, "queue: " + id + " has ended");
    if (row.sent) {
      row.decision = static_cast<std::uint8_t>(sync::Decide::What::Cancel);
      TRY(journal_.update_submission(row));
      gone = false;
      return {};
    }
    TRY(journal_.drop_submission(row.id));
    gone = true;
    return {};
  };
  CO_TRY(co_await change(std::move(job)));
  co_return gone;
}

Task<Result<>> Outbox::withdrawn(const sync::Ticket& ticket) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(const auto row, journal_.submission(ticket));
    if (!row || !is_cancelled(*row)) return {};
    return journal_.drop_submission(row->id);
  };
  co_return co_await change(std::move(job));
}

Task<Result<>> Outbox::decide(const std::string& id, sync::Decide::What what) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(SubmissionRow row, must_find(journal_, id));
    row.decision = static_cast<std::uint8_t>(what);
    return journal_.update_submission(row);
  };
  co_return co_await change(std::move(job));
}

Task<Result<std::vector<sync::Decide>>> Outbox::decisions() {
  std::vector<sync::Decide> found;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(const auto rows, journal_.submissions(true, kMaxQueueList));
    for (const SubmissionRow& row : rows) {
      if (row.decision != 0) found.push_back({row.submission.ticket, static_cast<sync::Decide::What>(row.decision)});
    }
    return {};
  };
  CO_TRY(co_await commits_.read(std::move(job)));
  co_return found;
}

Task<Result<>> Outbox::decision_sent(const sync::Ticket& ticket) {
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(auto row, journal_.submission(ticket));
    if (!row || is_cancelled(*row)) return {};  // a withdrawal is wanted until the mail has its end
    row->decision = 0;
    return journal_.update_submission(*row);
  };
  co_return co_await commits_.write(std::move(job));
}

Task<Result<std::vector<sync::Ticket>>> Outbox::to_acknowledge(std::size_t limit) {
  std::vector<sync::Ticket> tickets;
  std::function<Result<>()> job = [&]() -> Result<> {
    TRY_ASSIGN(tickets, journal_.to_acknowledge(limit));
    return {};
  };
  CO_TRY(co_await commits_.read(std::move(job)));
  co_return tickets;
}

Task<Result<>> Outbox::acknowledged(const std::vector<sync::Ticket>& tickets) {
  std::function<Result<>()> job = [&]() -> Result<> {
    for (const sync::Ticket& ticket : tickets) TRY(journal_.acknowledged(ticket));
    return {};
  };
  co_return co_await commits_.write(std::move(job));
}

}  // namespace proxy::queue
