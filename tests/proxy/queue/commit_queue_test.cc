// Group commit: one transaction for all who wait; a failing job takes nobody along; a full disk frees the reserve.
#include "proxy/queue/commit_queue.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <mutex>

#include "booster/runtime/scope.h"
#include "booster/sql/fault_vfs.h"
#include "tests/booster/disk/temp_directory.h"
#include "tests/support/coro_test.h"

namespace proxy::queue {
namespace {

using booster::disk::TempDirectory;
using booster::sql::Database;

Database open(const std::filesystem::path& path, const std::string& vfs = "") {
  booster::sql::Options options;
  options.vfs = vfs;
  Database database = Database::open(path, options).value();
  (void)database.run_script("CREATE TABLE IF NOT EXISTS t(n INTEGER)");
  return database;
}

Task<Result<>> insert(CommitQueue& commits, Database& database, int n, bool fails) {
  std::function<Result<>()> job = [&database, n, fails]() -> Result<> {
    TRY(database.run("INSERT INTO t VALUES(?)", n));
    if (fails) return fail(Errc::Conflict, "no");
    return {};
  };
  const Result<> done = co_await commits.write(std::move(job));
  EXPECT_EQ(done.has_value(), !fails);
  co_return Result<>();
}

Task<Result<>> open_gate(std::mutex& gate) {
  gate.unlock();
  co_return Result<>();
}

CORO_TEST(CommitQueue, WaitersShareACommitAndAFailingOneIsAlone) {
  TempDirectory temp(TempDirectory::quick());
  booster::disk::Faults faults;
  const booster::sql::FaultVfs vfs(faults);
  Database database = open(temp.path() / "a.db", vfs.name());
  SerialThread thread("a");
  CommitQueue commits(thread, {&database}, nullptr);
  booster::runtime::TaskScope scope(loop, co_await booster::runtime::current_cancel());
  faults.clear();
  std::mutex gate;
  gate.lock();
  thread.post([&gate] { const std::lock_guard lock(gate); });  // so that all are waiting
  for (int i = 0; i < 100; ++i) scope.spawn("insert", insert(commits, database, i, i == 50));
  scope.spawn("open", open_gate(gate));
  co_await scope.join();
  const auto count = co_await thread.run([&] { return database.one<int>("SELECT count(*) FROM t").value(); });
  EXPECT_EQ(count, 99);
  EXPECT_LT(faults.calls(), 60U);  // a hundred commits would write and sync two hundred times
}

CORO_TEST(CommitQueue, AFullDiskFreesTheReserveAndTriesOnceMore) {
  TempDirectory temp(TempDirectory::quick());
  const auto disk = booster::disk::make_posix_disk();
  booster::disk::ReserveFile reserve(*disk, temp.path() / "reserve", 4096);
  CO_ASSERT_OK(reserve.take());
  booster::disk::Faults faults;
  const booster::sql::FaultVfs vfs(faults);
  Database database = open(temp.path() / "a.db", vfs.name());
  SerialThread thread("a");
  CommitQueue commits(thread, {&database}, &reserve);
  faults.fail_at(1, ENOSPC);
  CO_ASSERT_OK(co_await insert(commits, database, 1, false));
  EXPECT_FALSE(reserve.held().value());
  faults.fail_at(1, ENOSPC);
  std::function<Result<>()> job = [&]() -> Result<> { return database.run("INSERT INTO t VALUES(2)"); };
  const Result<> second = co_await commits.write(std::move(job));
  EXPECT_EQ(second.error().code, Errc::Full);
  const auto count = co_await thread.run([&] { return database.one<int>("SELECT count(*) FROM t").value(); });
  EXPECT_EQ(count, 1);
}

CORO_TEST(CommitQueue, AProjectionThatFailsIsRepairedBeforeTheNextJob) {
  TempDirectory temp(TempDirectory::quick());
  booster::disk::Faults faults;
  const booster::sql::FaultVfs vfs(faults);
  Database first = open(temp.path() / "first.db");
  Database second = open(temp.path() / "second.db", vfs.name());
  SerialThread thread("a");
  CommitQueue commits(thread, {&first, &second}, nullptr);
  int repairs = 0;
  commits.on_torn([&]() -> Result<> {
    ++repairs;
    return {};
  });
  faults.fail_from(1, EIO);
  const auto both = [&]() -> Result<> {
    TRY(first.run("INSERT INTO t VALUES(1)"));
    return second.run("INSERT INTO t VALUES(1)");
  };
  EXPECT_TRUE(co_await commits.write(both));  // the journal has it
  faults.fail_from(1, EIO);
  EXPECT_FALSE(co_await commits.project(both));
  faults.clear();
  EXPECT_TRUE(co_await commits.write(both));
  EXPECT_EQ(repairs, 2);
}

}  // namespace
}  // namespace proxy::queue
