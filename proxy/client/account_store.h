// AccountStore: what an account's stories need of journal and replica. The engine knows no more of them than this;
// tests give one in memory, replica_store.h the real one.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "booster/runtime/task.h"
#include "booster/schedule/class.h"
#include "proxy/client/events/signal.h"
#include "proxy/client/replica/types.h"
#include "proxy/queue/body_order.h"
#include "proxy/sync/feed.h"
#include "proxy/sync/items.h"
#include "proxy/sync/operation.h"

namespace proxy::client {

using booster::runtime::Task;
using booster::schedule::Class;
using queue::LocalUid;
using queue::MailboxId;
using queue::Sequence;
using replica::WantedBody;

// A message as the server names it.
struct BodyKey {
  std::string mailbox;
  sync::UidValidity uid_validity;
  sync::ServerUid uid;
  auto operator<=>(const BodyKey&) const = default;
};
inline BodyKey key_of(const WantedBody& body) {
  return BodyKey{body.server_mailbox, body.uid_validity, body.server_uid};
}

// One body on its way into a content file. What it holds survives a restart; the next one goes on there.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual std::uint64_t offset() const = 0;                     // octets that are here: where the next write goes
  virtual Task<Result<>> write(ByteView octets) = 0;            // Errors  Full, Io; Limit: more than its size
  virtual Task<Result<>> finish(sync::DigestFront digest) = 0;  // durable.   Errors  Protocol: another digest; dropped
  // What is here, while it comes and after finish() too. 0: nothing there.
  virtual Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
};

struct Applied {
  bool differs = false;  // this mailbox is not what the agent says: its vector must be sent again
  bool folders = false;  // the list of mailboxes changed
};

struct OutgoingOperation {
  Sequence sequence;
  sync::Operation operation;  // octets only up to kInlineOctets
};
struct OutgoingSubmission {
  sync::Submission submission;  // octets: perhaps, up to kInlineOctets; else content() has them
  Class of = Class::SendSmall;
  bool sent = false;       // the gateway may know the ticket already
  bool cancelled = false;  // by the person: no octets of it go up any more
  bool held = false;
};

struct QueueCounts {
  std::uint64_t operations = 0;   // not done yet
  std::uint64_t submissions = 0;  // not final yet
  std::uint64_t held = 0;
  std::uint64_t octets = 0;
};

//   Errors  of every call: Full (disk), Io, Corrupt; Cancelled. A call that failed changed nothing
class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // ---- the sync stream
  virtual Task<Result<sync::Vectors>> vectors() = 0;
  virtual Task<Result<std::optional<sync::MailboxVector>>> vector_of(std::uint32_t feed_number) = 0;
  virtual Task<Result<Applied>> apply(sync::FeedMessage message) = 0;
  virtual Task<Result<sync::RangeStates>> range_states(sync::AskRanges asked) = 0;

  // ---- bodies
  // The first `limit` in the order of fetching: raised ones, then by policy, class by class, newest first. Held and
  // cancelled ones are left out.
  virtual Task<Result<std::vector<WantedBody>>> wanted_bodies(std::size_t limit) = 0;
  virtual Task<Result<std::optional<WantedBody>>> wanted_body(MailboxId mailbox, LocalUid uid) = 0;
  // It is not `raised` any more; who still waits for it is told why it does not come.
  virtual Task<Result<>> drop_wish(MailboxId mailbox, LocalUid uid, Error why) = 0;
  // `size`: of all octets, as the sender counted them; what the server stated before may be wrong.
  //   Errors  NotFound: no such message any more · Conflict: `offset` is not where our part ends
  virtual Task<Result<std::unique_ptr<BodySink>>> begin_body(BodyKey key, std::uint64_t offset, std::uint64_t size) = 0;
  // Octets of a message that is here whole; fewer: it ends there.   Errors  NotFound: it is not
  virtual Task<Result<Bytes>> body_octets(BodyKey key, std::uint64_t from, std::size_t most) = 0;
  // The newest bodies in INBOX and Sent that are here: what new mail is likely to repeat.
  virtual Task<Result<std::vector<sync::HeldItems>>> held_bodies() = 0;
  // All bodies that are here; where they lie in too many pieces, the newest.
  virtual Task<Result<std::vector<sync::HeldRanges>>> held_ranges() = 0;
  virtual events::Signal& bodies_evicted() = 0;
  // Not to be had; not wanted again before the next start.
  virtual Task<Result<>> body_failed(BodyKey key, std::string text) = 0;
  virtual events::Signal& bodies_wanted() = 0;
  virtual bool wants_new_bodies() const = 0;  // by policy, of mail that arrives
  // What a person said of their order; whenever that changes bodies_wanted() is raised, too.
  virtual Task<Result<queue::BodyOrders>> body_orders() = 0;
  virtual events::Signal& body_orders_changed() = 0;

  // ---- changes going up
  virtual Task<Result<std::vector<OutgoingOperation>>> operations(Sequence after, std::size_t limit) = 0;
  virtual Task<Result<>> operation_result(sync::OperationResult result) = 0;
  // In the order of sending; held and final ones left out, those handed out already not.
  virtual Task<Result<std::vector<OutgoingSubmission>>> submissions(std::size_t limit) = 0;
  virtual Task<Result<std::optional<OutgoingSubmission>>> submission(sync::Ticket ticket) = 0;  // nullopt: it has ended
  // A cancelled one of which the gateway has nothing: gone.
  virtual Task<Result<>> submission_withdrawn(sync::Ticket ticket) = 0;
  virtual Task<Result<>> submission_sent(sync::Ticket ticket) = 0;  // durable before it is sent
  virtual Task<Result<>> submission_report(sync::SubmissionReport report) = 0;
  // A person's, not handed out yet; a withdrawal until the mail has its end.
  virtual Task<Result<std::vector<sync::Decide>>> decisions() = 0;
  virtual Task<Result<>> decision_sent(sync::Ticket ticket) = 0;
  // Tickets whose end is durable here and of which the gateway has not heard.
  virtual Task<Result<std::vector<sync::Ticket>>> to_acknowledge(std::size_t limit) = 0;
  virtual Task<Result<>> acknowledged(std::vector<sync::Ticket> tickets) = 0;
  // Octets of a queued append or submission.   Errors  NotFound
  virtual Task<Result<Bytes>> content(sync::ContentDigest digest, std::uint64_t offset, std::size_t size) = 0;
  // Messages that are here whole and at the mail server, and whose contents hold much of this one, the best one last;
  // at most codec::refer::kMostWhole.   Errors  NotFound: no such content
  virtual Task<Result<std::vector<sync::ItemKey>>> alike(sync::ContentDigest digest) = 0;
  virtual events::Signal& operations_changed() = 0;
  virtual events::Signal& outbox_changed() = 0;

  // ---- for people
  virtual Task<Result<replica::SyncProgress>> progress() = 0;
  virtual Task<Result<QueueCounts>> queue_counts() = 0;
};

}  // namespace proxy::client
