// What is stored, and of submissions how it changes. Operations: tickets_operations.cc.
#include "proxy/gateway/agent/tickets.h"

#include <algorithm>

#include "booster/disk/durable.h"
#include "booster/sql/migrate.h"
#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace proxy::gateway::agent {

namespace sql = booster::sql;

namespace {

constexpr sql::Step kSteps[] = {{R"sql(
CREATE TABLE submission(
  id INTEGER PRIMARY KEY, ticket BLOB NOT NULL UNIQUE, envelope BLOB NOT NULL, message_id TEXT NOT NULL,
  text TEXT NOT NULL DEFAULT '', ambiguous INTEGER NOT NULL DEFAULT 0, marker BLOB NOT NULL DEFAULT x'',
  created INTEGER NOT NULL, settled INTEGER, acknowledged INTEGER, referenced INTEGER NOT NULL DEFAULT 0);
CREATE TABLE recipient(
  submission INTEGER NOT NULL REFERENCES submission(id) ON DELETE CASCADE, n INTEGER NOT NULL,
  state INTEGER NOT NULL, reply TEXT NOT NULL DEFAULT '', owes_report INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(submission, n)) WITHOUT ROWID;
CREATE TABLE report(id INTEGER PRIMARY KEY, ticket BLOB NOT NULL UNIQUE, octets BLOB NOT NULL);
CREATE TABLE operation(
  ticket BLOB PRIMARY KEY, digest BLOB NOT NULL, marker BLOB NOT NULL, result BLOB, created INTEGER NOT NULL,
  acknowledged INTEGER) WITHOUT ROWID;
CREATE TABLE claim(
  mailbox TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL, ticket BLOB NOT NULL,
  PRIMARY KEY(mailbox, uid_validity, uid)) WITHOUT ROWID;
CREATE INDEX claim_ticket ON claim(ticket);
CREATE TABLE deferred(
  mailbox TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL,
  PRIMARY KEY(mailbox, uid_validity, uid)) WITHOUT ROWID;
)sql"}};
constexpr sql::Schema kSchema{sql::make_application_id("PBtk"), kSteps, true};

constexpr auto kFinal = [](SubmissionState state) {
  return state == SubmissionState::Done || state == SubmissionState::Failed;
};

Result<sync::Submission> read_envelope(ByteView bytes) {
  TRY_ASSIGN(const codec::property::Chain chain, codec::property::decode(bytes));
  TRY_ASSIGN(sync::OperationMessage message, sync::decode_operation(chain));
  auto* submission = std::get_if<sync::Submission>(&message);
  if (submission == nullptr) return fail(Errc::Corrupt, "tickets: an envelope that is none");
  return std::move(*submission);
}

}  // namespace

bool StoredSubmission::settled() const {
  return std::ranges::all_of(recipients, [](const StoredRecipient& one) { return kFinal(one.state); });
}

std::vector<std::size_t> StoredSubmission::in(SubmissionState state) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < recipients.size(); ++i)
    if (recipients[i].state == state) found.push_back(i);
  return found;
}

// Of the whole: the least advanced, where UNKNOWN waits for a person and so counts before an end.
sync::SubmissionReport StoredSubmission::report() const {
  sync::SubmissionReport report;
  report.ticket = submission.ticket;
  report.text = text;
  report.ambiguous = ambiguous > 0;
  bool any_failed = false, any_unknown = false;
  std::optional<SubmissionState> open;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    const StoredRecipient& one = recipients[i];
    report.recipients.push_back({submission.recipients[i].address, one.state, one.reply});
    if (one.state == SubmissionState::Failed)
      any_failed = true;
    else if (one.state == SubmissionState::Unknown)
      any_unknown = true;
    else if (one.state != SubmissionState::Done)
      open = std::min(open.value_or(one.state), one.state);
  }
  report.state = open          ? *open
                 : any_unknown ? SubmissionState::Unknown
                 : any_failed  ? SubmissionState::Failed
                               : SubmissionState::Done;
  return report;
}

Result<TicketFile> TicketFile::open(disk::Disk& disk, const disk::Path& folder, const std::string& stem,
                                    const sql::Options& options) {
  TRY(disk::make_directories_durably(disk, folder));
  TRY_ASSIGN(sql::Database database, sql::Database::open(folder / (stem + ".db"), options));
  TRY(sql::migrate(database, kSchema));
  TRY_ASSIGN(Spool spool, Spool::open(disk, folder / (stem + ".spool")));
  return TicketFile(std::move(database), std::move(spool));
}

Result<> TicketFile::load_recipients(const Ticket& ticket, StoredSubmission& into) {
  const auto take = [&](sql::Row row) -> Result<> {
    const auto state = row.get<std::uint8_t>(0);
    if (state < 1 || state > 6) return fail(Errc::Corrupt, "tickets: a state that is none");
    into.recipients.push_back({static_cast<SubmissionState>(state), row.get<std::string>(1), !row.get<bool>(2)});
    return {};
  };
  TRY(
      database_.for_each("SELECT state, reply, owes_report FROM recipient WHERE submission = "
                         "(SELECT id FROM submission WHERE ticket = ?) ORDER BY n",
                         take, ticket));
  if (into.recipients.size() != into.submission.recipients.size())
    return fail(Errc::Corrupt, "tickets: recipients are missing");
  return {};
}

