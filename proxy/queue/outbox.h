// Submissions: what the user sends, from the 250 of the face until the last recipient's fate; and the order of all that
// waits for the link.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "booster/runtime/notify.h"
#include "booster/schedule/class.h"
#include "proxy/queue/commit_queue.h"
#include "proxy/queue/journal.h"
#include "proxy/queue/priority.h"
#include "proxy/sync/operation.h"

namespace proxy::queue {

using booster::runtime::Notify;

constexpr std::size_t kMaxQueueList = 10'000;  // entries of one listing

// Recorded with its ticket; the octets lie in a content file already.
struct NewSubmission {
  sync::Submission submission;  // ticket zero: one is made · octets empty
  std::string message_id;       // for the answer to a program that lost its 250
  Class start = Class::SendSmall;
};

struct QueuedSubmission {
  std::string id;  // what people and 250s say: 8 letters
  sync::Submission submission;
  std::string message_id;
  Class priority = Class::SendSmall;
  std::int64_t position = 0;  // inside its class, rising
  bool held = false;
  bool sent = false;                                            // handed to the agent in this or an earlier session
  bool cancelled = false;                                       // by the person; the gateway may have it all the same
  sync::SubmissionState state = sync::SubmissionState::Stored;  // of the whole
  bool accepted = false;                                        // an agent has told a state
  bool ambiguous = false;
  std::string text;  // why it waits
  std::vector<sync::RecipientResult> recipients;
  std::int64_t created = 0;  // seconds since 1970
};

// One line of `packetboat queue list`.
struct QueueEntry {
  enum class What : std::uint8_t { Submission, Operation, Body };
  std::string id;
  What what = What::Submission;
  std::string kind;  // up: "send", "flags", "append" …  down: "bodies" of a mailbox, "body" of one mail
  std::string mailbox;
  Class priority = Class::SendSmall;
  bool held = false;
  std::string state;  // "queued", "sent", "stored at the gateway", "unknown" …
  std::string text;
  std::uint64_t count = 1;       // mails
  std::uint64_t size = 0;        // octets of all
  std::uint64_t bytes_left = 0;  // of these the link has still to carry
  std::int64_t created = 0;      // seconds since 1970; 0: nothing of it is here
  std::vector<sync::RecipientResult> recipients;
};

struct QueueCounts {
  std::uint64_t submissions = 0, operations = 0, held = 0, octets = 0;
};

// Coroutines of the loop; each is durable when it returns.   Errors  Full, Io: nothing was done · NotFound: no such id
class Outbox {
 public:
  Outbox(CommitQueue& commits, Journal& journal) : commits_(commits), journal_(journal) {}

  // The 250 of the face. The same Message-ID, envelope and digest within kReplayWindow whose 250 was not seen
  // (answered() never called): the same id again.
  Task<Result<std::string>> submit(const NewSubmission& submission);
  Task<Result<>> answered(const std::string& id);

  // ---- the sender
  // Undone and not held, by class, then position; those already handed out too (a new session sends them again by their
  // ticket).
  Task<Result<std::vector<QueuedSubmission>>> next(std::size_t limit);
  Task<Result<>> sent(const sync::Ticket& ticket);
  // The agent's word. A failed or finished recipient stays so. true: all recipients have their end, so acknowledge.
  Task<Result<bool>> reported(const sync::SubmissionReport& report);

  // ---- the person
  Task<Result<std::vector<QueueEntry>>> list();
  Task<Result<QueueCounts>> counts();
  Task<Result<std::optional<QueuedSubmission>>> find(const std::string& id);
  Task<Result<std::optional<QueuedSubmission>>> find(const sync::Ticket& ticket);
  //   Errors  Conflict: it is at the gateway already, nothing here orders it any more
  Task<Result<>> raise(const std::string& id);  // one class up, in front of it
  Task<Result<>> lower(const std::string& id);  // one class down, behind it
  //   Errors  Conflict: the gateway has it, or may have it: what was written in one piece cannot be stopped
  Task<Result<>> hold(const std::string& id);
  Task<Result<>> release(const std::string& id);
  // Not handed out yet: gone (true). Else a Decide{Cancel} is to be sent (false); the report tells its fate, and when
  // the gateway turns out not to have it, withdrawn() ends it.
  Task<Result<bool>> cancel(const std::string& id);
  Task<Result<>> withdrawn(const sync::Ticket& ticket);
  // Of the person about an UNKNOWN one; kept until taken by next_decisions().
  Task<Result<>> decide(const std::string& id, sync::Decide::What what);
  Task<Result<std::vector<sync::Decide>>> decisions();
  Task<Result<>> decision_sent(const sync::Ticket& ticket);

  // ---- tickets whose end is durable here, operations' and submissions' alike
  Task<Result<std::vector<sync::Ticket>>> to_acknowledge(std::size_t limit);
  Task<Result<>> acknowledged(const std::vector<sync::Ticket>& tickets);

  Notify& changed() { return changed_; }  // something is to be sent, or to be shown

 private:
  Task<Result<>> change(std::function<Result<>()> job);
  CommitQueue& commits_;
  Journal& journal_;
  Notify changed_;
};

}  // namespace proxy::queue
