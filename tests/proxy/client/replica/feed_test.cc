// What the server says ends up in the tables; eternal UIDs; state vectors; rebuilt replicas.
#include <fstream>

#include "tests/proxy/client/replica/world.h"

namespace proxy::client::replica {
namespace {

CORO_TEST(ReplicaFeed, ASkeletonIsAllottedInOrderAndAgainChangesNothing) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 5));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1 2:2 3:3 4:4 5:5");
  const sync::FeedMessage again = skeleton(1, run(1, 5));
  CO_ASSERT_OK(co_await w.replica->apply(again));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1 2:2 3:3 4:4 5:5");
  const auto vectors = co_await w.replica->vectors(BodyPolicy::All, INT64_MIN);
  CO_ASSERT_TRUE(vectors.value().mailboxes.size() == 2);
  EXPECT_EQ(vectors->mailboxes[0].uid_next.value, 6U);
  EXPECT_EQ(vectors->mailboxes[0].count, 5U);
  EXPECT_EQ(vectors->mailboxes[0].overview_below.value, 6U);
  EXPECT_EQ(vectors->folders_digest.size(), 32U);
}

CORO_TEST(ReplicaFeed, FlagsAndExpungesAreCountedAndDigested) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 3));
  const sync::FeedMessage seen = flagged(1, 2, Flags::kSeen);
  CO_ASSERT_OK(co_await w.replica->apply(seen));
  std::vector<sync::ServerUid> first(1);
  first[0] = {1};
  const sync::FeedMessage gone = vanished(1, std::move(first));
  CO_ASSERT_OK(co_await w.replica->apply(gone));
  const auto counts = co_await w.replica->counts("INBOX");
  EXPECT_EQ(counts->messages, 2U);
  EXPECT_EQ(counts->unseen, 1U);
  EXPECT_EQ(counts->size, 102U + 103U);
  EXPECT_EQ(counts->uid_next.value, 4U);
  auto has = plain(2, 3);
  has[0].flags.system = Flags::kSeen;
  const sync::FeedMessage end = synced(1, has, 4);
  EXPECT_FALSE((co_await w.replica->apply(end))->differs);
  has[0].flags.system = 0;
  const sync::FeedMessage other = synced(1, has, 4);
  EXPECT_TRUE((co_await w.replica->apply(other))->differs);
}

CORO_TEST(ReplicaFeed, TheNumberOfAMailThatIsGoneIsNotGivenAgain) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 3));
  std::vector<sync::ServerUid> newest(1);
  newest[0] = {3};
  const sync::FeedMessage gone = vanished(1, std::move(newest));
  CO_ASSERT_OK(co_await w.replica->apply(gone));
  const sync::FeedMessage fresh = skeleton(1, run(4, 4));
  CO_ASSERT_OK(co_await w.replica->apply(fresh));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1 2:2 3:4");
}

Task<Result<>> note_wanted(booster::runtime::Notify& wanted, bool& seen) {
  CO_TRY(co_await wanted.wait());
  seen = true;
  co_return Result<>();
}

// The row that a power cut took comes back with the UID that the ledger gave it, and without its body.
CORO_TEST(ReplicaFeed, TheBodyOfARowThatWasLostIsWantedAgain) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 2));
  w.replica.reset();
  std::filesystem::remove(w.options.directory / "replica.db");
  std::filesystem::remove(w.options.directory / "replica.db-wal");
  CO_ASSERT_OK(co_await open(w));
  std::vector<sync::Folder> one;
  one.push_back(folder(1, "INBOX"));
  const sync::FeedMessage list = folders(std::move(one));
  CO_ASSERT_OK(co_await w.replica->apply(list));
  bool wanted = false;
  const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
  booster::runtime::TaskScope beside(*here.loop, *here.scope);
  beside.spawn("wanted", note_wanted(w.replica->bodies_wanted(), wanted));
  const sync::FeedMessage again = skeleton(1, run(1, 2));
  CO_ASSERT_OK(co_await w.replica->apply(again));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1 2:2");
  EXPECT_TRUE(wanted);
  beside.cancel();
  co_await beside.join();
}

CORO_TEST(ReplicaFeed, UidsStayWhenTheReplicaIsLost) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  EXPECT_FALSE(w.replica->rebuilt());  // a first start is no loss
  CO_ASSERT_OK(co_await fill(w, 4));
  std::vector<sync::ServerUid> some(2);
  some[0] = {1};
  some[1] = {3};
  const sync::FeedMessage gone = vanished(1, std::move(some));
  CO_ASSERT_OK(co_await w.replica->apply(gone));
  const auto before = (co_await w.replica->counts("INBOX")).value();
  w.replica.reset();
  std::ofstream(w.options.directory / "replica.db") << std::string(20'000, 'x');
  std::filesystem::remove(w.options.directory / "replica.db-wal");
  CO_ASSERT_OK(co_await open(w));
  EXPECT_TRUE(w.replica->rebuilt());
  std::vector<sync::Folder> two;
  two.push_back(folder(1, "INBOX"));
  two.push_back(folder(2, "Archive", 8));
  const sync::FeedMessage list = folders(std::move(two));
  CO_ASSERT_OK(co_await w.replica->apply(list));
  std::vector<sync::SkeletonEntry> left;
  for (const std::uint32_t uid : {2, 4, 5}) left.push_back(entry(uid));
  const sync::FeedMessage entries = skeleton(1, std::move(left));
  CO_ASSERT_OK(co_await w.replica->apply(entries));
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:2 2:4 3:5");
  const auto after = (co_await w.replica->counts("INBOX")).value();
  EXPECT_EQ(after.uid_validity, before.uid_validity);
  EXPECT_GE(after.highest_mod_seq, before.highest_mod_seq);
}

