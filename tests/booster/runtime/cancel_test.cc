#include "booster/runtime/cancel.h"

#include "tests/support/coro_test.h"

namespace booster::runtime {
namespace {

using std::chrono::seconds;

Task<Result<int>> slow_value(Duration wait) {
  CO_TRY(co_await sleep_for(wait));
  co_return 5;
}

CORO_TEST(Timeout, PassesTheValueOfTheQuick) {
  const Result<int> quick = co_await with_timeout(seconds(2), slow_value(seconds(1)));
  CO_ASSERT_OK(quick);
  EXPECT_EQ(*quick, 5);
}

CORO_TEST(Timeout, SaysTimeoutOfTheSlow) {
  const TimePoint start = loop.now();
  const Result<int> slow = co_await with_timeout(seconds(2), slow_value(seconds(100)));
  CO_ASSERT_TRUE(!slow);
  EXPECT_EQ(slow.error().code, Errc::Timeout);
  EXPECT_EQ(loop.now() - start, seconds(2));
}

CORO_TEST(Timeout, TheInnerOneStrikesFirst) {
  const Result<int> inner = co_await with_timeout(seconds(9), with_timeout(seconds(1), slow_value(seconds(100))));
  EXPECT_EQ(inner.error().code, Errc::Timeout);
  const Result<int> outer = co_await with_timeout(seconds(1), with_timeout(seconds(9), slow_value(seconds(100))));
  EXPECT_EQ(outer.error().code, Errc::Timeout);
}

Task<Result<>> sleeper(bool& cancelled, bool& again) {
  const Result<> first = co_await sleep_for(seconds(100));
  cancelled = !first && first.error().code == Errc::Cancelled;
  const Result<> second = co_await sleep_for(seconds(100));
  again = !second && second.error().code == Errc::Cancelled;
  co_return second;
}

CORO_TEST(Cancel, EndsThePendingAndEveryFurtherWait) {
  bool first = false;
  bool again = false;
  const TimePoint start = loop.now();
  TaskScope scope(loop, co_await current_cancel());
  scope.spawn("sleeper", sleeper(first, again));
  (void)co_await sleep_for(seconds(1));
  scope.cancel();
  co_await scope.join();
  EXPECT_TRUE(first && again);
  EXPECT_EQ(loop.now() - start, seconds(1));
}

Task<Result<>> goodbye(bool& said) {
  CO_TRY(co_await sleep_for(seconds(1)));
  said = true;
  co_return Result<>();
}
Task<Result<>> polite(bool& said) {
  Result<> end = co_await sleep_for(seconds(100));
  (void)co_await shielded(seconds(5), goodbye(said));
  co_return end;
}

CORO_TEST(Cancel, AShieldedGoodbyeIsStillSaid) {
  bool said = false;
  TaskScope scope(loop, co_await current_cancel());
  scope.spawn("polite", polite(said));
  (void)co_await sleep_for(seconds(1));
  scope.cancel();
  co_await scope.join();
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace booster::runtime
