// What programs write is durable at once, follows the server's word later, and is never lost.
#include <fstream>

#include "tests/proxy/client/replica/world.h"

namespace proxy::client::replica {
namespace {

using Code = sync::OperationResult::Code;

Task<Result<>> answer(World& w, Code code, std::vector<sync::ServerUid> made, std::uint32_t validity) {
  CO_TRY_ASSIGN(const auto out, co_await w.replica->next_operations(queue::Sequence(), 16));
  if (out.empty()) co_return fail(Errc::NotFound, "no operation");
  sync::OperationResult result;
  result.ticket = out.front().operation.ticket;
  result.code = code;
  result.text = "no";
  result.target_validity = {validity};
  result.made = std::move(made);
  co_return co_await w.replica->operation_result(result);
}

std::vector<sync::ServerUid> made(std::uint32_t uid) {
  std::vector<sync::ServerUid> uids(1);
  uids[0] = {uid};
  return uids;
}

UidRanges one(std::uint32_t uid) {
  UidRanges set;
  set.push_back({uid, uid});
  return set;
}

Task<Result<Appended>> append(World& w, std::string mailbox, std::string octets) {
  CO_TRY_ASSIGN(const Content content, co_await put(w, std::move(octets)));
  const Flags seen{Flags::kSeen, {}};
  co_return co_await w.replica->append(mailbox, content, seen, 1'700'000'500, std::int16_t(0));
}

const char* const kMail = "Subject: x\r\nMessage-ID: <1@x>\r\n\r\nhello\r\n";
const std::uint32_t kMailSize = 40;
const LocalUid kFirstUid{1};
const sync::UidValidity kValidity{7};
const sync::ServerUid kFirstServer{1};

CORO_TEST(ReplicaWrites, APendingFlagIsNotUndoneByAnOlderState) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 2));
  auto view = (co_await w.replica->view("INBOX")).value();
  const auto set = one(1);
  const Flags flag{Flags::kFlagged, {}};
  CO_ASSERT_OK(co_await view->store(set, StoreMode::Add, flag, std::nullopt));
  const sync::FeedMessage older = flagged(1, 1, Flags::kSeen);
  CO_ASSERT_OK(co_await w.replica->apply(older));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1/5 2:2");
  std::vector<sync::ServerUid> none;
  CO_ASSERT_OK(co_await answer(w, Code::Refused, none, 7));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1/1 2:2");
  EXPECT_EQ((co_await w.replica->notices()).value().size(), 1U);
}

CORO_TEST(ReplicaWrites, AnAppendIsOneMessageWhicheverWordComesFirst) {
  for (const bool skeleton_first : {false, true}) {
    World w;
    CO_ASSERT_OK(co_await open(w));
    CO_ASSERT_OK(co_await fill(w, 2));
    const auto appended = co_await append(w, "INBOX", kMail);
    CO_ASSERT_OK(appended);
    EXPECT_EQ(appended->uid.value, 3U);
    std::vector<sync::SkeletonEntry> entries;
    entries.push_back(entry(50, kMailSize));
    entries.push_back(entry(51));
    const sync::FeedMessage told = skeleton(1, std::move(entries));
    if (skeleton_first) CO_ASSERT_OK(co_await w.replica->apply(told));
    EXPECT_EQ((co_await w.replica->counts("INBOX")).value().messages, 3U + unsigned(skeleton_first));
    CO_ASSERT_OK(co_await answer(w, Code::Done, made(50), 7));
    if (!skeleton_first) CO_ASSERT_OK(co_await w.replica->apply(told));
    EXPECT_EQ((co_await w.replica->counts("INBOX")).value().messages, 4U);
    const auto vectors = co_await w.replica->vectors(BodyPolicy::All, INT64_MIN);
    EXPECT_EQ(vectors->mailboxes[0].count, 4U);
  }
}

CORO_TEST(ReplicaWrites, ARefusedAppendIsRecoveredAndSurvivesALostReplica) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 0));
  CO_ASSERT_OK(co_await append(w, "INBOX", kMail));
  std::vector<sync::ServerUid> none;
  CO_ASSERT_OK(co_await answer(w, Code::Refused, none, 0));
  EXPECT_EQ((co_await w.replica->counts("INBOX")).value().messages, 0U);
  EXPECT_EQ((co_await shown(w, "Recovered")).value(), "1:1/1");
  w.replica.reset();
  for (const char* name : {"replica.db", "replica.db-wal"}) std::filesystem::remove(w.options.directory / name);
  CO_ASSERT_OK(co_await open(w));
  EXPECT_EQ((co_await shown(w, "Recovered")).value(), "1:1/1");
  const auto info = (co_await w.replica->mailbox("Recovered")).value();
  const auto body = (co_await w.replica->body(info.id, kFirstUid)).value();
  EXPECT_TRUE(body->complete());
  EXPECT_EQ(body->size(), kMailSize);
}

