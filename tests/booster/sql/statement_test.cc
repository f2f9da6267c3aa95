#include "booster/sql/statement.h"

#include <gtest/gtest.h>

#include "booster/sql/database.h"

namespace booster::sql {
namespace {

enum class Colour : std::uint8_t { Red = 1, Blue = 2 };

class StatementTest : public testing::Test {
 protected:
  Database db_ = Database::open_in_memory().value();
};

TEST_F(StatementTest, EveryKindOfValueComesBackAsItWas) {
  ASSERT_TRUE(db_.run("CREATE TABLE t(a,b,c,d,e,f,g)"));
  const Bytes blob = {std::byte{0}, std::byte{255}};
  ASSERT_TRUE(db_.run("INSERT INTO t VALUES(?,?,?,?,?,?,?)", INT64_MIN, std::string_view("te\0xt", 5), blob, nullptr,
                      Colour::Blue, 1.5, std::optional<int>(7)));
  int rows = 0;
  ASSERT_TRUE(db_.for_each("SELECT * FROM t", [&](Row row) {
    ++rows;
    EXPECT_EQ(row.columns(), 7);
    EXPECT_EQ(row.get<std::int64_t>(0), INT64_MIN);
    EXPECT_EQ(row.get<std::string>(1), std::string("te\0xt", 5));
    EXPECT_EQ(row.get<Bytes>(2), blob);
    EXPECT_EQ(row.get<std::optional<std::string_view>>(3), std::nullopt);
    EXPECT_TRUE(row.is_null(3));
    EXPECT_EQ(row.get<Colour>(4), Colour::Blue);
    EXPECT_EQ(row.get<double>(5), 1.5);
    EXPECT_EQ(row.get<std::optional<std::uint32_t>>(6), 7u);
    EXPECT_TRUE(row.get<bool>(6));
  }));
  EXPECT_EQ(rows, 1);
}

TEST_F(StatementTest, EmptyIsNotNull) {
  EXPECT_EQ(db_.one<std::string>("SELECT typeof(?)", std::string_view()).value(), "text");
  EXPECT_EQ(db_.one<std::string>("SELECT typeof(?)", ByteView()).value(), "blob");
  EXPECT_EQ(db_.one<Bytes>("SELECT x''").value(), Bytes());
  EXPECT_EQ(db_.one<std::string>("SELECT typeof(?)", std::optional<int>()).value(), "null");
}

TEST_F(StatementTest, NoRowIsNoValue) {
  EXPECT_EQ(db_.one<int>("SELECT 1 WHERE 0").value(), std::nullopt);
  EXPECT_EQ(db_.one<std::optional<int>>("SELECT NULL").value(), std::make_optional<std::optional<int>>(std::nullopt));
}

TEST_F(StatementTest, AnotherKindOfValueIsCorrupt) {
  EXPECT_EQ(db_.one<int>("SELECT 'seven'").error().code, Errc::Corrupt);
  EXPECT_EQ(db_.one<int>("SELECT NULL").error().code, Errc::Corrupt);
  EXPECT_EQ(db_.one<std::uint8_t>("SELECT 256").error().code, Errc::Corrupt);
  EXPECT_EQ(db_.one<std::uint64_t>("SELECT -1").error().code, Errc::Corrupt);
  EXPECT_EQ(db_.one<std::string>("SELECT 5").error().code, Errc::Corrupt);
  EXPECT_EQ(db_.one<Bytes>("SELECT 'text'").error().code, Errc::Corrupt);
  const auto each = db_.for_each("SELECT 'x' AS age", [](Row row) { (void)row.get<int>(0); });
  ASSERT_FALSE(each);
  EXPECT_EQ(each.error().what, "read memory: column age holds another kind of value");
}

TEST_F(StatementTest, AnUnsignedValueTooLargeIsRefused) {
  EXPECT_EQ(db_.one<std::int64_t>("SELECT ?", UINT64_MAX).error().code, Errc::Limit);
  EXPECT_EQ(db_.one<std::uint64_t>("SELECT ?", std::uint64_t{INT64_MAX}).value(), std::uint64_t{INT64_MAX});
}

TEST_F(StatementTest, AnErrorOfTheCallbackEndsTheLoop) {
  ASSERT_TRUE(db_.run("CREATE TABLE t(a)"));
  ASSERT_TRUE(db_.run("INSERT INTO t VALUES(1),(2),(3)"));
  int rows = 0;
  const auto done = db_.for_each("SELECT a FROM t", [&](Row) -> Result<> {
    if (++rows == 2) return fail(Errc::Limit, "enough");
    return {};
  });
  EXPECT_EQ(done.error().code, Errc::Limit);
  EXPECT_EQ(rows, 2);
  EXPECT_TRUE(db_.run("DROP TABLE t"));  // no statement is left running
}

TEST_F(StatementTest, TheSameTextMayBeOnLoanTwice) {
  ASSERT_TRUE(db_.run("CREATE TABLE t(a)"));
  ASSERT_TRUE(db_.run("INSERT INTO t VALUES(1),(2)"));
  int pairs = 0;
  const auto inner = [&](Row) { ++pairs; };
  ASSERT_TRUE(db_.for_each("SELECT a FROM t", [&](Row) { return db_.for_each("SELECT a FROM t", inner); }));
  EXPECT_EQ(pairs, 4);
}

TEST_F(StatementTest, IsReusedWithNewValues) {
  auto statement = db_.prepared("SELECT ?+1").value();
  EXPECT_EQ(statement.one<int>(1).value(), 2);
  EXPECT_EQ(statement.one<int>(41).value(), 42);
  statement.bind(5);
  EXPECT_TRUE(statement.step().value());
  EXPECT_EQ(statement.row().get<int>(0), 6);
  EXPECT_FALSE(statement.step().value());
}

TEST_F(StatementTest, FirstSaysWhetherThereWasARow) {
  int seen = 0;
  auto statement = db_.prepared("SELECT ? WHERE ?").value();
  EXPECT_TRUE(statement.first([&](Row row) { seen = row.get<int>(0); }, 9, true).value());
  EXPECT_FALSE(statement.first([&](Row) { seen = -1; }, 9, false).value());
  EXPECT_EQ(seen, 9);
}

TEST_F(StatementTest, MoreTextsThanTheCacheHoldsStillWork) {
  for (int i = 0; i < 200; ++i) EXPECT_EQ(db_.one<int>("SELECT " + std::to_string(i)).value(), i);
}

}  // namespace
}  // namespace booster::sql
