// Which bodies are wanted, in which order, and how much is still to come, as a person has it.
#include "tests/proxy/client/replica/world.h"

namespace proxy::client::replica {
namespace {

constexpr std::uint32_t kLarge = static_cast<std::uint32_t>(queue::kLargeBody) + 5;
constexpr std::int64_t kEver = INT64_MIN;

// INBOX 1..4 (4 is large), Later 1..3; in each a higher UID is newer, and INBOX is newer than Later.
Task<Result<>> two_mailboxes(World& w) {
  CO_TRY(co_await open(w));
  std::vector<sync::Folder> two;
  two.push_back(folder(1, "INBOX"));
  two.push_back(folder(2, "Later", 8));
  const sync::FeedMessage list = folders(std::move(two));
  CO_TRY(co_await w.replica->apply(list));
  std::vector<sync::SkeletonEntry> newer;
  for (std::uint32_t uid = 1; uid <= 4; ++uid) newer.push_back(entry(uid, uid == 4 ? kLarge : 0));
  for (sync::SkeletonEntry& each : newer) each.internal_date += 1000;
  const sync::FeedMessage inbox = skeleton(1, std::move(newer));
  CO_TRY(co_await w.replica->apply(inbox));
  const sync::FeedMessage later = skeleton(2, run(1, 3), 8);
  CO_TRY(co_await w.replica->apply(later));
  co_return Result<>();
}

Task<Result<std::string>> wanted(World& w, std::size_t limit = 100) {
  CO_TRY_ASSIGN(const auto bodies, co_await w.replica->wanted_bodies(BodyPolicy::All, kEver, limit));
  std::string text;
  for (const WantedBody& body : bodies)
    text += (text.empty() ? "" : " ") + body.server_mailbox.substr(0, 1) + std::to_string(body.server_uid.value);
  co_return text;
}

Task<Result<MailboxId>> id_of(World& w, std::string name) {
  CO_TRY_ASSIGN(const MailboxInfo info, co_await w.replica->mailbox(name));
  co_return info.id;
}

Task<Result<>> order(World& w, std::string name, std::uint32_t uid, Reorder how) {
  CO_TRY_ASSIGN(const MailboxId mailbox, co_await id_of(w, std::move(name)));
  const LocalUid local{uid};
  co_return co_await w.replica->order_bodies(mailbox, local, how);
}

Task<Result<std::string>> backlog(World& w) {
  CO_TRY_ASSIGN(const auto lines, co_await w.replica->backlog(BodyPolicy::All, kEver));
  std::string text;
  for (const Backlog& line : lines) {
    text += (text.empty() ? "" : " ") + line.name;
    if (line.uid.value != 0) text += "/" + std::to_string(line.uid.value);
    text += ":" + std::to_string(line.count);
    if (line.cancelled_count != 0) text += "-" + std::to_string(line.cancelled_count);
    if (line.rank.held) text += "(held)";
    if (line.rank.cancelled) text += "(cancelled)";
    if (line.waited_for) text += "(waited for)";
  }
  co_return text;
}

Task<Result<>> bring(World& w, std::uint32_t uid, std::uint32_t size) {
  const Bytes octets(size, std::byte{'x'});
  const sync::UidValidity validity{8};
  const sync::ServerUid server_uid{uid};
  CO_TRY_ASSIGN(auto sink, co_await w.replica->begin_body("Later", validity, server_uid, 0, size));
  CO_TRY(co_await sink->write(octets));
  co_return co_await sink->finish(sync::front_of(booster::crypto::sha256(octets).bytes));
}

CORO_TEST(ReplicaOrder, NewestFirstAndLargeOnesLast) {
  World w;
  CO_ASSERT_OK(co_await two_mailboxes(w));
  EXPECT_EQ((co_await wanted(w)).value(), "I3 I2 I1 L3 L2 L1 I4");
  EXPECT_EQ((co_await wanted(w, 2)).value(), "I3 I2");
  EXPECT_EQ((co_await backlog(w)).value(), "INBOX/4:1 INBOX:3 Later:3");
}

CORO_TEST(ReplicaOrder, RaisedAndLoweredMailboxesTakeTheirLargeOnesAlong) {
  World w;
  CO_ASSERT_OK(co_await two_mailboxes(w));
  CO_ASSERT_OK(co_await order(w, "Later", 0, Reorder::Raise));
  EXPECT_EQ((co_await wanted(w)).value(), "L3 L2 L1 I3 I2 I1 I4");
  EXPECT_EQ((co_await wanted(w, 4)).value(), "L3 L2 L1 I3");
  CO_ASSERT_OK(co_await order(w, "INBOX", 0, Reorder::Raise));
  EXPECT_EQ((co_await wanted(w)).value(), "I3 I2 I1 L3 L2 L1 I4")
      << "raised last, so in front; its large one is Bodies";
  CO_ASSERT_OK(co_await order(w, "INBOX", 0, Reorder::Lower));
  CO_ASSERT_OK(co_await order(w, "INBOX", 0, Reorder::Lower));
  EXPECT_EQ((co_await wanted(w)).value(), "L3 L2 L1 I3 I2 I1 I4");
  CO_ASSERT_OK(co_await order(w, "INBOX", 4, Reorder::Raise));
  EXPECT_EQ((co_await wanted(w)).value(), "L3 L2 L1 I4 I3 I2 I1");
}

CORO_TEST(ReplicaOrder, AHeldMailboxWaitsAndAProgramGoesThrough) {
  World w;
  CO_ASSERT_OK(co_await two_mailboxes(w));
  CO_ASSERT_OK(co_await order(w, "INBOX", 0, Reorder::Hold));
  EXPECT_EQ((co_await wanted(w)).value(), "L3 L2 L1");
  EXPECT_EQ((co_await backlog(w)).value(), "INBOX/4:1(held) INBOX:3(held) Later:3");
  CO_ASSERT_OK(co_await open(w));  // a restart
  EXPECT_EQ((co_await wanted(w)).value(), "L3 L2 L1");
  const MailboxId inbox = (co_await id_of(w, "INBOX")).value();
  const LocalUid first{1};
  EXPECT_TRUE((co_await w.replica->raise_body(inbox, first)).value());
  EXPECT_EQ((co_await wanted(w)).value(), "I1 L3 L2 L1");
  EXPECT_EQ((co_await backlog(w)).value(), "INBOX/4:1(held) INBOX:2(held) Later:3 INBOX/1:1(waited for)");
  CO_ASSERT_OK(co_await order(w, "INBOX", 4, Reorder::Release));
  EXPECT_EQ((co_await wanted(w)).value(), "I1 L3 L2 L1 I4");
  CO_ASSERT_OK(co_await order(w, "INBOX", 0, Reorder::Release));
  EXPECT_EQ((co_await wanted(w)).value(), "I1 I3 I2 L3 L2 L1 I4");
}

CORO_TEST(ReplicaOrder, TheOrderOutlivesTheReplica) {
  World w;
  CO_ASSERT_OK(co_await two_mailboxes(w));
  CO_ASSERT_OK(co_await order(w, "INBOX", 0, Reorder::Hold));
  w.replica.reset();
  std::filesystem::remove(w.options.directory / "replica.db");
  CO_ASSERT_OK(co_await two_mailboxes(w));
  EXPECT_EQ((co_await wanted(w)).value(), "L3 L2 L1");
}

CORO_TEST(ReplicaOrder, CancelledOnesAreNotWantedLaterOnesAre) {
  World w;
  CO_ASSERT_OK(co_await two_mailboxes(w));
  CO_ASSERT_OK(co_await order(w, "Later", 0, Reorder::Cancel));
  CO_ASSERT_OK(co_await order(w, "INBOX", 4, Reorder::Cancel));
  EXPECT_EQ((co_await wanted(w)).value(), "I3 I2 I1");
  const sync::FeedMessage fresh = skeleton(2, run(4, 4), 8);
  CO_ASSERT_OK(co_await w.replica->apply(fresh));
  EXPECT_EQ((co_await wanted(w)).value(), "I3 I2 I1 L4");
  EXPECT_EQ((co_await backlog(w)).value(), "INBOX/4:1(cancelled) INBOX:3 Later:1-3");
  CO_ASSERT_OK(co_await order(w, "Later", 0, Reorder::Release));
  CO_ASSERT_OK(co_await order(w, "INBOX", 4, Reorder::Release));
  EXPECT_EQ((co_await wanted(w)).value(), "I3 I2 I1 L4 L3 L2 L1 I4");
}

CORO_TEST(ReplicaOrder, WhatIsHereIsNoEntryAnyMore) {
  World w;
  CO_ASSERT_OK(co_await two_mailboxes(w));
  CO_ASSERT_OK(co_await order(w, "Later", 3, Reorder::Raise));
  EXPECT_EQ((co_await wanted(w)).value(), "L3 I3 I2 I1 L2 L1 I4");
  CO_ASSERT_OK(co_await bring(w, 3, 103));
  EXPECT_EQ((co_await wanted(w)).value(), "I3 I2 I1 L2 L1 I4");
  EXPECT_EQ((co_await order(w, "Later", 3, Reorder::Raise)).error().code, Errc::Conflict);
  EXPECT_EQ((co_await order(w, "Later", 9, Reorder::Raise)).error().code, Errc::NotFound);
  EXPECT_EQ((co_await w.replica->body_orders()).value().size(), 1U);
  CO_ASSERT_OK(co_await w.replica->evict());
  EXPECT_EQ((co_await w.replica->body_orders()).value().size(), 0U);
}

}  // namespace
}  // namespace proxy::client::replica