CORO_TEST(ReplicaWrites, ARefusedMoveComesBackAsANewMessage) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 2));
  auto view = (co_await w.replica->view("INBOX")).value();
  const auto set = one(1);
  const auto moved = co_await view->move(set, "Archive");
  CO_ASSERT_OK(moved);
  EXPECT_EQ(moved->from, set);
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:2");
  EXPECT_EQ((co_await shown(w, "Archive")).value(), "1:1");
  std::vector<sync::ServerUid> none;
  CO_ASSERT_OK(co_await answer(w, Code::Refused, none, 8));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:2 2:3");
  EXPECT_EQ((co_await shown(w, "Archive")).value(), "");
}

CORO_TEST(ReplicaWrites, ARefusedCopyTakesTheExpungeOfItsOriginalBack) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 2));
  auto view = (co_await w.replica->view("INBOX")).value();
  const auto set = one(1);
  CO_ASSERT_OK(co_await view->copy(set, "Archive"));
  const Flags deleted{Flags::kDeleted, {}};
  CO_ASSERT_OK(co_await view->store(set, StoreMode::Add, deleted, std::nullopt));
  const std::optional<UidRanges> all;
  CO_ASSERT_OK(co_await view->expunge(all));
  EXPECT_EQ((co_await w.replica->next_operations(queue::Sequence(), 16)).value().size(), 2U);  // the expunge waits
  std::vector<sync::ServerUid> none;
  CO_ASSERT_OK(co_await answer(w, Code::Refused, none, 8));
  CO_ASSERT_OK(co_await answer(w, Code::Done, none, 0));
  EXPECT_EQ((co_await w.replica->next_operations(queue::Sequence(), 16)).value().size(), 0U);
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:2 2:3/8");
}

CORO_TEST(ReplicaWrites, OperationsSurviveAndAreMadeGoodInALostReplica) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 3));
  {
    auto view = (co_await w.replica->view("INBOX")).value();
    const auto set = one(1);
    const Flags flag{Flags::kFlagged, {}};
    CO_ASSERT_OK(co_await view->store(set, StoreMode::Add, flag, std::nullopt));
    const auto other = one(2);
    CO_ASSERT_OK(co_await view->move(other, "Archive"));
  }
  CO_ASSERT_OK(co_await append(w, "Archive", kMail));
  w.replica.reset();
  for (const char* name : {"replica.db", "replica.db-wal"}) std::filesystem::remove(w.options.directory / name);
  CO_ASSERT_OK(co_await open(w));
  EXPECT_EQ((co_await shown(w, "Archive")).value(), "1:1 2:2/1");
  CO_ASSERT_OK(co_await fill(w, 3));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1/4 2:3");
  const auto out = (co_await w.replica->next_operations(queue::Sequence(), 16)).value();
  CO_ASSERT_TRUE(out.size() == 3);
  EXPECT_EQ(out[1].operation.items[0].uid.value, 2U);
  EXPECT_EQ(out[2].operation.octets.size(), kMailSize);
}

CORO_TEST(ReplicaWrites, FoldersAreMadeRenamedAndDeletedAtOnce) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  CO_ASSERT_OK(co_await w.replica->create("A", ""));
  EXPECT_EQ((co_await w.replica->create("A", "")).error().code, Errc::Conflict);
  CO_ASSERT_OK(co_await w.replica->rename("A", "B"));
  const auto b = (co_await w.replica->counts("B")).value();
  CO_ASSERT_OK(co_await w.replica->remove("Archive"));
  EXPECT_EQ((co_await w.replica->mailboxes()).value().size(), 2U);
  std::vector<sync::ServerUid> none;
  CO_ASSERT_OK(co_await answer(w, Code::Done, none, 0));
  CO_ASSERT_OK(co_await answer(w, Code::Done, none, 0));
  CO_ASSERT_OK(co_await answer(w, Code::Refused, none, 0));
  EXPECT_EQ((co_await w.replica->mailboxes()).value().size(), 3U);
  std::vector<sync::Folder> three;
  three.push_back(folder(1, "INBOX"));
  three.push_back(folder(2, "Archive", 8));
  three.push_back(folder(3, "B", 9));
  const sync::FeedMessage list = folders(std::move(three));
  CO_ASSERT_OK(co_await w.replica->apply(list));
  EXPECT_EQ((co_await w.replica->counts("B")).value().uid_validity, b.uid_validity);
  EXPECT_EQ((co_await w.replica->mailboxes()).value().size(), 3U);
}

