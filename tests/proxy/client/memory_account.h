// An AccountStore in memory: one mailbox, bodies newest first, a journal of operations and submissions.
#pragma once
#include <map>
#include <set>

#include <algorithm>
#include "booster/crypto/digest.h"
#include "proxy/client/account_store.h"

namespace support {

using namespace proxy;
using namespace proxy::client;
using codec::Errc;
using codec::fail;
using codec::Result;

inline sync::Ticket ticket_of(std::uint8_t number) {
  sync::Ticket ticket{};
  ticket[0] = std::byte{number};
  return ticket;
}

class MemoryAccount final : public AccountStore {
 public:
  struct Message {
    sync::SkeletonEntry entry;
    Bytes part;
    bool whole = false;
    bool failed = false;
    bool raised = false;
  };
  std::map<std::uint32_t, Message> messages;
  std::uint32_t uid_next = 1;
  bool fetch_by_policy = true;
  std::size_t queries = 0;
  std::vector<sync::Operation> journal;
  std::map<sync::Ticket, sync::OperationResult::Code> results;
  std::vector<OutgoingSubmission> outbox;
  std::map<sync::Ticket, sync::SubmissionState> states;
  std::map<sync::ContentDigest, Bytes> contents;
  std::set<sync::Ticket> acknowledged_tickets;
  std::vector<queue::BodyOrder> orders;
  std::set<sync::Ticket> withdrawn;
  std::map<sync::ContentDigest, std::vector<sync::ItemKey>> likenesses;  // of what goes up
  std::vector<sync::HeldItems> held;
  std::vector<sync::HeldRanges> ranges;

  void submit(std::uint8_t number, Bytes octets) {
    OutgoingSubmission outgoing;
    outgoing.submission.ticket = ticket_of(number);
    outgoing.submission.sender = "a@example.org";
    sync::Recipient recipient;
    recipient.address = "b@example.org";
    outgoing.submission.recipients.push_back(recipient);
    outgoing.submission.size = octets.size();
    outgoing.submission.digest = booster::crypto::sha256(octets).bytes;
    contents[outgoing.submission.digest] = std::move(octets);
    outbox.push_back(outgoing);
    outbox_.raise();
  }
  void operate(sync::Operation operation) {
    journal.push_back(std::move(operation));
    operations_.raise();
  }
  // Changes one that waits or is on its way; `change` gets its OutgoingSubmission.
  void change(std::uint8_t number, auto change) {
    for (auto& outgoing : outbox)
      if (outgoing.submission.ticket == ticket_of(number)) change(outgoing);
    outbox_.raise();
  }
  // Of all mails (uid 0) or one.
  void order(queue::BodyOrder said) {
    said.mailbox = MailboxId{1};
    std::erase_if(orders, [&said](const queue::BodyOrder& other) { return other.uid == said.uid; });
    orders.push_back(said);
    orders_changed_.raise();
    wanted_.raise();
  }
  void want(std::uint32_t uid) {  // a program waits for it
    messages.at(uid).raised = true;
    wanted_.raise();
  }
  bool all_bodies() const {
    for (const auto& [uid, message] : messages)
      if (!message.whole) return false;
    return true;
  }

  Task<Result<sync::Vectors>> vectors() override {
    sync::Vectors vectors;
    if (uid_next > 1) vectors.mailboxes.push_back(vector());
    co_return vectors;
  }
  Task<Result<std::optional<sync::MailboxVector>>> vector_of(std::uint32_t) override { co_return vector(); }
  Task<Result<Applied>> apply(sync::FeedMessage message) override {
    Applied applied;
    if (const auto* skeleton = std::get_if<sync::Skeleton>(&message)) {
      for (const auto& entry : skeleton->entries) {
        messages[entry.uid.value].entry = entry;
        uid_next = std::max(uid_next, entry.uid.value + 1);
      }
      wanted_.raise();
    } else if (const auto* flags = std::get_if<sync::FlagChanges>(&message)) {
      for (const auto& entry : flags->entries) messages.at(entry.uid.value).entry.flags = entry.flags;
    } else if (const auto* vanished = std::get_if<sync::Vanished>(&message)) {
      for (const auto uid : vanished->uids) messages.erase(uid.value);
    } else if (const auto* synced = std::get_if<sync::MailboxSynced>(&message)) {
      applied.differs = synced->count != messages.size();
    }
    co_return applied;
  }
  Task<Result<sync::RangeStates>> range_states(sync::AskRanges) override { co_return sync::RangeStates(); }

