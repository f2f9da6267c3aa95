// journal.db: the one file that decides what is durable at the client. Blocking; on the account's thread, inside a
// CommitQueue's transaction. What it returns is durable once that has committed.
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "booster/schedule/class.h"
#include "booster/sql/database.h"
#include "proxy/queue/body_order.h"
#include "proxy/queue/types.h"
#include "proxy/sync/feed.h"
#include "proxy/sync/operation.h"

namespace proxy::queue {

constexpr std::uint64_t kModSeqBlock = 100'000;   // reserved at once: a crash skips what is left
constexpr std::int64_t kKeepEnded = 30 * 86'400;  // ended submissions: for `same_as`, and for people
constexpr std::int64_t kKeepNotices = 30 * 86'400;
constexpr std::int64_t kReplayWindow = 600;  // a program whose 250 was lost tries again within minutes

enum class MailboxState : std::uint8_t { Live = 0, Deleting = 1, Gone = 2 };

struct MailboxRecord {
  MailboxId id;
  std::string name;
  std::optional<std::string> server_name;
  MailboxState state = MailboxState::Live;
  bool seen = false;
  bool local_only = false;
  bool subscribed = false;
  std::string special_use;
  std::string object_id;
  std::uint32_t uid_validity = 0;  // ours, chosen by create_mailbox
  std::uint32_t next_uid = 1;
  sync::UidValidity server_validity;
};

struct Binding {
  sync::ServerUid server;
  LocalUid local;
  bool operator==(const Binding&) const = default;
};

enum class OperationState : std::uint8_t { Open = 0, Done = 1, Refused = 2 };

// A message that got another place: mailbox 0 stands for nowhere.
struct Moved {
  MailboxId from_mailbox;
  LocalUid from;
  MailboxId to_mailbox;
  LocalUid to;
  bool operator==(const Moved&) const = default;
};

struct OperationRecord {
  Sequence sequence;
  OperationState state = OperationState::Open;
  MailboxId mailbox;
  MailboxId target;                       // Copy, Move; Append: the mailbox
  sync::Operation operation;              // without items and octets
  std::vector<LocalUid> items;            // Store, Expunge, Copy, Move
  std::vector<sync::ServerUid> servers;   // of items, when it was made; 0: not known
  std::vector<sync::SkeletonEntry> made;  // Append, Copy, Move: uid is the local one, ascending
  std::optional<sync::OperationResult> result;
  std::vector<Moved> moved;  // what its end moved
  std::string text;
  std::int64_t created = 0;
};

struct Event {
  Sequence sequence;
  Sequence operation;
  bool made = false;  // else: ended
};

struct Recovered {
  MailboxId mailbox;
  sync::ContentDigest digest{};
  sync::SkeletonEntry entry;  // uid is the local one
};

struct SubmissionRow {
  std::int64_t id = 0;
  std::string name;
  sync::Submission submission;
  std::string message_id;
  booster::schedule::Class priority = booster::schedule::Class::SendSmall;
  std::int64_t position = 0;
  bool held = false, sent = false, accepted = false, ambiguous = false, answered = false;
  sync::SubmissionState state = sync::SubmissionState::Receiving;
  std::int64_t ended = 0;
  std::uint8_t decision = 0;
  std::string text;
  std::int64_t created = 0;
  std::vector<sync::RecipientResult> recipients;
};

class Journal {
 public:
  // Errors  Corrupt: it is broken, or another application's; it is left as it is · Conflict: open elsewhere
  static Result<Journal> open(const std::filesystem::path& path, const std::string& vfs);
  booster::sql::Database& database() { return database_; }
  const std::array<std::byte, 16>& epoch() const { return epoch_; }

  // ---- the ledger
  Result<std::uint64_t> next_mod_seq();  // rises over all mailboxes
  // `count` fresh UIDs of a mailbox; the first of them.   Errors  Limit: 2^32 used up
  Result<LocalUid> allot(MailboxId mailbox, std::uint32_t count);
  // Ascending by server UID.
  Result<> bind(MailboxId mailbox, sync::UidValidity validity, std::span<const Binding> bindings);
  // Every binding ever made in [low, high], ascending; of several of one server UID the latest.
  Result<std::vector<Binding>> look_up(MailboxId mailbox, sync::UidValidity validity, sync::ServerUid low,
                                       sync::ServerUid high);
  // Forgets runs of a mailbox that is gone.
  Result<> forget_blocks(MailboxId mailbox);

