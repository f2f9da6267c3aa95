// Message numbers as a session knows them.
#include "tests/proxy/client/replica/world.h"

namespace proxy::client::replica {
namespace {

CORO_TEST(ReplicaView, NumbersStayUntilThePollThatTellsOfTheExpunge) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 6));
  auto view = (co_await w.replica->view("INBOX")).value();
  std::vector<sync::ServerUid> some(2);
  some[0] = {2};
  some[1] = {5};
  const sync::FeedMessage gone = vanished(1, std::move(some));
  CO_ASSERT_OK(co_await w.replica->apply(gone));
  const sync::FeedMessage fresh = skeleton(1, run(7, 8));
  CO_ASSERT_OK(co_await w.replica->apply(fresh));
  const RowQuery query = all_rows();
  EXPECT_EQ(uids((co_await view->rows(query, LocalUid())).value()), "1:1 3:3 4:4 6:6");
  RowQuery numbers;
  numbers.by_uid = false;
  numbers.set.push_back({2, 4});
  EXPECT_EQ(uids((co_await view->rows(numbers, LocalUid())).value()), "3:3 4:4");
  const auto quiet = (co_await view->poll(false)).value();
  EXPECT_TRUE(quiet.expunged.empty());
  EXPECT_EQ(quiet.exists, 8U);
  const auto told = (co_await view->poll(true)).value();
  EXPECT_EQ(told.expunged, (std::vector<std::uint32_t>{5, 2}));
  EXPECT_EQ(view->exists(), 6U);
  EXPECT_EQ(uids((co_await view->rows(query, LocalUid())).value()), "1:1 2:3 3:4 4:6 5:7 6:8");
  EXPECT_EQ(view->last_uid().value, 8U);
}

CORO_TEST(ReplicaView, OthersChangesAreToldAndOnesOwnAreNot) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 3));
  auto one = (co_await w.replica->view("INBOX")).value();
  auto two = (co_await w.replica->view("INBOX")).value();
  const auto version = two->version();
  UidRanges set;
  set.push_back({2, 3});
  const Flags seen{Flags::kSeen, {}};
  const auto stored = co_await one->store(set, StoreMode::Add, seen, std::nullopt);
  CO_ASSERT_OK(stored);
  EXPECT_GT(two->version(), version);
  EXPECT_TRUE((co_await one->poll(true)).value().flags.empty());
  EXPECT_EQ(uids((co_await two->poll(true)).value().flags), "2:2/1 3:3/1");
  EXPECT_TRUE((co_await two->poll(true)).value().flags.empty());
  EXPECT_EQ((co_await two->first_unseen()).value(), 1U);
  const auto refused = co_await two->store(set, StoreMode::Remove, seen, stored->mod_seq - 2);
  EXPECT_EQ(refused->modified, set);
}

CORO_TEST(ReplicaView, TwoHundredThousandMessagesAreNumberedByIndexes) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 0));
  constexpr std::uint32_t kMany = 200'000;
  for (std::uint32_t first = 1; first < kMany; first += 2000) {
    const sync::FeedMessage part = skeleton(1, run(first, first + 1999));
    CO_ASSERT_OK(co_await w.replica->apply(part));
  }
  auto view = (co_await w.replica->view("INBOX")).value();
  EXPECT_EQ(view->exists(), kMany);
  std::vector<sync::ServerUid> some(1);
  some[0] = {100'000};
  const sync::FeedMessage gone = vanished(1, std::move(some));
  CO_ASSERT_OK(co_await w.replica->apply(gone));
  RowQuery numbers;
  numbers.by_uid = false;
  numbers.set.push_back({99'999, 100'001});
  numbers.set.push_back({kMany, kMany});
  EXPECT_EQ(uids((co_await view->rows(numbers, LocalUid())).value()), "99999:99999 100001:100001 200000:200000");
  const auto told = (co_await view->poll(true)).value();
  CO_ASSERT_TRUE(told.expunged.size() == 1);
  EXPECT_EQ(told.expunged[0], 100'000U);
  EXPECT_EQ(uids((co_await view->rows(numbers, LocalUid())).value()), "99999:99999 100000:100001 100001:100002");
  EXPECT_EQ((co_await w.replica->counts("INBOX")).value().messages, kMany - 1);
}

}  // namespace
}  // namespace proxy::client::replica
