// ReplicaStore: the account's journal and replica as the stories see them.
#pragma once
#include <chrono>

#include "booster/runtime/loop.h"
#include "booster/runtime/scope.h"
#include "proxy/client/account_store.h"
#include "proxy/client/replica/replica.h"

namespace proxy::client {

struct BodySettings {
  replica::BodyPolicy policy = replica::BodyPolicy::All;
  std::chrono::days recent{30};  // Recent: not older
};

class ReplicaStore final : public AccountStore {
 public:
  ReplicaStore(booster::runtime::Loop& loop, replica::Replica& replica, BodySettings settings)
      : loop_(loop), replica_(replica), settings_(settings) {}

  // Turns the replica's notifications into signals that cannot be missed, and has it look at what comes; runs as long
  // as the store is used.
  void relay(booster::runtime::TaskScope& tasks);

  Task<Result<sync::Vectors>> vectors() override;
  Task<Result<std::optional<sync::MailboxVector>>> vector_of(std::uint32_t feed_number) override;
  Task<Result<Applied>> apply(sync::FeedMessage message) override;
  Task<Result<sync::RangeStates>> range_states(sync::AskRanges asked) override;
  Task<Result<std::vector<WantedBody>>> wanted_bodies(std::size_t limit) override;
  Task<Result<std::optional<WantedBody>>> wanted_body(MailboxId mailbox, LocalUid uid) override;
  Task<Result<>> drop_wish(MailboxId mailbox, LocalUid uid, Error why) override;
  Task<Result<Bytes>> body_octets(BodyKey key, std::uint64_t from, std::size_t most) override;
  Task<Result<std::vector<sync::HeldItems>>> held_bodies() override;
  Task<Result<std::vector<sync::HeldRanges>>> held_ranges() override;
  events::Signal& bodies_evicted() override { return bodies_evicted_; }
  Task<Result<std::unique_ptr<BodySink>>> begin_body(BodyKey key, std::uint64_t offset, std::uint64_t size) override;
  Task<Result<>> body_failed(BodyKey key, std::string text) override;
  events::Signal& bodies_wanted() override { return bodies_wanted_; }
  bool wants_new_bodies() const override { return settings_.policy != replica::BodyPolicy::OnDemand; }
  Task<Result<queue::BodyOrders>> body_orders() override;
  events::Signal& body_orders_changed() override { return body_orders_changed_; }
  Task<Result<std::vector<OutgoingOperation>>> operations(Sequence after, std::size_t limit) override;
  Task<Result<>> operation_result(sync::OperationResult result) override;
  Task<Result<std::vector<OutgoingSubmission>>> submissions(std::size_t limit) override;
  Task<Result<std::optional<OutgoingSubmission>>> submission(sync::Ticket ticket) override;
  Task<Result<>> submission_withdrawn(sync::Ticket ticket) override;
  Task<Result<>> submission_sent(sync::Ticket ticket) override;
  Task<Result<>> submission_report(sync::SubmissionReport report) override;
  Task<Result<std::vector<sync::Decide>>> decisions() override;
  Task<Result<>> decision_sent(sync::Ticket ticket) override;
  Task<Result<std::vector<sync::Ticket>>> to_acknowledge(std::size_t limit) override;
  Task<Result<>> acknowledged(std::vector<sync::Ticket> tickets) override;
  Task<Result<Bytes>> content(sync::ContentDigest digest, std::uint64_t offset, std::size_t size) override;
  Task<Result<std::vector<sync::ItemKey>>> alike(sync::ContentDigest digest) override;
  events::Signal& operations_changed() override { return operations_changed_; }
  events::Signal& outbox_changed() override { return outbox_changed_; }
  Task<Result<replica::SyncProgress>> progress() override;
  Task<Result<QueueCounts>> queue_counts() override;

  // What the policy still wants, for people.
  Task<Result<std::vector<replica::Backlog>>> backlog();

  events::Signal& mail_changed() { return mail_changed_; }  // some mailbox, or their list

 private:
  static Task<Result<>> relay_one(booster::runtime::Notify& from, events::Signal& to);
  Task<Result<>> relay_orders();
  Task<Result<>> relay_evictions();
  Task<Result<>> sketch_contents();
  std::int64_t recent_since() const;

  booster::runtime::Loop& loop_;
  replica::Replica& replica_;
  BodySettings settings_;
  events::Signal bodies_wanted_;
  events::Signal bodies_evicted_;
  events::Signal body_orders_changed_;
  events::Signal operations_changed_;
  events::Signal outbox_changed_;
  events::Signal mail_changed_;
  events::Signal contents_changed_;
};

}  // namespace proxy::client
