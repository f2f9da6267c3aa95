// Every write to the disk fails in its turn: what was answered OK is there afterwards, once; nothing is half there.
#include <cerrno>

#include "booster/sql/fault_vfs.h"
#include "tests/proxy/client/replica/world.h"
#include "tests/support/sanitized.h"

namespace proxy::client::replica {
namespace {

struct Story {
  bool filled = false, flagged = false, moved = false, appended = false, ended = false;
};

Task<Result<>> live(World& w, Story& story) {
  CO_TRY(co_await open(w));
  CO_TRY(co_await fill(w, 4));
  story.filled = true;
  {
    CO_TRY_ASSIGN(auto view, co_await w.replica->view("INBOX"));
    UidRanges first;
    first.push_back({1, 1});
    const Flags flag{Flags::kFlagged, {}};
    CO_TRY(co_await view->store(first, StoreMode::Add, flag, std::nullopt));
    story.flagged = true;
    UidRanges second;
    second.push_back({2, 2});
    CO_TRY(co_await view->move(second, "Archive"));
    story.moved = true;
  }
  CO_TRY_ASSIGN(const Content content, co_await put(w, "Subject: x\r\n\r\nhello\r\n"));
  const Flags seen{Flags::kSeen, {}};
  CO_TRY(co_await w.replica->append("INBOX", content, seen, 1'700'000'500, std::int16_t(0)));
  story.appended = true;
  CO_TRY_ASSIGN(const auto out, co_await w.replica->next_operations(queue::Sequence(), 16));
  for (const auto& each : out) {
    sync::OperationResult result;
    result.ticket = each.operation.ticket;
    if (each.operation.kind == sync::OperationKind::Move) result.code = sync::OperationResult::Code::Refused;
    CO_TRY(co_await w.replica->operation_result(result));
  }
  story.ended = true;
  CO_TRY(co_await w.replica->evict());
  co_return Result<>();
}

// The server's side of the story: what it would say to a client that has nothing new.
Task<Result<>> listen(World& w) {
  const auto whole = co_await w.replica->mailbox("INBOX");
  if (!whole || !whole->whole) co_return co_await fill(w, 4);
  co_return Result<>();
}

Task<Result<std::string>> look(World& w) {
  CO_TRY_ASSIGN(auto view, co_await w.replica->view("INBOX"));
  const RowQuery query = all_rows();
  CO_TRY_ASSIGN(const auto rows, co_await view->rows(query, LocalUid()));
  std::string text = uids(rows);
  std::uint32_t unseen = 0;
  for (const auto& row : rows) unseen += (row.flags.system & Flags::kSeen) == 0 ? 1 : 0;
  CO_TRY_ASSIGN(const MailboxCounts counts, co_await view->counts());
  EXPECT_EQ(counts.messages, rows.size());
  EXPECT_EQ(counts.unseen, unseen);
  co_return text;
}

Task<Result<>> judge(World& w, Story story, std::uint64_t k) {
  w.replica.reset();
  w.options.vfs.clear();
  CO_TRY(co_await open(w));
  CO_TRY(co_await listen(w));
  CO_TRY_ASSIGN(const std::string inbox, co_await look(w));
  CO_TRY_ASSIGN(const std::string archive, co_await shown(w, "Archive"));
  const bool has_flag = inbox.find(":1/4") != std::string::npos;
  EXPECT_TRUE(has_flag || inbox.find(":1") != std::string::npos) << k << ": " << inbox;
  if (story.flagged) {
    EXPECT_TRUE(has_flag) << k << ": " << inbox;
  }
  // Message 2 is in one mailbox, never in none: here, there, or back here under a new UID.
  const bool here = inbox.find("2:2") == 0 || inbox.find(" 2:2") != std::string::npos;
  const bool there = archive == "1:1";
  const bool back = inbox.find(":6") != std::string::npos;
  EXPECT_EQ(int{here} + int{there} + int{back}, 1) << k << ": " << inbox << " | " << archive;
  if (story.moved) {
    EXPECT_FALSE(here) << k << ": " << inbox;
  }
  if (story.ended) {
    EXPECT_TRUE(back) << k << ": " << inbox;
  }
  if (story.appended) {
    EXPECT_TRUE(inbox.find(":5/1") != std::string::npos) << k << ": " << inbox;
  }
  CO_TRY_ASSIGN(const auto vectors, co_await w.replica->vectors(BodyPolicy::All, INT64_MIN));
  EXPECT_EQ(vectors.mailboxes.at(0).count, 4U) << k;
  w.replica.reset();
  co_return Result<>();
}

Task<Result<std::uint64_t>> walk(int error, bool sticky, std::uint64_t step) {
  for (std::uint64_t k = 1;; k += step) {
    World w;
    booster::disk::Faults faults;
    auto posix = booster::disk::make_posix_disk();
    const booster::sql::FaultVfs vfs(faults);
    w.options.vfs = vfs.name();
    w.options.disk = booster::disk::make_faulty_disk(*posix, faults);
    faults.fail_at(k, error, sticky ? UINT64_MAX : 1);
    Story story;
    const Result<> end = co_await live(w, story);
    w.replica.reset();
    const bool hit = faults.failures() > 0;
    faults.clear();
    CO_TRY(co_await judge(w, story, k));
    if (!hit) {
      EXPECT_TRUE(end.has_value());
      co_return k;
    }
  }
}

CORO_TEST(ReplicaFaults, AFailingDiskLosesNothing) {
  constexpr std::uint64_t kStep = support::kSanitized ? 4 : 1;
  const auto tried = co_await walk(EIO, false, kStep);
  CO_ASSERT_OK(tried);
  EXPECT_GT(*tried, 60U);
}

CORO_TEST(ReplicaFaults, ADiskThatStaysFullLosesNothing) {
  const auto tried = co_await walk(ENOSPC, true, 5);
  CO_ASSERT_OK(tried);
  EXPECT_GT(*tried, 60U);
}

}  // namespace
}  // namespace proxy::client::replica