CORO_TEST(ReplicaWrites, ABodyArrivesResumesAndIsEvicted) {
  World w;
  w.options.size_limit = 1;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  const Bytes octets(101, std::byte{'x'});
  const auto digest = booster::crypto::sha256(octets);
  {
    auto sink = (co_await w.replica->begin_body("INBOX", kValidity, kFirstServer, 0, 101)).value();
    const Bytes part(60, std::byte{'x'});
    CO_ASSERT_OK(co_await sink->write(part));
  }
  const auto info = (co_await w.replica->mailbox("INBOX")).value();
  const auto wanted = (co_await w.replica->wanted_body(info.id, kFirstUid)).value();
  CO_ASSERT_TRUE(wanted.has_value());
  EXPECT_EQ(wanted->offset, 60U);
  const auto waiting = (co_await w.replica->body(info.id, kFirstUid)).value();
  EXPECT_TRUE((co_await w.replica->raise_body(info.id, kFirstUid)).value());
  {
    auto sink = (co_await w.replica->begin_body("INBOX", kValidity, kFirstServer, 60, 101)).value();
    (void)(co_await w.replica->begin_body("INBOX", kValidity, kFirstServer, 60, 101)).value();  // given up at once
    EXPECT_FALSE(waiting->failed()) << "another brings it";
    const Bytes rest(41, std::byte{'x'});
    CO_ASSERT_OK(co_await sink->write(rest));
    CO_ASSERT_OK(co_await sink->finish(sync::front_of(digest.bytes)));
  }
  EXPECT_TRUE(waiting->complete());
  EXPECT_FALSE((co_await w.replica->raise_body(info.id, kFirstUid)).value()) << "it is here";
  const auto body = (co_await w.replica->body(info.id, kFirstUid)).value();
  Bytes read(200);
  EXPECT_EQ((co_await body->read_at(0, read)).value(), 101U);
  EXPECT_EQ((co_await w.replica->evict()).value(), 101U);
  EXPECT_FALSE((co_await w.replica->body(info.id, kFirstUid)).value()->complete());
  CO_ASSERT_OK(co_await append(w, "INBOX", kMail));
  EXPECT_EQ((co_await w.replica->evict()).value(), 0U);  // unsent
}

// A small mail that comes unasked has its overview in it.
CORO_TEST(ReplicaWrites, ABodyBringsTheOverviewThatIsNotHere) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  EXPECT_EQ((co_await w.replica->vectors(BodyPolicy::All, INT64_MIN)).value().mailboxes.at(0).overview_below.value, 2U);
  const Bytes octets = codec::to_bytes("Subject: tides\r\n\r\nthe first lines\r\n");
  auto sink = (co_await w.replica->begin_body("INBOX", kValidity, kFirstServer, 0, octets.size())).value();
  CO_ASSERT_OK(co_await sink->write(octets));
  CO_ASSERT_OK(co_await sink->finish(sync::front_of(booster::crypto::sha256(octets).bytes)));
  EXPECT_EQ((co_await w.replica->vectors(BodyPolicy::All, INT64_MIN)).value().mailboxes.at(0).overview_below.value, 0U);
  auto view = (co_await w.replica->view("INBOX")).value();
  RowQuery query = all_rows();
  query.overview = true;
  const auto rows = (co_await view->rows(query, LocalUid())).value();
  CO_ASSERT_TRUE(rows.at(0).overview != nullptr);
  EXPECT_EQ(*rows.at(0).overview, codec::convert::overview(octets));
}

// The agent leaves previews out while every body is to come; what is evicted keeps its own.
CORO_TEST(ReplicaWrites, WhatIsEvictedLeavesItsPreview) {
  World w;
  w.options.size_limit = 1;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  EXPECT_TRUE((co_await w.replica->vectors(BodyPolicy::All, INT64_MIN)).value().bodies_follow);
  EXPECT_FALSE((co_await w.replica->vectors(BodyPolicy::Recent, 0)).value().bodies_follow);
  const Bytes octets = codec::to_bytes("Subject: s\r\n\r\nthe first lines\r\n");
  codec::convert::Overview overview = codec::convert::overview(octets);
  overview.preview.clear();
  sync::Overviews told;
  told.mailbox = 1;
  told.uid_validity = kValidity;
  told.items.push_back({kFirstServer, codec::convert::encode_overview(overview)});
  const sync::FeedMessage message = told;
  CO_ASSERT_OK(co_await w.replica->apply(message));
  auto sink = (co_await w.replica->begin_body("INBOX", kValidity, kFirstServer, 0, octets.size())).value();
  CO_ASSERT_OK(co_await sink->write(octets));
  CO_ASSERT_OK(co_await sink->finish(sync::front_of(booster::crypto::sha256(octets).bytes)));
  sink.reset();
  EXPECT_FALSE((co_await w.replica->vectors(BodyPolicy::All, INT64_MIN)).value().bodies_follow)
      << "the limit is reached";
  auto view = (co_await w.replica->view("INBOX")).value();
  RowQuery query = all_rows();
  query.overview = true;
  EXPECT_EQ((co_await view->rows(query, LocalUid())).value().at(0).overview->preview, "");
  EXPECT_GT((co_await w.replica->evict()).value(), 0U);
  EXPECT_EQ((co_await view->rows(query, LocalUid())).value().at(0).overview->preview, "the first lines");
}

