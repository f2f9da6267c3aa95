// The client's durable copy of one account's mail: what faces show and the engine keeps in step.       DESIGN §8
// journal.db decides what is durable (proxy/queue); replica.db is its and the server's projection and may be deleted.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "booster/disk/disk.h"
#include "booster/disk/reserve_file.h"
#include "codec/chunk/chunker.h"
#include "proxy/client/replica/body.h"
#include "proxy/client/replica/types.h"
#include "proxy/client/replica/view.h"
#include "proxy/queue/outbox.h"
#include "proxy/sync/feed.h"
#include "proxy/sync/items.h"
#include "proxy/sync/operation.h"

namespace proxy::client::replica {

class Store;  // the tables, on the account's thread
class Work;

constexpr std::size_t kWriteBatch = 2000;  // messages of one operation: bounds a transaction and an operation's chain

struct ReplicaOptions {
  std::filesystem::path directory;            // of the account; made when missing
  std::shared_ptr<booster::disk::Disk> disk;  // content files and the reserve; null: the real one
  std::string vfs;                            // of the databases; empty: the system's
  std::uint64_t size_limit = 0;               // octets of content files kept; 0: no limit
  std::uint64_t reserve_bytes = booster::disk::kReserveBytes;
};

// Coroutines of the loop it is used on; SQLite and files on a thread of its own. What a write returns is durable.
//   Errors  Full: disk full, nothing was done · Io · NotFound · Conflict: the name is taken · Denied
//   Cancel  a call that has begun ends late with its value
class Replica {
 public:
  // Errors  Corrupt: the journal is broken: never silently made anew · Conflict: open elsewhere
  // A missing or corrupt replica.db is put aside and built again; rebuilt() says so.
  static Task<Result<std::unique_ptr<Replica>>> open(ReplicaOptions options);
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;
  ~Replica();  // views, sinks, writers must be gone

  bool rebuilt() const { return rebuilt_; }
  queue::Outbox& outbox() { return *outbox_; }

  // ---- mailboxes
  Task<Result<bool>> folders_known();
  Task<Result<std::vector<MailboxInfo>>> mailboxes();
  Task<Result<MailboxInfo>> mailbox(const std::string& name);
  Task<Result<MailboxCounts>> counts(const std::string& name);
  Task<Result<std::unique_ptr<View>>> view(const std::string& name);

  Task<Result<>> create(const std::string& name, const std::string& special_use);
  Task<Result<>> remove(const std::string& name);
  Task<Result<>> rename(const std::string& from, const std::string& to);
  Task<Result<>> subscribe(const std::string& name, bool on);

  // ---- octets
  Task<Result<std::unique_ptr<ContentWriter>>> begin_content(std::uint64_t expected_size);
  // `same_as`: the octets are those of a submission; else found by digest among the submissions of the last days.
  Task<Result<Appended>> append(const std::string& mailbox, const Content& content, const Flags& flags,
                                std::optional<std::int64_t> date, std::int16_t zone_minutes,
                                std::optional<sync::Ticket> same_as = std::nullopt);
  // What is here of a message: whole, a part (perhaps growing), or nothing (available() 0). Marks it as used.
  Task<Result<std::shared_ptr<Body>>> body(MailboxId mailbox, LocalUid uid);
  // Whole content by digest: for uploads.
  Task<Result<std::shared_ptr<Body>>> content(const sync::ContentDigest& digest);

  // ---- the engine: the feed
  Task<Result<sync::Vectors>> vectors(BodyPolicy policy, std::int64_t recent_since);
  Task<Result<std::optional<sync::MailboxVector>>> vector_of(std::uint32_t feed_number);
  // One message, one transaction. Folders, Skeleton, FlagChanges, Vanished, MailboxSynced, Rematch, Overviews.
  struct Applied {
    bool differs = false;  // MailboxSynced's digest is not ours (or a Rematch ended): send vectors again
    bool folders = false;  // the list of mailboxes changed
  };
  Task<Result<Applied>> apply(const sync::FeedMessage& message);
  Task<Result<sync::RangeStates>> range_states(const sync::AskRanges& ask);

  // ---- the engine: operations
  // Undone ones in order, ready to send; those handed out already come again (a new session sends them again) when
  // `after` is 0. A barrier (expunge, folder changes) is handed out only when nothing before it is undone.
  struct Outgoing {
    queue::Sequence sequence;
    sync::Operation operation;  // octets inline up to kInlineOctets, unless same_as
  };
  Task<Result<std::vector<Outgoing>>> next_operations(queue::Sequence after, std::size_t limit);
  Task<Result<>> operation_result(const sync::OperationResult& result);
  Notify& operations_changed() { return operations_; }

