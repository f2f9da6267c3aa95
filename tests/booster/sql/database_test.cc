#include "booster/sql/database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/booster/disk/temp_directory.h"

namespace booster::sql {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return temp_.path() / "mail.db"; }
  Database open(const Options& options = {}) {
    auto database = Database::open(file(), options);
    if (!database) throw std::runtime_error(to_string(database.error()));
    return std::move(*database);
  }
  disk::TempDirectory temp_;
};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat raw {};
  return ::stat(path.c_str(), &raw) == 0 ? raw.st_mode & 0777 : 0;
}

TEST_F(DatabaseTest, OpensWithTheSettingsItPromises) {
  Database db = open();
  EXPECT_EQ(db.one<std::string>("PRAGMA journal_mode").value(), "wal");
  EXPECT_EQ(db.one<int>("PRAGMA synchronous").value(), 2);
  EXPECT_EQ(db.one<int>("PRAGMA foreign_keys").value(), 1);
  EXPECT_EQ(db.one<int>("PRAGMA trusted_schema").value(), 0);
  EXPECT_EQ(db.one<int>("PRAGMA cell_size_check").value(), 1);
  EXPECT_EQ(db.one<int>("PRAGMA secure_delete").value(), 1);
  EXPECT_EQ(db.one<int>("PRAGMA mmap_size").value(), 0);
  EXPECT_EQ(db.one<int>("PRAGMA temp_store").value(), 2);
  EXPECT_FALSE(db.one<std::string>("SELECT \"not a column\""));
}

TEST_F(DatabaseTest, NormalDurabilityIsAnOption) {
  Database db = open({.durability = Durability::Normal});
  EXPECT_EQ(db.one<int>("PRAGMA synchronous").value(), 1);
}

TEST_F(DatabaseTest, FilesArePrivate) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE TABLE t(a)"));
  EXPECT_EQ(mode_of(file()), 0600u);
  EXPECT_EQ(mode_of(file().native() + "-wal"), 0600u);
  EXPECT_EQ(mode_of(file().native() + "-shm"), 0600u);
}

TEST_F(DatabaseTest, HasTrigramSearch) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE VIRTUAL TABLE words USING fts5(body, content='', detail='none', tokenize='trigram')"));
  ASSERT_TRUE(db.run("INSERT INTO words(rowid, body) VALUES(7, 'the packet boat')"));
  EXPECT_EQ(db.one<int>("SELECT rowid FROM words WHERE words MATCH ?", "\"pac\" AND \"ack\" AND \"cke\"").value(), 7);
}

TEST_F(DatabaseTest, AFullTextErrorDoesNotQuoteTheQuery) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE VIRTUAL TABLE words USING fts5(body)"));
  const auto found = db.one<int>("SELECT rowid FROM words WHERE words MATCH ?", "\"secret");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().what.find("secret"), std::string::npos) << found.error().what;
}

TEST_F(DatabaseTest, OneWriterPerFile) {
  Database db = open();
  const auto second = Database::open(file());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::Conflict);
}

TEST_F(DatabaseTest, AReaderReadsBesideTheWriterAndWritesNothing) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE TABLE t(a)"));
  ASSERT_TRUE(db.run("INSERT INTO t VALUES(5)"));
  {
    Database reader = open({.read_only = true});
    EXPECT_EQ(reader.one<int>("SELECT a FROM t").value(), 5);
    EXPECT_EQ(reader.run("INSERT INTO t VALUES(6)").error().code, Errc::Denied);
  }
  EXPECT_GT(std::filesystem::file_size(file().native() + "-wal"), 0u);
}

TEST_F(DatabaseTest, OpeningWhatIsNotThereIsNotFound) {
  EXPECT_EQ(Database::open(file(), {.create = false}).error().code, Errc::NotFound);
  EXPECT_EQ(Database::open(file(), {.read_only = true}).error().code, Errc::NotFound);
  EXPECT_EQ(Database::open(temp_.path() / "no" / "a.db").error().code, Errc::NotFound);
}

TEST_F(DatabaseTest, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(file()) << std::string(4096, 'x');
  const auto db = Database::open(file());
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code, Errc::Corrupt);
  EXPECT_NE(db.error().what.find("mail.db"), std::string::npos);
}

TEST_F(DatabaseTest, AConstraintIsAConflict) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE TABLE t(a INTEGER UNIQUE)"));
  ASSERT_TRUE(db.run("INSERT INTO t VALUES(1)"));
  const auto again = db.run("INSERT INTO t VALUES(1)");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::Conflict);
  EXPECT_EQ(again.error().what, "step mail.db: UNIQUE constraint failed: t.a");
}

TEST_F(DatabaseTest, ATransactionLeavesNothingUnlessCommitted) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE TABLE t(a)"));
  {
    auto lost = Transaction::begin(db);
    ASSERT_TRUE(lost);
    ASSERT_TRUE(db.run("INSERT INTO t VALUES(1)"));
    EXPECT_TRUE(db.in_transaction());
  }
  EXPECT_FALSE(db.in_transaction());
  {
    auto kept = Transaction::begin(db);
    ASSERT_TRUE(kept);
    ASSERT_TRUE(db.run("INSERT INTO t VALUES(2)"));
    EXPECT_EQ(db.changes(), 1);
    EXPECT_EQ(db.last_row_id(), 1);
    ASSERT_TRUE(kept->commit());
  }
  EXPECT_EQ(db.one<int>("SELECT sum(a) FROM t").value(), 2);
}

TEST_F(DatabaseTest, ChecksItselfAndFindsDamage) {
  {
    Database db = open();
    ASSERT_TRUE(db.run("CREATE TABLE t(a)"));
    ASSERT_TRUE(
        db.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000)"
               " INSERT INTO t SELECT hex(randomblob(50)) FROM n"));
    EXPECT_TRUE(db.quick_check());
  }
  std::fstream raw(file(), std::ios::in | std::ios::out | std::ios::binary);
  raw.seekp(4096 * 3);
  raw << std::string(4096, '\xff');
  raw.close();
  Database db = open();
  const auto check = db.quick_check();
  ASSERT_FALSE(check);
  EXPECT_EQ(check.error().code, Errc::Corrupt);
}

TEST_F(DatabaseTest, CheckpointsWhenAsked) {
  Database db = open({.checkpoint_pages = 0});
  ASSERT_TRUE(db.run("CREATE TABLE t(a)"));
  const auto done = db.checkpoint();
  ASSERT_TRUE(done);
  EXPECT_GT(done->frames, 0);
  EXPECT_EQ(done->frames, done->moved);
  ASSERT_TRUE(db.checkpoint(true));
  EXPECT_EQ(std::filesystem::file_size(file().native() + "-wal"), 0u);
}

TEST_F(DatabaseTest, CopiesItselfPrivately) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE TABLE t(a)"));
  ASSERT_TRUE(db.run("INSERT INTO t VALUES(3)"));
  const auto copy = temp_.path() / "copy.db";
  ASSERT_TRUE(db.copy_to(copy));
  EXPECT_EQ(mode_of(copy), 0600u);
  auto other = Database::open(copy);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->one<int>("SELECT a FROM t").value(), 3);
}

TEST_F(DatabaseTest, ALongStatementCanBeInterrupted) {
  Database db = open();
  std::atomic<bool> over = false;
  std::thread stopper([&] {
    while (!over) db.interrupt();
  });
  const auto endless =
      db.one<int>("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n");
  over = true;
  stopper.join();
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace booster::sql