CORO_TEST(ReplicaFeed, ARenameAtTheServerKeepsTheMailbox) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  const auto before = (co_await w.replica->counts("Archive")).value();
  std::vector<sync::Folder> two;
  two.push_back(folder(1, "INBOX"));
  two.push_back(folder(3, "Old", 8));
  const sync::FeedMessage list = folders(std::move(two));
  CO_ASSERT_OK(co_await w.replica->apply(list));
  EXPECT_EQ((co_await w.replica->counts("Old")).value().uid_validity, before.uid_validity);
  EXPECT_EQ((co_await w.replica->counts("Archive")).error().code, Errc::NotFound);
}

// UIDVALIDITYs are seconds at many servers: one mailbox gone and another come with the same may be a rename, or not.
CORO_TEST(ReplicaFeed, OneUidValidityDoesNotMakeOneMailbox) {
  const std::string mail = "Message-ID: <old@x>\r\nSubject: old\r\n\r\nold\r\n";
  const std::string other = "Message-ID: <new@x>\r\nSubject: new\r\n\r\nnew\r\n";
  const auto size = static_cast<std::uint32_t>(mail.size());
  for (const bool renamed : {false, true}) {
    World w;
    CO_ASSERT_OK(co_await open(w));
    CO_ASSERT_OK(co_await fill(w, 0));
    const sync::FeedMessage first = skeleton(2, {entry(1, size)}, 8);
    CO_ASSERT_OK(co_await w.replica->apply(first));
    sync::Overviews overviews;
    overviews.mailbox = 2;
    overviews.uid_validity = {8};
    overviews.items.push_back({{1}, codec::convert::encode_overview(codec::convert::overview(as_bytes(mail)))});
    const sync::FeedMessage described = overviews;
    CO_ASSERT_OK(co_await w.replica->apply(described));
    const auto has = plain(1, 1);
    const sync::FeedMessage all = synced(2, has, 2, 8);
    CO_ASSERT_OK(co_await w.replica->apply(all));

    std::vector<sync::Folder> now;
    now.push_back(folder(1, "INBOX"));
    now.push_back(folder(3, "Other", 8));
    const sync::FeedMessage list = folders(std::move(now));
    CO_ASSERT_OK(co_await w.replica->apply(list));
    sync::Rematch rematch;
    rematch.mailbox = 3;
    rematch.uid_validity = {8};
    rematch.items.push_back({{1}, codec::convert::match_key(as_bytes(renamed ? mail : other)), size});
    rematch.last = true;
    const sync::FeedMessage told = rematch;
    EXPECT_TRUE((co_await w.replica->apply(told))->differs);
    const auto vector = (co_await w.replica->vector_of(3)).value();
    CO_ASSERT_TRUE(vector.has_value());
    EXPECT_EQ(vector->count, renamed ? 1U : 0U);
    if (!renamed) {
      const sync::FeedMessage missing = skeleton(3, {entry(1, size)}, 8);
      CO_ASSERT_OK(co_await w.replica->apply(missing));
    }
    const sync::FeedMessage end = synced(3, has, 2, 8);
    EXPECT_FALSE((co_await w.replica->apply(end))->differs);
    const std::string kept = renamed ? "1:1" : "1:2";
    EXPECT_EQ((co_await shown(w, "Other")).value(), kept);
  }
}

CORO_TEST(ReplicaFeed, ANewServerValidityKeepsLocalUids) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 3));
  // The same mails under other UIDs; one of them is gone, one is new.
  std::vector<sync::SkeletonEntry> now;
  now.push_back(entry(3));
  now.push_back(entry(1));
  now.push_back(entry(9));
  for (std::uint32_t i = 0; i < 3; ++i) now[i].uid = {20 + i};
  const sync::FeedMessage entries = skeleton(1, std::move(now), 99);
  CO_ASSERT_OK(co_await w.replica->apply(entries));
  const auto has = plain(20, 22);
  const sync::FeedMessage end = synced(1, has, 23, 99);
  EXPECT_FALSE((co_await w.replica->apply(end))->differs);
  EXPECT_EQ((co_await shown(w, "INBOX")).value(), "1:1 2:3 3:4");
}

CORO_TEST(ReplicaFeed, ABrokenJournalIsNotReplaced) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  w.replica.reset();
  std::ofstream(w.options.directory / "journal.db") << std::string(20'000, 'x');
  std::filesystem::remove(w.options.directory / "journal.db-wal");
  const auto again = co_await open(w);
  EXPECT_EQ(again.error().code, Errc::Corrupt);
}

}  // namespace
}  // namespace proxy::client::replica