  // ---- the engine: bodies
  // Raised ones first, then class by class newest first, but what is held or cancelled. OnDemand: raised only.
  Task<Result<std::vector<WantedBody>>> wanted_bodies(BodyPolicy policy, std::int64_t recent_since, std::size_t limit);
  Task<Result<std::optional<WantedBody>>> wanted_body(MailboxId mailbox, LocalUid uid);
  // A person waits. false: it has come in the meantime, and a body() of before may not know.
  Task<Result<bool>> raise_body(MailboxId mailbox, LocalUid uid);
  // Nobody brings it now: who waits is told why.
  Task<Result<>> drop_body_wish(MailboxId mailbox, LocalUid uid, Error why);
  // As AccountStore says.
  Task<Result<Bytes>> body_octets(const std::string& server_mailbox, sync::UidValidity uid_validity,
                                  sync::ServerUid server_uid, std::uint64_t from, std::size_t most);
  Task<Result<std::vector<sync::HeldItems>>> held_bodies();
  Task<Result<std::vector<sync::HeldRanges>>> held_ranges();
  Notify& bodies_evicted() { return evicted_; }  // some went to make room
  // `size`: of all octets, as the sender counted them (ItemStart); RFC822.SIZE may have been misstated.
  // Errors  NotFound: expunged meanwhile · Conflict: it is here already, or offset is neither 0 nor where our part ends
  Task<Result<std::unique_ptr<BodySink>>> begin_body(const std::string& server_mailbox, sync::UidValidity uid_validity,
                                                     sync::ServerUid server_uid, std::uint64_t offset,
                                                     std::uint64_t size);
  // Not to be had: gone (its Vanished follows) or unreadable; not wanted again before the next start.
  Task<Result<>> body_failed(const std::string& server_mailbox, sync::UidValidity uid_validity,
                             sync::ServerUid server_uid, std::string text);
  Notify& bodies_wanted() { return wanted_; }
  Task<Result<queue::BodyOrders>> body_orders();
  Notify& body_orders_changed() { return orders_; }

  // ---- the engine: what a mail that goes up may refer to
  // Looks at a few contents that came since, so that alike() finds them. false: there was none.
  Task<Result<bool>> sketch();
  Notify& contents_changed() { return contents_; }  // some came
  // As AccountStore says.
  Task<Result<std::vector<sync::ItemKey>>> alike(const sync::ContentDigest& digest);

  // ---- for people
  // What the policy still wants, and what programs wait for.
  Task<Result<std::vector<Backlog>>> backlog(BodyPolicy policy, std::int64_t recent_since);
  // `uid` 0: of all of a mailbox. Durable.   Errors  NotFound · Conflict: it is here already · Limit: too many such
  Task<Result<>> order_bodies(MailboxId mailbox, LocalUid uid, Reorder how);
  Task<Result<std::vector<ReplicaNotice>>> notices();
  Task<Result<>> notice_seen(std::int64_t id);
  Task<Result<SyncProgress>> progress();

  // Some mailbox, or the list of mailboxes, changed.
  Notify& changed() { return changed_; }
  std::uint64_t folders_version() const { return folders_version_; }

  // ---- upkeep, called by the engine now and then
  // Evicts least recently used content above the limit, never what is unsent. Returns the octets freed.
  Task<Result<std::uint64_t>> evict();
  // Content files nobody refers to; one slice of 256 a call. true: all slices done.
  Task<Result<bool>> sweep_orphans();

 private:
  friend class View;
  friend class BodySink;
  friend class ContentWriter;
  using Job = std::function<Result<>(Work&)>;
  struct Announced {  // per mailbox, on the loop
    Notify notify;
    std::uint64_t version = 0;
  };
  struct Outcome {
    std::set<MailboxId> touched;
    bool folders = false, operations = false, wanted = false, contents = false;
  };
  explicit Replica(ReplicaOptions options);

  Task<Result<>> run(const Job& job, bool projection);
  Task<Result<>> change(const Job& job);  // journalled: stands once the journal has it
  Task<Result<>> look(const Job& job);    // changes nothing
  Announced& announced(MailboxId mailbox);
  void announce(const Outcome& outcome);
  Task<Result<MailboxCounts>> counts_of(MailboxId id);

  std::shared_ptr<Body> shared_body(const std::string& part, std::unique_ptr<booster::disk::File> file,
                                    std::uint64_t size);
  void forget_body(const std::string& part);
  void fail_body(const std::string& part, Error why);  // for who waits for it
  Task<Result<>> store_body(BodySink& sink, const sync::ContentDigest& digest);
  Task<Result<>> drop_part(const std::string& part);
  Result<std::int64_t> policy_since(Work& work, BodyPolicy policy, std::int64_t recent_since);
  static Result<> add_wishes(Work& work, std::vector<Backlog>& lines);
  Task<Result<Bytes>> content_octets(const sync::ContentDigest& digest, std::uint64_t from, std::size_t most);
  Task<Result<std::vector<codec::chunk::Chunk>>> chunks_of(const sync::ContentDigest& digest);
  Task<Result<>> purge();
  Task<Result<>> tidy();

  ReplicaOptions options_;
  std::shared_ptr<booster::disk::Disk> disk_;
  queue::SerialThread thread_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<queue::Outbox> outbox_;
  bool rebuilt_ = false;
  std::map<MailboxId, std::unique_ptr<Announced>> announced_;
  std::map<std::string, std::weak_ptr<Body>> bodies_;  // by part or digest: one object per file
  std::vector<ViewState*> views_;                      // open ones: what they have not been told is kept
  std::uint64_t folders_version_ = 0;
  std::uint64_t sweep_slice_ = 0;
  Notify changed_;
  Notify operations_;
  Notify wanted_;
  Notify orders_;
  Notify contents_;
  Notify evicted_;
};

}  // namespace proxy::client::replica