  // ---- mailboxes
  Result<std::vector<MailboxRecord>> mailboxes();  // all but Gone ones
  Result<std::optional<MailboxRecord>> mailbox(MailboxId id);
  Result<std::optional<MailboxRecord>> live_mailbox(const std::string& name);
  Result<MailboxId> create_mailbox(MailboxRecord record);  // chooses id and uid_validity; Conflict: the name
  Result<> update_mailbox(const MailboxRecord& record);    // not id, uid_validity, next_uid

  // ---- operations
  Result<> add(OperationRecord& record);  // Open; sets sequence and, when it is zero, the ticket
  Result<std::optional<OperationRecord>> operation(Sequence sequence);
  Result<std::optional<OperationRecord>> operation(const sync::Ticket& ticket);
  Result<std::vector<OperationRecord>> open_operations(Sequence after, std::size_t limit);
  Result<bool> any_open_before(Sequence sequence);
  // As source or as target.
  Result<bool> any_open_of(MailboxId mailbox);
  Result<std::vector<OperationRecord>> open_operations_of(MailboxId mailbox, Sequence after);
  Result<> rewrite(const OperationRecord& record);  // items, servers, operation, text
  // Ends it: state, result, moved; its ticket is to be acknowledged. The event's sequence.
  Result<Sequence> end(const OperationRecord& record);
  Result<std::vector<Event>> events(Sequence after, std::size_t limit);
  Result<Sequence> last_event();
  // Forgets ended operations before the first open one whose events the replica has durably.
  Result<> prune(Sequence durable_in_replica);
  Result<bool> content_needed(const sync::ContentDigest& digest);  // by open operations, submissions, recovered mail

  Result<> add_recovered(const Recovered& message);
  Result<> drop_recovered(MailboxId mailbox, LocalUid uid);
  Result<std::vector<Recovered>> recovered();
  Result<> add_notice(const std::string& text);
  Result<> prune_notices(std::int64_t now);

  // ---- submissions
  Result<SubmissionRow> add_submission(SubmissionRow row);  // chooses id, name, position; the ticket when zero
  Result<std::optional<SubmissionRow>> submission(const std::string& name);
  Result<std::optional<SubmissionRow>> submission(const sync::Ticket& ticket);
  Result<std::optional<SubmissionRow>> unanswered_twin(const SubmissionRow& row);
  Result<std::optional<sync::Ticket>> submission_with(const sync::ContentDigest& digest);
  Result<std::vector<SubmissionRow>> submissions(bool with_held, std::size_t limit);  // not ended, in order
  Result<> update_submission(const SubmissionRow& row);                               // but its identity
  Result<> drop_submission(std::int64_t id);
  Result<std::int64_t> edge_position(booster::schedule::Class of, bool front);
  Result<> prune_submissions(std::int64_t now);

  // ---- the order of what comes down
  Result<BodyOrders> body_orders();
  Result<> put_body_order(const BodyOrder& order);  // Errors  Limit: kMaxBodyOrders
  Result<> drop_body_order(MailboxId mailbox, LocalUid uid);
  Result<> drop_single_body_orders(MailboxId mailbox);
  // Of a mailbox and of its mails, as far as something was said of them.
  Result<> hold_body_orders(MailboxId mailbox);
  Result<> release_body_orders(MailboxId mailbox);  // cancelled ones, too
  Result<> prune_body_orders();                     // of mailboxes that are gone

  Result<> must_acknowledge(const sync::Ticket& ticket);
  Result<std::vector<sync::Ticket>> to_acknowledge(std::size_t limit);
  Result<> acknowledged(const sync::Ticket& ticket);

 private:
  explicit Journal(booster::sql::Database database) : database_(std::move(database)) {}
  Result<> begin();  // the ledger's row
  Result<OperationRecord> load_operation(booster::sql::Row row);
  Result<SubmissionRow> load_submission(booster::sql::Row row);
  Result<> load_recipients(SubmissionRow& row);

  booster::sql::Database database_;
  std::array<std::byte, 16> epoch_{};
  std::uint64_t mod_seq_ = 0;  // given last
};

std::int64_t seconds_now();
sync::Ticket make_ticket();

}  // namespace proxy::queue
