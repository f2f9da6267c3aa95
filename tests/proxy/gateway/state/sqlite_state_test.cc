#include "proxy/gateway/state/sqlite_state.h"

#include <unistd.h>

#include <filesystem>

#include "tests/support/coro_test.h"

namespace proxy::gateway::state {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

WallTime at(int offset) {
  return WallTime(seconds(1'800'000'000 + offset));
}
Bytes pin(int value) {
  return Bytes(32, static_cast<std::byte>(value));
}
Device device(int value, const std::string& name) {
  Device made;
  made.pin = pin(value);
  made.name = name;
  made.enrolled_at = at(0);
  return made;
}
Bytes hash(int value) {
  return Bytes(32, static_cast<std::byte>(value));
}
EnrolmentCode code(int value, const std::string& second = "") {
  EnrolmentCode made;
  made.hash = hash(value);
  made.addresses.push_back("alice@example.org");
  if (!second.empty()) made.addresses.push_back(second);
  made.expires_at = at(600);
  return made;
}

std::filesystem::path fresh_path() {
  const auto folder = std::filesystem::path(::testing::TempDir()) /
                      ("state-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
                       ::testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder / "front.db";
}

CORO_TEST_REAL(SqliteState, ACodeEnrolsOneDeviceOnceForItsUsers) {
  const auto state = *SqliteState::open_in_memory();
  CO_ASSERT_OK(co_await state->add_code(code(1, "bob@example.org")));
  const auto enrolled = co_await state->redeem_code(hash(1), device(7, "laptop"), at(1));
  CO_ASSERT_OK(enrolled);
  const std::vector<std::string> both{"alice@example.org", "bob@example.org"};
  EXPECT_EQ(enrolled->addresses, both);
  const auto again = co_await state->redeem_code(hash(1), device(8, "thief"), at(2));
  CO_ASSERT_TRUE(!again);
  EXPECT_EQ(again.error().code, Errc::Denied);
  EXPECT_NE(again.error().what.find("used"), std::string::npos);
  const auto all = co_await state->devices();
  CO_ASSERT_OK(all);
  CO_ASSERT_TRUE(all->size() == 1);
  EXPECT_EQ(all->front(), *enrolled);
}

CORO_TEST_REAL(SqliteState, AnExpiredOrUnknownCodeIsRefusedWithItsReason) {
  const auto state = *SqliteState::open_in_memory();
  CO_ASSERT_OK(co_await state->add_code(code(1)));
  const auto late = co_await state->redeem_code(hash(1), device(7, "laptop"), at(600));
  CO_ASSERT_TRUE(!late);
  EXPECT_NE(late.error().what.find("expired"), std::string::npos);
  const auto unknown = co_await state->redeem_code(hash(2), device(7, "laptop"), at(1));
  CO_ASSERT_TRUE(!unknown);
  EXPECT_NE(unknown.error().what.find("not known"), std::string::npos);
  EXPECT_TRUE((co_await state->devices())->empty());
}

CORO_TEST_REAL(SqliteState, ARevokedKeyCannotBeEnrolledAgain) {
  const auto state = *SqliteState::open_in_memory();
  CO_ASSERT_OK(co_await state->add_code(code(1)));
  CO_ASSERT_OK(co_await state->add_code(code(2)));
  CO_ASSERT_OK(co_await state->redeem_code(hash(1), device(7, "laptop"), at(1)));
  CO_ASSERT_OK(co_await state->revoke_device(pin(7), at(2)));
  EXPECT_FALSE(co_await state->revoke_device(pin(7), at(3)));
  const auto again = co_await state->redeem_code(hash(2), device(7, "laptop"), at(4));
  CO_ASSERT_TRUE(!again);
  EXPECT_EQ(again.error().code, Errc::Denied);
  CO_ASSERT_OK(co_await state->redeem_code(hash(2), device(9, "laptop"), at(5)));  // the code was not used up
}

CORO_TEST_REAL(SqliteState, EverythingIsThereAfterItWasOpenedAgain) {
  const std::filesystem::path path = fresh_path();
  {
    const auto state = *SqliteState::open(path);
    CO_ASSERT_OK(co_await state->add_code(code(1)));
    CO_ASSERT_OK(co_await state->redeem_code(hash(1), device(7, "laptop"), at(1)));
    CO_ASSERT_OK(co_await state->note_seen(pin(7), at(5)));
    RefusedPassword refused{"alice@example.org", pin(3), at(60)};
    CO_ASSERT_OK(co_await state->add_refused_password(std::move(refused)));
    Assignment assignment{"alice@example.org", at(2)};
    CO_ASSERT_OK(co_await state->set_assignment(std::move(assignment)));
    EXPECT_FALSE(SqliteState::open(path));  // one gateway at a time
  }
  const auto state = *SqliteState::open(path);
  const auto devices = co_await state->devices();
  CO_ASSERT_OK(devices);
  CO_ASSERT_TRUE(devices->size() == 1);
  EXPECT_EQ(devices->front().last_seen, at(5));
  EXPECT_EQ((co_await state->refused_passwords(at(59)))->size(), 1U);
  EXPECT_EQ((co_await state->refused_passwords(at(60)))->size(), 0U);
  EXPECT_EQ((co_await state->assignments())->size(), 1U);
  CO_ASSERT_OK(co_await state->remove_assignment("alice@example.org"));
  EXPECT_EQ((co_await state->assignments())->size(), 0U);
}

}  // namespace
}  // namespace proxy::gateway::state