  Task<Result<std::vector<WantedBody>>> wanted_bodies(std::size_t limit) override {
    std::vector<WantedBody> bodies;
    const queue::BodyOrders said(orders);
    for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
      const Message& message = at->second;
      const queue::BodyRank rank = said.rank(MailboxId{1}, LocalUid{at->first}, message.entry.size);
      if (message.whole || message.failed || (!message.raised && (!fetch_by_policy || !rank.comes()))) continue;
      bodies.push_back(wanted(at->first));
      bodies.back().of = message.raised ? Class::Interactive : rank.of;
    }
    std::stable_sort(bodies.begin(), bodies.end(), [&said](const WantedBody& a, const WantedBody& b) {
      const auto place = [&said](const WantedBody& each) {
        return std::tuple(!each.raised, each.of, said.rank(each.mailbox, each.uid, each.size).position);
      };
      return place(a) < place(b);
    });
    if (bodies.size() > limit) bodies.resize(limit);
    co_return bodies;
  }
  Task<Result<std::optional<WantedBody>>> wanted_body(MailboxId, LocalUid uid) override {
    ++queries;
    const auto found = messages.find(uid.value);
    std::optional<WantedBody> body;
    if (found != messages.end() && !found->second.whole) body = wanted(uid.value);
    co_return body;
  }
  Task<Result<>> drop_wish(MailboxId, LocalUid uid, Error) override {
    messages.at(uid.value).raised = false;
    co_return Result<>();
  }
  Task<Result<std::unique_ptr<BodySink>>> begin_body(BodyKey key, std::uint64_t offset, std::uint64_t) override {
    Message& message = messages.at(key.uid.value);
    if (offset != message.part.size()) co_return fail(Errc::Conflict, "offset");
    co_return std::make_unique<Sink>(message);
  }
  Task<Result<Bytes>> body_octets(BodyKey key, std::uint64_t from, std::size_t most) override {
    const auto found = messages.find(key.uid.value);
    if (found == messages.end() || !found->second.whole) co_return fail(Errc::NotFound, "not here");
    const ByteView octets = found->second.part;
    const ByteView rest = octets.subspan(std::min<std::size_t>(static_cast<std::size_t>(from), octets.size()));
    const ByteView some = rest.first(std::min(most, rest.size()));
    co_return Bytes(some.begin(), some.end());
  }
  Task<Result<std::vector<sync::HeldItems>>> held_bodies() override { co_return held; }
  Task<Result<std::vector<sync::HeldRanges>>> held_ranges() override { co_return ranges; }
  events::Signal& bodies_evicted() override { return evicted_; }
  Task<Result<>> body_failed(BodyKey key, std::string) override {
    messages.at(key.uid.value).failed = true;
    co_return Result<>();
  }
  events::Signal& bodies_wanted() override { return wanted_; }
  bool wants_new_bodies() const override { return fetch_by_policy; }
  Task<Result<queue::BodyOrders>> body_orders() override { co_return queue::BodyOrders(orders); }
  events::Signal& body_orders_changed() override { return orders_changed_; }

