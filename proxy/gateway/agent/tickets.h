// Tickets: what became of each submission and each change of one user, durable. One SQLite file a user, FULL, opened
// under a lock by the worker that serves the user; the octets beside it in Spool.   Source: DESIGN promise 3, THREATS
// §2.1
#pragma once
#include <set>
#include <string>
#include <vector>

#include "booster/runtime/serial_thread.h"
#include "booster/runtime/task.h"
#include "booster/sql/database.h"
#include "proxy/gateway/agent/spool.h"
#include "proxy/sync/operation.h"

namespace proxy::gateway::agent {

using sync::ContentDigest;
using sync::SubmissionState;
using sync::Ticket;

constexpr std::int64_t kKeepTicket = 30 * 86400;        // after the client's Acknowledge
constexpr std::int64_t kKeepUnclaimed = 365 * 86400;    // of a client that never came back: nothing is in flight there
constexpr std::int64_t kKeepForReference = 24 * 3600;   // octets of a finished submission, for the APPEND to Sent
constexpr std::uint64_t kReferenceBytes = 64ull << 20;  // of these together; the oldest go first
constexpr std::int64_t kKeepUpload = 7 * 86400;         // an upload whose operation never came

struct StoredRecipient {
  SubmissionState state = SubmissionState::Stored;
  std::string reply;     // the server's own words
  bool reported = true;  // false: it failed, and its delivery report is not written yet
};
struct StoredSubmission {
  sync::Submission submission;  // octets are in the spool
  std::string message_id;       // with its angles; empty: it has none
  std::vector<StoredRecipient> recipients;
  std::string text;             // why it waits
  std::uint32_t ambiguous = 0;  // final dots whose reply was lost
  Bytes marker;                 // what AskServer wrote down before the last final dot

  bool settled() const;  // every recipient DONE or FAILED
  std::vector<std::size_t> in(SubmissionState state) const;
  sync::SubmissionReport report() const;
};
struct RecipientChange {
  std::size_t index = 0;
  SubmissionState state = SubmissionState::Stored;
  std::string reply;
  bool report = false;  // to FAILED: owes a delivery report
};

// A delivery report on its way into the user's INBOX, under a ticket of its own.
struct PendingReport {
  Ticket ticket{};
  Bytes octets;
};

struct StoredOperation {
  ContentDigest digest{};  // of what was asked (operation_digest)
  Bytes marker;            // what was so before the command; empty: none was sent
  std::optional<sync::OperationResult> result;
};
// One message of a mailbox that belongs to one ticket: no other ticket may take it for its own.
struct Claim {
  std::string mailbox;
  sync::UidValidity uid_validity;
  sync::ServerUid uid;
};
struct DeferredExpunge {  // copied away already; the server cannot expunge it alone now
  std::string mailbox;
  sync::UidValidity uid_validity;
  sync::ServerUid uid;
};

// Identity of what a ticket asks for: kind, mailbox, target, flags, size and digest of the octets. How messages are
// named and where octets come from may change between two tries.
ContentDigest operation_digest(const sync::Operation& operation);

// Blocking; every change is durable when it returns.
//   Errors  those of booster::sql and disk (Full, Io, Corrupt) · Conflict, NotFound where said
class TicketFile {
 public:
  // `folder`/`stem`.db and `folder`/`stem`.spool/.   Errors  Conflict: another worker has it open
  static Result<TicketFile> open(disk::Disk& disk, const disk::Path& folder, const std::string& stem,
                                 const booster::sql::Options& options = {});

  Spool& spool() { return spool_; }

  // ---- submissions
  Result<std::optional<StoredSubmission>> find_submission(const Ticket& ticket);
  // Its octets are in the spool already. Every recipient is STORED.
  Result<> add_submission(const sync::Submission& submission, const std::string& message_id, std::int64_t now);
  Result<std::vector<Ticket>> unsettled();  // in the order they came; also those that owe a report
  // STORED -> SENDING.   Errors  Conflict: one of them is not STORED (any more): send no final dot
  Result<> mark_sending(const Ticket& ticket, const std::vector<std::size_t>& recipients, ByteView marker);
  // Never touches a recipient that is DONE or FAILED. `lost`: counts a lost reply.
  Result<> settle(const Ticket& ticket, const std::vector<RecipientChange>& changes, const std::string& text, bool lost,
                  std::int64_t now);
  // What a lost submission was found by in Sent: no other ticket may take it for its own.
  Result<> claim(const Ticket& ticket, const Claim& claim);
  Result<> set_text(const Ticket& ticket, const std::string& text);
  // The report and the fact that these recipients have theirs, in one commit.
  Result<> add_report(const Ticket& ticket, const std::vector<std::size_t>& recipients, const PendingReport& report);
  Result<std::vector<PendingReport>> pending_reports();
  Result<> report_delivered(const Ticket& report);

  // ---- operations
  Result<std::optional<StoredOperation>> find_operation(const Ticket& ticket);
  Result<> set_marker(const Ticket& ticket, const ContentDigest& digest, ByteView marker,
                      const std::vector<Claim>& claims, std::int64_t now);
  // Result and claims in one commit; the marker is forgotten. What another ticket has claimed stays its own.
  Result<> finish_operation(const Ticket& ticket, const ContentDigest& digest, const sync::OperationResult& result,
                            const std::vector<Claim>& claims, std::int64_t now);
  // Which messages from this UID on belong to other tickets than this one.
  Result<std::set<std::uint32_t>> claimed(const Ticket& ticket, const std::string& mailbox,
                                          sync::UidValidity uid_validity, sync::ServerUid from);
  Result<> defer_expunge(const std::vector<DeferredExpunge>& messages);
  Result<std::vector<DeferredExpunge>> deferred();
  Result<> expunged(const DeferredExpunge& message);

  // ---- both
  Result<> acknowledge(const std::vector<Ticket>& tickets, std::int64_t now);
  // Forgets what is due, drops octets nobody needs.
  Result<> sweep(std::int64_t now);
  // The octets were filed by reference: the spool keeps them no longer.
  Result<> referenced(const Ticket& submission);

 private:
  TicketFile(booster::sql::Database database, Spool spool) : database_(std::move(database)), spool_(std::move(spool)) {}
  Result<> load_recipients(const Ticket& ticket, StoredSubmission& into);
  Result<> drop_unneeded_octets(std::int64_t now);
  Result<> add_claims(const Ticket& ticket, const std::vector<Claim>& claims);

  booster::sql::Database database_;
  Spool spool_;
};

// The file on a thread of its own.
class Tickets {
 public:
  explicit Tickets(TicketFile file) : file_(std::move(file)), thread_("tickets") {}

  // co_await tickets.run(job): job(TicketFile&) -> Result<T>, in order. Name the job before the co_await.
  template <class Job>
  booster::runtime::Task<std::invoke_result_t<Job&, TicketFile&>> run(Job job) {
    auto bound = [this, inner = std::move(job)]() mutable { return inner(file_); };
    co_return co_await thread_.run(std::move(bound));
  }

 private:
  TicketFile file_;
  booster::runtime::SerialThread thread_;
};

}  // namespace proxy::gateway::agent