Result<std::optional<StoredSubmission>> TicketFile::find_submission(const Ticket& ticket) {
  std::optional<StoredSubmission> found;
  Bytes envelope;
  {
    TRY_ASSIGN(sql::Statement select, database_.prepared("SELECT envelope, message_id, text, ambiguous, marker FROM "
                                                         "submission WHERE ticket = ?"));
    const auto take = [&](sql::Row row) {
      found.emplace();
      envelope = row.get<Bytes>(0);
      found->message_id = row.get<std::string>(1);
      found->text = row.get<std::string>(2);
      found->ambiguous = row.get<std::uint32_t>(3);
      found->marker = row.get<Bytes>(4);
    };
    TRY(select.first(take, ticket));
  }
  if (!found) return found;
  TRY_ASSIGN(found->submission, read_envelope(envelope));
  TRY(load_recipients(ticket, *found));
  return found;
}

Result<> TicketFile::add_submission(const sync::Submission& submission, const std::string& message_id,
                                    std::int64_t now) {
  sync::Submission envelope = submission;
  envelope.octets.clear();
  const Bytes bytes = codec::property::encode(sync::encode(sync::OperationMessage(std::move(envelope))));
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  TRY(database_.run("INSERT INTO submission(ticket, envelope, message_id, created) VALUES(?, ?, ?, ?)",
                    submission.ticket, bytes, message_id, now));
  const std::int64_t id = database_.last_row_id();
  for (std::size_t i = 0; i < submission.recipients.size(); ++i)
    TRY(database_.run("INSERT INTO recipient(submission, n, state) VALUES(?, ?, ?)", id, i, SubmissionState::Stored));
  return transaction.commit();
}

Result<std::vector<Ticket>> TicketFile::unsettled() {
  std::vector<Ticket> tickets;
  const auto take = [&](sql::Row row) -> Result<> {
    const auto bytes = row.get<ByteView>(0);
    Ticket ticket;
    if (bytes.size() != ticket.size()) return fail(Errc::Corrupt, "tickets: a ticket that is none");
    std::ranges::copy(bytes, ticket.begin());
    tickets.push_back(ticket);
    return {};
  };
  TRY(
      database_.for_each("SELECT ticket FROM submission AS s WHERE settled IS NULL OR EXISTS "
                         "(SELECT 1 FROM recipient WHERE submission = s.id AND owes_report) ORDER BY id",
                         take));
  return tickets;
}

Result<> TicketFile::mark_sending(const Ticket& ticket, const std::vector<std::size_t>& recipients, ByteView marker) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  TRY_ASSIGN(const auto id, database_.one<std::int64_t>("SELECT id FROM submission WHERE ticket = ?", ticket));
  if (!id) return fail(Errc::Conflict, "tickets: nothing is stored under this ticket");
  for (const std::size_t n : recipients) {
    TRY(database_.run("UPDATE recipient SET state = ? WHERE submission = ? AND n = ? AND state = ?",
                      SubmissionState::Sending, *id, n, SubmissionState::Stored));
    if (database_.changes() != 1) return fail(Errc::Conflict, "tickets: a recipient is not to be sent to any more");
  }
  TRY(database_.run("UPDATE submission SET marker = ? WHERE id = ?", marker, *id));
  return transaction.commit();
}

Result<> TicketFile::settle(const Ticket& ticket, const std::vector<RecipientChange>& changes, const std::string& text,
                            bool lost, std::int64_t now) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  TRY_ASSIGN(const auto id, database_.one<std::int64_t>("SELECT id FROM submission WHERE ticket = ?", ticket));
  if (!id) return fail(Errc::NotFound, "tickets: nothing is stored under this ticket");
  for (const RecipientChange& change : changes)
    TRY(
        database_.run("UPDATE recipient SET state = ?, reply = ?, owes_report = ? WHERE submission = ? AND n = ? AND "
                      "state NOT IN (4, 5)",
                      change.state, change.reply, change.report, *id, change.index));
  TRY(
      database_.run("UPDATE submission SET text = ?, ambiguous = ambiguous + ?, settled = CASE WHEN EXISTS "
                    "(SELECT 1 FROM recipient WHERE submission = ? AND state NOT IN (4, 5)) THEN NULL ELSE ? END "
                    "WHERE id = ?",
                    text, lost ? 1 : 0, *id, now, *id));
  return transaction.commit();
}

Result<> TicketFile::set_text(const Ticket& ticket, const std::string& text) {
  return database_.run("UPDATE submission SET text = ? WHERE ticket = ? AND text <> ?", text, ticket, text);
}

Result<> TicketFile::add_report(const Ticket& ticket, const std::vector<std::size_t>& recipients,
                                const PendingReport& report) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  for (const std::size_t n : recipients)
    TRY(
        database_.run("UPDATE recipient SET owes_report = 0 WHERE n = ? AND submission = "
                      "(SELECT id FROM submission WHERE ticket = ?)",
                      n, ticket));
  if (!report.octets.empty())
    TRY(database_.run("INSERT INTO report(ticket, octets) VALUES(?, ?)", report.ticket, report.octets));
  return transaction.commit();
}

Result<std::vector<PendingReport>> TicketFile::pending_reports() {
  std::vector<PendingReport> reports;
  const auto take = [&](sql::Row row) {
    PendingReport report;
    const auto bytes = row.get<ByteView>(0);
    if (bytes.size() == report.ticket.size()) std::ranges::copy(bytes, report.ticket.begin());
    report.octets = row.get<Bytes>(1);
    reports.push_back(std::move(report));
  };
  TRY(database_.for_each("SELECT ticket, octets FROM report ORDER BY id LIMIT 16", take));
  return reports;
}

Result<> TicketFile::report_delivered(const Ticket& report) {
  return database_.run("DELETE FROM report WHERE ticket = ?", report);
}

}  // namespace proxy::gateway::agent
