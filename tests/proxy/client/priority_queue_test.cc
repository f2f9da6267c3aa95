// The queue as a person sees and orders it: what goes up and what comes down, of a real replica, off-line.
#include "proxy/client/priority_queue.h"

#include "tests/proxy/client/replica/world.h"

namespace proxy::client {
namespace {

using replica::entry;
using replica::folder;
using replica::folders;
using replica::skeleton;

constexpr std::uint32_t kAccount = 3;

class NoPassword final : public Credentials {
 public:
  Task<Result<std::optional<booster::crypto::Secret>>> password() override {
    std::optional<booster::crypto::Secret> none;
    co_return std::move(none);
  }
};

EngineOptions options() {
  EngineOptions made;
  made.account = sync::AccountHandle{kAccount};
  made.address = "alice@example.org";
  return made;
}

struct Desk {
  explicit Desk(booster::runtime::Loop& loop, replica::World& world)
      : store(loop, *world.replica, BodySettings()),
        engine(loop, store, password, events, options()),
        queue(kAccount, *world.replica, store, engine) {}
  NoPassword password;
  events::Events events;
  ReplicaStore store;
  AccountEngine engine;
  PriorityQueue queue;
};

// INBOX with 1, 2 and a large 3.
Task<Result<>> fill(replica::World& w) {
  CO_TRY(co_await replica::open(w));
  std::vector<sync::Folder> one;
  one.push_back(folder(1, "INBOX"));
  const sync::FeedMessage list = folders(std::move(one));
  CO_TRY(co_await w.replica->apply(list));
  std::vector<sync::SkeletonEntry> entries;
  for (std::uint32_t uid = 1; uid <= 3; ++uid) entries.push_back(entry(uid, uid == 3 ? 3'000'000 : 100));
  const sync::FeedMessage mails = skeleton(1, std::move(entries));
  CO_TRY(co_await w.replica->apply(mails));
  co_return Result<>();
}

Task<Result<std::string>> submit(replica::World& w, Class start) {
  queue::NewSubmission mail;
  mail.submission.sender = "me@x.example";
  mail.submission.recipients.push_back({"a@x.example", 0, {}});
  mail.submission.size = 500;
  mail.start = start;
  co_return co_await w.replica->outbox().submit(mail);
}

Task<Result<>> flag_first(replica::World& w) {
  CO_TRY_ASSIGN(auto view, co_await w.replica->view("INBOX"));
  replica::UidRanges first;
  first.push_back({1, 1});
  const replica::Flags flag{replica::Flags::kFlagged, {}};
  CO_TRY(co_await view->store(first, replica::StoreMode::Add, flag, std::nullopt));
  co_return Result<>();
}

Task<Result<std::string>> listed(PriorityQueue& queue, std::string sent) {
  CO_TRY_ASSIGN(const auto entries, co_await queue.list());
  std::string text;
  for (const queue::QueueEntry& each : entries) {
    text += (each.id == sent ? "<sent>" : each.id) + " " + each.kind + " " +
            std::string(booster::schedule::to_string(each.priority)) + " " + std::to_string(each.count) + " " +
            std::to_string(each.bytes_left) + " " + each.state + "\n";
  }
  co_return text;
}

CORO_TEST(PriorityQueue, ListsWhatGoesUpAndWhatComesDown) {
  replica::World w;
  CO_ASSERT_OK(co_await fill(w));
  {
    Desk desk(loop, w);
    const auto id = co_await submit(w, Class::SendSmall);
    CO_ASSERT_OK(co_await flag_first(w));
    const auto list = co_await listed(desk.queue, *id);
    EXPECT_EQ(*list,
              "<sent> send send-small 1 500 queued\n"
              "c3-1 flags send-small 1 0 queued\n"
              "b3-1 bodies bodies 2 200 waiting\n"
              "b3-1-3 body attachments 1 3000000 waiting\n");
  }
}

CORO_TEST(PriorityQueue, OrdersBothAndSaysWhatItCannot) {
  replica::World w;
  CO_ASSERT_OK(co_await fill(w));
  {
    Desk desk(loop, w);
    PriorityQueue& queue = desk.queue;
    const auto id = co_await submit(w, Class::Bodies);
    CO_ASSERT_OK(co_await flag_first(w));
    CO_ASSERT_OK(co_await queue.act(QueueVerb::Raise, *id));
    CO_ASSERT_OK(co_await queue.act(QueueVerb::Hold, *id));
    CO_ASSERT_OK(co_await queue.act(QueueVerb::Lower, "b3-1"));
    CO_ASSERT_OK(co_await queue.act(QueueVerb::Hold, "b3-1-3"));
    const auto list = co_await listed(queue, *id);
    EXPECT_EQ(*list,
              "c3-1 flags send-small 1 0 queued\n"
              "<sent> send calendar 1 500 held\n"
              "b3-1 bodies attachments 2 200 waiting\n"
              "b3-1-3 body prefetch 1 3000000 held\n")
        << "the large one goes along, one class later";
    const auto gone = co_await queue.act(QueueVerb::Cancel, *id);
    EXPECT_EQ(**gone, "withdrawn");
    const auto no_more = co_await queue.act(QueueVerb::Cancel, "b3-1");
    EXPECT_EQ(**no_more, "comes only when a program opens it; release takes that back");
    EXPECT_EQ(*co_await listed(queue, *id),
              "c3-1 flags send-small 1 0 queued\n"
              "b3-1 bodies attachments 0 0 cancelled\n");
    const auto change = co_await queue.act(QueueVerb::Raise, "c3-1");
    EXPECT_EQ(change.error().code, Errc::Unsupported);
    const auto again = co_await queue.act(QueueVerb::SendAgain, "b3-1");
    EXPECT_EQ(again.error().code, Errc::Unsupported);
  }
}

CORO_TEST(PriorityQueue, ForeignIdsAreNoEntriesHere) {
  replica::World w;
  CO_ASSERT_OK(co_await fill(w));
  {
    Desk desk(loop, w);
    for (const char* id : {"b4-1", "b3", "b3-", "b3-1-", "b3-1-0", "b3-1-3x", "x", "", "c4-1", "bcdfghjk", "b3-1-3-4",
                           "b99999999999-1"}) {
      std::string text = id;
      const auto done = co_await desk.queue.act(QueueVerb::Hold, std::move(text));
      CO_ASSERT_OK(done);
      EXPECT_FALSE(*done) << id;
    }
    const auto gone = co_await desk.queue.act(QueueVerb::Hold, "b3-77");
    EXPECT_EQ(gone.error().code, Errc::NotFound);
  }
}

}  // namespace
}  // namespace proxy::client
