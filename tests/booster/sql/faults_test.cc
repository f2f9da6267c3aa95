// Every disk call SQLite makes fails in its turn, once and from then on: nothing committed is lost, nothing breaks.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "booster/sql/database.h"
#include "booster/sql/fault_vfs.h"
#include "booster/sql/migrate.h"
#include "tests/booster/disk/temp_directory.h"

namespace booster::sql {
namespace {

constexpr std::array kOneTable = {Step{"CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT"},
                                  Step{"CREATE INDEX by_body ON t(body)"}};
constexpr Schema kSchema{make_application_id("PBft"), kOneTable};

struct Story {
  int tried = 0;
  int committed = 0;  // rows whose commit answered OK
};

// A small life: create, migrate, rows in transactions, checkpoints, close.
Result<> live(const std::filesystem::path& path, const std::string& vfs, Story& story) {
  TRY_ASSIGN(Database db, Database::open(path, {.checkpoint_pages = 0, .vfs = vfs}));
  TRY(migrate(db, kSchema));
  for (int i = 1; i <= 6; ++i) {
    TRY_ASSIGN(Transaction transaction, Transaction::begin(db));
    story.tried = i;
    const Bytes body(3000, static_cast<std::byte>(i));
    TRY(db.run("INSERT INTO t VALUES(?,?)", i, body));
    TRY(transaction.commit());
    story.committed = i;
    if (i % 2 == 0) TRY(db.checkpoint(i % 4 == 0));
  }
  return {};
}

void expect_whole(const std::filesystem::path& path, const Story& story, std::uint64_t k) {
  auto db = Database::open(path);
  ASSERT_TRUE(db) << "k=" << k << " " << to_string(db.error());
  EXPECT_EQ(db->one<std::string>("PRAGMA integrity_check").value(), "ok") << "k=" << k;
  ASSERT_TRUE(migrate(*db, kSchema)) << "k=" << k;
  const int rows = db->one<int>("SELECT count(*) FROM t").value().value();
  EXPECT_GE(rows, story.committed) << "k=" << k;
  EXPECT_LE(rows, story.tried) << "k=" << k;
  EXPECT_EQ(db->one<int>("SELECT count(*) FROM t WHERE length(body) <> 3000").value(), 0) << "k=" << k;
}

struct Mode {
  const char* name;
  int error;
  bool sticky;
  bool reads;
};

class SqlFaults : public testing::TestWithParam<Mode> {};

TEST_P(SqlFaults, LoseNothingCommitted) {
  std::uint64_t k = 1;
  for (;; ++k) {
    const disk::TempDirectory temp(disk::TempDirectory::quick());
    const auto path = temp.path() / "f.db";
    disk::Faults faults;
    const FaultVfs vfs(faults);
    faults.count_reads(GetParam().reads);
    faults.fail_at(k, GetParam().error, GetParam().sticky ? UINT64_MAX : 1);
    Story story;
    const auto end = live(path, vfs.name(), story);
    const bool hit = faults.failures() > 0;
    faults.clear();
    expect_whole(path, story, k);
    EXPECT_TRUE(!end || story.committed == 6) << "k=" << k;
    if (!hit) {
      EXPECT_TRUE(end);
      break;
    }
  }
  EXPECT_GT(k, 30u);  // the plan really reached SQLite
}

INSTANTIATE_TEST_SUITE_P(All, SqlFaults,
                         testing::Values(Mode{"IoOnce", EIO, false, false}, Mode{"IoForever", EIO, true, false},
                                         Mode{"FullOnce", ENOSPC, false, false},
                                         Mode{"FullForever", ENOSPC, true, false}, Mode{"ReadOnce", EIO, false, true}),
                         [](const auto& spec) { return spec.param.name; });

TEST(SqlFaults, AFullDiskIsToldAsFull) {
  const disk::TempDirectory temp;
  disk::Faults faults;
  const FaultVfs vfs(faults);
  auto db = Database::open(temp.path() / "f.db", {.vfs = vfs.name()});
  ASSERT_TRUE(db);
  faults.fail_from(1, ENOSPC);
  const auto made = db->run("CREATE TABLE t(a)");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::Full);
  faults.clear();
  EXPECT_TRUE(db->run("CREATE TABLE t(a)"));  // heals when there is space again
}

}  // namespace
}  // namespace booster::sql
