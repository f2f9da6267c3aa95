#include "booster/sql/migrate.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/booster/disk/temp_directory.h"

namespace booster::sql {
namespace {

constexpr std::int32_t kId = make_application_id("PBtt");

Result<> fill(Database& db) {
  return db.run("UPDATE t SET b = a * 2");
}
Result<> refuse(Database&) {
  return fail(Errc::Full, "no");
}

constexpr std::array kSteps = {Step{"CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(21)"},
                               Step{"ALTER TABLE t ADD COLUMN b INTEGER", fill}};
constexpr std::array kBroken = {kSteps[0], Step{"ALTER TABLE t ADD COLUMN b INTEGER", refuse}};

class Migrate : public testing::Test {
 protected:
  Database open() { return Database::open(temp_.path() / "m.db").value(); }
  disk::TempDirectory temp_;
};

TEST_F(Migrate, TakesEveryStepOnceAndIsIdempotent) {
  Database db = open();
  ASSERT_TRUE(migrate(db, {kId, kSteps}));
  ASSERT_TRUE(migrate(db, {kId, kSteps}));
  EXPECT_EQ(user_version(db).value(), 2);
  EXPECT_EQ(db.one<int>("SELECT b FROM t").value(), 42);
}

TEST_F(Migrate, GoesOnFromWhereTheFileStandsAndKeepsACopy) {
  {
    Database db = open();
    ASSERT_TRUE(migrate(db, {kId, std::span(kSteps).first(1)}));
  }
  Database db = open();
  ASSERT_TRUE(migrate(db, {kId, kSteps, true}));
  EXPECT_EQ(db.one<int>("SELECT b FROM t").value(), 42);
  Database copy = Database::open(temp_.path() / "m.db.v1").value();
  EXPECT_EQ(user_version(copy).value(), 1);
}

TEST_F(Migrate, AFailedStepLeavesTheFileAtTheStepBefore) {
  Database db = open();
  EXPECT_EQ(migrate(db, {kId, kBroken}).error().code, Errc::Full);
  EXPECT_EQ(user_version(db).value(), 1);
  EXPECT_FALSE(db.in_transaction());
  EXPECT_FALSE(db.one<int>("SELECT b FROM t"));
  ASSERT_TRUE(migrate(db, {kId, kSteps}));
  EXPECT_EQ(db.one<int>("SELECT b FROM t").value(), 42);
}

TEST_F(Migrate, RefusesANewerFileAndSaysSo) {
  Database db = open();
  ASSERT_TRUE(migrate(db, {kId, kSteps}));
  const auto older = migrate(db, {kId, std::span(kSteps).first(1)});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Errc::Unsupported);
  EXPECT_NE(older.error().what.find("newer Packetboat"), std::string::npos);
  EXPECT_EQ(user_version(db).value(), 2);
}

TEST_F(Migrate, RefusesAnotherApplicationsFile) {
  Database db = open();
  ASSERT_TRUE(db.run("CREATE TABLE strange(a)"));
  EXPECT_EQ(migrate(db, {kId, kSteps}).error().code, Errc::Corrupt);
  EXPECT_EQ(user_version(db).value(), 0);
}

}  // namespace
}  // namespace booster::sql