  Task<Result<std::vector<OutgoingOperation>>> operations(Sequence after, std::size_t limit) override {
    std::vector<OutgoingOperation> next;
    for (std::size_t i = static_cast<std::size_t>(after.value); i < journal.size() && next.size() < limit; ++i) {
      if (results.contains(journal[i].ticket)) continue;
      OutgoingOperation& outgoing = next.emplace_back();
      outgoing.sequence = Sequence{static_cast<std::int64_t>(i) + 1};
      outgoing.operation = journal[i];
    }
    co_return next;
  }
  Task<Result<>> operation_result(sync::OperationResult result) override {
    results[result.ticket] = result.code;
    co_return Result<>();
  }
  Task<Result<std::vector<OutgoingSubmission>>> submissions(std::size_t limit) override {
    std::vector<OutgoingSubmission> next;
    for (const auto& outgoing : outbox)
      if (!is_final(outgoing.submission.ticket) && !outgoing.held) next.push_back(outgoing);
    std::stable_sort(next.begin(), next.end(), [](const auto& a, const auto& b) { return a.of < b.of; });
    if (next.size() > limit) next.resize(limit);
    co_return next;
  }
  Task<Result<std::optional<OutgoingSubmission>>> submission(sync::Ticket ticket) override {
    std::optional<OutgoingSubmission> found;
    for (const auto& outgoing : outbox)
      if (outgoing.submission.ticket == ticket && !is_final(ticket)) found = outgoing;
    co_return found;
  }
  Task<Result<>> submission_withdrawn(sync::Ticket ticket) override {
    withdrawn.insert(ticket);
    std::erase_if(outbox, [&ticket](const auto& outgoing) { return outgoing.submission.ticket == ticket; });
    outbox_.raise();
    co_return Result<>();
  }
  Task<Result<>> submission_sent(sync::Ticket ticket) override {
    for (auto& outgoing : outbox)
      if (outgoing.submission.ticket == ticket) outgoing.sent = true;
    co_return Result<>();
  }
  Task<Result<>> submission_report(sync::SubmissionReport report) override {
    states[report.ticket] = report.state;
    co_return Result<>();
  }
  Task<Result<std::vector<sync::Decide>>> decisions() override {
    std::vector<sync::Decide> found;
    for (const auto& outgoing : outbox)
      if (outgoing.cancelled) found.push_back({outgoing.submission.ticket, sync::Decide::What::Cancel});
    co_return found;
  }
  Task<Result<>> decision_sent(sync::Ticket) override { co_return Result<>(); }
  Task<Result<std::vector<sync::Ticket>>> to_acknowledge(std::size_t) override {
    std::vector<sync::Ticket> tickets;
    for (const auto& [ticket, state] : states)
      if (is_final(ticket) && !acknowledged_tickets.contains(ticket)) tickets.push_back(ticket);
    co_return tickets;
  }
  Task<Result<>> acknowledged(std::vector<sync::Ticket> tickets) override {
    acknowledged_tickets.insert(tickets.begin(), tickets.end());
    co_return Result<>();
  }
  Task<Result<Bytes>> content(sync::ContentDigest digest, std::uint64_t offset, std::size_t size) override {
    const Bytes& all = contents.at(digest);
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(offset);
    const auto count = std::min<std::size_t>(size, all.size() - static_cast<std::size_t>(offset));
    co_return Bytes(from, from + static_cast<std::ptrdiff_t>(count));
  }
  Task<Result<std::vector<sync::ItemKey>>> alike(sync::ContentDigest digest) override { co_return likenesses[digest]; }
  events::Signal& operations_changed() override { return operations_; }
  events::Signal& outbox_changed() override { return outbox_; }
  Task<Result<replica::SyncProgress>> progress() override { co_return replica::SyncProgress(); }
  Task<Result<QueueCounts>> queue_counts() override { co_return QueueCounts(); }

 private:
  class Sink final : public BodySink {
   public:
    explicit Sink(Message& message) : message_(message) {}
    std::uint64_t offset() const override { return message_.part.size(); }
    Task<Result<>> write(ByteView octets) override {
      message_.part.insert(message_.part.end(), octets.begin(), octets.end());
      co_return Result<>();
    }
    Task<Result<>> finish(sync::DigestFront digest) override {
      if (sync::front_of(booster::crypto::sha256(message_.part).bytes) != digest) {
        message_.part.clear();
        co_return fail(Errc::Protocol, "digest");
      }
      message_.whole = true;
      co_return Result<>();
    }
    Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into) override {
      const std::size_t at = static_cast<std::size_t>(offset);
      const std::size_t count = std::min(into.size(), message_.part.size() - std::min(at, message_.part.size()));
      std::copy_n(message_.part.begin() + static_cast<std::ptrdiff_t>(at), count, into.begin());
      co_return count;
    }

   private:
    Message& message_;
  };

  bool is_final(const sync::Ticket& ticket) const {
    const auto found = states.find(ticket);
    return found != states.end() &&
           (found->second == sync::SubmissionState::Done || found->second == sync::SubmissionState::Failed);
  }
  sync::MailboxVector vector() const {
    sync::MailboxVector vector;
    vector.name = "INBOX";
    vector.uid_validity = sync::UidValidity{7};
    vector.uid_next = sync::ServerUid{uid_next};
    vector.count = static_cast<std::uint32_t>(messages.size());
    return vector;
  }
  WantedBody wanted(std::uint32_t uid) const {
    const Message& message = messages.at(uid);
    WantedBody body;
    body.mailbox = MailboxId{1};
    body.uid = LocalUid{uid};
    body.server_mailbox = "INBOX";
    body.uid_validity = sync::UidValidity{7};
    body.server_uid = sync::ServerUid{uid};
    body.size = message.entry.size;
    body.raised = message.raised;
    body.offset = message.part.size();
    body.running = booster::crypto::sha256(message.part).bytes;
    return body;
  }
  events::Signal wanted_;
  events::Signal evicted_;
  events::Signal orders_changed_;
  events::Signal operations_;
  events::Signal outbox_;
};

}  // namespace support
