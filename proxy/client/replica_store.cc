#include "proxy/client/replica_store.h"

#include "booster/runtime/timer.h"

namespace proxy::client {

namespace {

class ReplicaSink final : public BodySink {
 public:
  explicit ReplicaSink(std::unique_ptr<replica::BodySink> sink) : sink_(std::move(sink)), body_(sink_->body()) {}
  std::uint64_t offset() const override { return body_->available(); }
  Task<Result<>> write(ByteView octets) override { return sink_->write(octets); }
  Task<Result<>> finish(sync::DigestFront digest) override { co_return co_await sink_->finish(digest); }
  Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    return body_->read_at(offset, into);
  }

 private:
  std::unique_ptr<replica::BodySink> sink_;
  std::shared_ptr<replica::Body> body_;
};

OutgoingSubmission outgoing_of(queue::QueuedSubmission queued) {
  OutgoingSubmission outgoing;
  outgoing.submission = std::move(queued.submission);
  outgoing.of = queued.priority;
  outgoing.sent = queued.sent;
  outgoing.cancelled = queued.cancelled;
  outgoing.held = queued.held;
  return outgoing;
}

std::int64_t seconds_of(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

void ReplicaStore::relay(booster::runtime::TaskScope& tasks) {
  tasks.spawn("bodies wanted", relay_one(replica_.bodies_wanted(), bodies_wanted_));
  tasks.spawn("bodies evicted", relay_evictions());
  tasks.spawn("body orders changed", relay_orders());
  tasks.spawn("operations changed", relay_one(replica_.operations_changed(), operations_changed_));
  tasks.spawn("outbox changed", relay_one(replica_.outbox().changed(), outbox_changed_));
  tasks.spawn("mail changed", relay_one(replica_.changed(), mail_changed_));
  tasks.spawn("contents changed", relay_one(replica_.contents_changed(), contents_changed_));
  tasks.spawn("sketches", sketch_contents());
}

// No await lies between being woken and waiting again, so no notification is missed.
Task<Result<>> ReplicaStore::relay_one(booster::runtime::Notify& from, events::Signal& to) {
  for (;;) {
    CO_TRY(co_await from.wait());
    to.raise();
  }
}

Task<Result<>> ReplicaStore::relay_evictions() {
  for (;;) {
    CO_TRY(co_await replica_.bodies_evicted().wait());
    bodies_evicted_.raise();
    bodies_wanted_.raise();
  }
}

// Both in one step: who wakes for the bodies looks at their order first.
Task<Result<>> ReplicaStore::relay_orders() {
  for (;;) {
    CO_TRY(co_await replica_.body_orders_changed().wait());
    body_orders_changed_.raise();
    bodies_wanted_.raise();
  }
}

// One batch after the other, while there are some. Where it fails no mail is the worse for it: tried when more comes.
Task<Result<>> ReplicaStore::sketch_contents() {
  for (;;) {
    const std::uint64_t seen = contents_changed_.count();
    Result<bool> more = true;
    while (more && *more) more = co_await replica_.sketch();
    if (!more && more.error().code == Errc::Cancelled) co_return tl::unexpected(more.error());
    CO_TRY(co_await contents_changed_.past(seen));
  }
}

std::int64_t ReplicaStore::recent_since() const {
  return seconds_of(loop_.wall_now() - settings_.recent);
}

Task<Result<sync::Vectors>> ReplicaStore::vectors() {
  return replica_.vectors(settings_.policy, recent_since());
}

Task<Result<std::optional<sync::MailboxVector>>> ReplicaStore::vector_of(std::uint32_t feed_number) {
  return replica_.vector_of(feed_number);
}

Task<Result<Applied>> ReplicaStore::apply(sync::FeedMessage message) {
  CO_TRY_ASSIGN(const replica::Replica::Applied done, co_await replica_.apply(message));
  Applied applied;
  applied.differs = done.differs;
  applied.folders = done.folders;
  co_return applied;
}

Task<Result<sync::RangeStates>> ReplicaStore::range_states(sync::AskRanges asked) {
  co_return co_await replica_.range_states(asked);
}

Task<Result<std::vector<WantedBody>>> ReplicaStore::wanted_bodies(std::size_t limit) {
  return replica_.wanted_bodies(settings_.policy, recent_since(), limit);
}

Task<Result<queue::BodyOrders>> ReplicaStore::body_orders() {
  return replica_.body_orders();
}

Task<Result<std::vector<replica::Backlog>>> ReplicaStore::backlog() {
  return replica_.backlog(settings_.policy, recent_since());
}

Task<Result<std::optional<WantedBody>>> ReplicaStore::wanted_body(MailboxId mailbox, LocalUid uid) {
  return replica_.wanted_body(mailbox, uid);
}

Task<Result<>> ReplicaStore::drop_wish(MailboxId mailbox, LocalUid uid, Error why) {
  return replica_.drop_body_wish(mailbox, uid, std::move(why));
}

Task<Result<Bytes>> ReplicaStore::body_octets(BodyKey key, std::uint64_t from, std::size_t most) {
  co_return co_await replica_.body_octets(key.mailbox, key.uid_validity, key.uid, from, most);
}

Task<Result<std::vector<sync::HeldRanges>>> ReplicaStore::held_ranges() {
  co_return co_await replica_.held_ranges();
}

Task<Result<std::vector<sync::HeldItems>>> ReplicaStore::held_bodies() {
  co_return co_await replica_.held_bodies();
}

Task<Result<std::unique_ptr<BodySink>>> ReplicaStore::begin_body(BodyKey key, std::uint64_t offset,
                                                                 std::uint64_t size) {
  CO_TRY_ASSIGN(std::unique_ptr<replica::BodySink> sink,
                co_await replica_.begin_body(key.mailbox, key.uid_validity, key.uid, offset, size));
  co_return std::make_unique<ReplicaSink>(std::move(sink));
}

Task<Result<>> ReplicaStore::body_failed(BodyKey key, std::string text) {
  co_return co_await replica_.body_failed(key.mailbox, key.uid_validity, key.uid, std::move(text));
}

Task<Result<std::vector<OutgoingOperation>>> ReplicaStore::operations(Sequence after, std::size_t limit) {
  CO_TRY_ASSIGN(std::vector<replica::Replica::Outgoing> next, co_await replica_.next_operations(after, limit));
  std::vector<OutgoingOperation> operations;
  for (replica::Replica::Outgoing& outgoing : next) {
    OutgoingOperation& operation = operations.emplace_back();
    operation.sequence = outgoing.sequence;
    operation.operation = std::move(outgoing.operation);
  }
  co_return operations;
}

Task<Result<>> ReplicaStore::operation_result(sync::OperationResult result) {
  co_return co_await replica_.operation_result(result);
}

Task<Result<std::vector<OutgoingSubmission>>> ReplicaStore::submissions(std::size_t limit) {
  CO_TRY_ASSIGN(std::vector<queue::QueuedSubmission> next, co_await replica_.outbox().next(limit));
  std::vector<OutgoingSubmission> submissions;
  submissions.reserve(next.size());
  for (queue::QueuedSubmission& queued : next) submissions.push_back(outgoing_of(std::move(queued)));
  co_return submissions;
}

Task<Result<std::optional<OutgoingSubmission>>> ReplicaStore::submission(sync::Ticket ticket) {
  CO_TRY_ASSIGN(std::optional<queue::QueuedSubmission> queued, co_await replica_.outbox().find(ticket));
  std::optional<OutgoingSubmission> outgoing;
  if (queued) outgoing = outgoing_of(*std::move(queued));
  co_return outgoing;
}

Task<Result<>> ReplicaStore::submission_withdrawn(sync::Ticket ticket) {
  co_return co_await replica_.outbox().withdrawn(ticket);
}

Task<Result<>> ReplicaStore::submission_sent(sync::Ticket ticket) {
  co_return co_await replica_.outbox().sent(ticket);
}

Task<Result<>> ReplicaStore::submission_report(sync::SubmissionReport report) {
  CO_TRY(co_await replica_.outbox().reported(report));
  co_return Result<>();
}

Task<Result<std::vector<sync::Decide>>> ReplicaStore::decisions() {
  return replica_.outbox().decisions();
}

Task<Result<>> ReplicaStore::decision_sent(sync::Ticket ticket) {
  co_return co_await replica_.outbox().decision_sent(ticket);
}

Task<Result<std::vector<sync::Ticket>>> ReplicaStore::to_acknowledge(std::size_t limit) {
  return replica_.outbox().to_acknowledge(limit);
}

Task<Result<>> ReplicaStore::acknowledged(std::vector<sync::Ticket> tickets) {
  co_return co_await replica_.outbox().acknowledged(tickets);
}

Task<Result<Bytes>> ReplicaStore::content(sync::ContentDigest digest, std::uint64_t offset, std::size_t size) {
  CO_TRY_ASSIGN(const std::shared_ptr<replica::Body> body, co_await replica_.content(digest));
  Bytes octets(size);
  std::size_t filled = 0;
  while (filled < size) {
    CO_TRY_ASSIGN(const std::size_t count, co_await body->read_at(offset + filled, std::span(octets).subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  octets.resize(filled);
  co_return octets;
}

Task<Result<std::vector<sync::ItemKey>>> ReplicaStore::alike(sync::ContentDigest digest) {
  co_return co_await replica_.alike(digest);
}

Task<Result<replica::SyncProgress>> ReplicaStore::progress() {
  return replica_.progress();
}

Task<Result<QueueCounts>> ReplicaStore::queue_counts() {
  CO_TRY_ASSIGN(const queue::QueueCounts counts, co_await replica_.outbox().counts());
  QueueCounts result;
  result.operations = counts.operations;
  result.submissions = counts.submissions;
  result.held = counts.held;
  result.octets = counts.octets;
  co_return result;
}

}  // namespace proxy::client