CORO_TEST(ReplicaWrites, WhoWaitsForABodyIsToldAndTheNextStartAsksAgain) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  const auto info = (co_await w.replica->mailbox("INBOX")).value();
  auto waiting = (co_await w.replica->body(info.id, kFirstUid)).value();
  EXPECT_TRUE((co_await w.replica->raise_body(info.id, kFirstUid)).value());
  Error later(Errc::Unreachable, "not now");
  CO_ASSERT_OK(co_await w.replica->drop_body_wish(info.id, kFirstUid, later));
  CO_ASSERT_TRUE(waiting->failed().has_value());
  EXPECT_EQ(waiting->failed()->what, "not now");
  waiting = (co_await w.replica->body(info.id, kFirstUid)).value();
  EXPECT_FALSE(waiting->failed()) << "asked for anew";
  CO_ASSERT_OK(co_await w.replica->body_failed("INBOX", kValidity, kFirstServer, "gone"));
  EXPECT_EQ(waiting->failed()->code, Errc::NotFound);
  const auto none = (co_await w.replica->wanted_bodies(BodyPolicy::All, INT64_MIN, 9)).value();
  EXPECT_TRUE(none.empty());
  waiting.reset();
  w.replica.reset();
  CO_ASSERT_OK(co_await open(w));
  const auto again = (co_await w.replica->wanted_bodies(BodyPolicy::All, INT64_MIN, 9)).value();
  EXPECT_EQ(again.size(), 1U);
}

CORO_TEST(ReplicaWrites, TheServersRightsRule) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 2));
  sync::MailboxSynced told = std::get<sync::MailboxSynced>(synced(1, plain(1, 2), 3));
  told.rights = {false, false, {"Known"}};
  const sync::FeedMessage few = told;
  CO_ASSERT_OK(co_await w.replica->apply(few));
  {
    auto view = (co_await w.replica->view("INBOX")).value();
    EXPECT_FALSE(view->mailbox().any_keyword);
    const auto set = one(1);
    const Flags wanted{Flags::kSeen, {"Known", "Unknown"}};
    CO_ASSERT_OK(co_await view->store(set, StoreMode::Add, wanted, std::nullopt));
    const RowQuery query = all_rows();
    const Flags kept{Flags::kSeen, {"Known"}};
    EXPECT_EQ((co_await view->rows(query, LocalUid())).value().at(0).flags, kept);
  }
  told.rights = {true, true, {}};
  const sync::FeedMessage none = told;
  CO_ASSERT_OK(co_await w.replica->apply(none));
  auto view = (co_await w.replica->view("INBOX")).value();
  const auto set = one(2);
  const Flags wanted{Flags::kSeen, {}};
  EXPECT_EQ((co_await view->store(set, StoreMode::Add, wanted, std::nullopt)).error().code, Errc::Denied);
}

CORO_TEST(ReplicaWrites, ABodyIsAsLongAsItIsWhateverTheServerStated) {
  for (const std::uint64_t real : {60U, 140U}) {
    World w;
    CO_ASSERT_OK(co_await open(w));
    CO_ASSERT_OK(co_await fill(w, 1));  // states 101
    const auto info = (co_await w.replica->mailbox("INBOX")).value();
    const auto reading = (co_await w.replica->body(info.id, kFirstUid)).value();
    EXPECT_FALSE(reading->counted());
    auto sink = (co_await w.replica->begin_body("INBOX", kValidity, kFirstServer, 0, real)).value();
    EXPECT_TRUE(reading->counted());
    EXPECT_EQ(reading->size(), real);
    const Bytes octets(real, std::byte{'x'});
    CO_ASSERT_OK(co_await sink->write(octets));
    CO_ASSERT_OK(co_await sink->finish(sync::front_of(booster::crypto::sha256(octets).bytes)));
    EXPECT_EQ((co_await w.replica->body(info.id, kFirstUid)).value()->size(), real);
    auto view = (co_await w.replica->view("INBOX")).value();
    const RowQuery query = all_rows();
    EXPECT_EQ((co_await view->rows(query, LocalUid())).value().at(0).size, real);
  }
}

}  // namespace
}  // namespace proxy::client::replica
