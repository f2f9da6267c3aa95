#include "booster/runtime/task.h"

#include <memory>
#include <stdexcept>

#include "tests/support/coro_test.h"

namespace booster::runtime {
namespace {

Task<int> answer() {
  co_return 42;
}
Task<int> answer_later() {
  (void)co_await sleep_for(std::chrono::seconds(1));
  co_return 43;
}
Task<std::unique_ptr<int>> owned() {
  co_return std::make_unique<int>(7);
}
Task<int> throwing() {
  throw std::runtime_error("from a library");
  co_return 0;
}

CORO_TEST(Task, ValuesComeBackAtOnceAndLater) {
  EXPECT_EQ(co_await answer(), 42);
  EXPECT_EQ(co_await answer_later(), 43);
  EXPECT_EQ(*co_await owned(), 7);
}

CORO_TEST(Task, AnUnstartedTaskMayBeDropped) {
  { const Task<int> dropped = answer(); }
  co_return;
}

CORO_TEST(Task, AMillionReadyAwaitsStayFlat) {
  std::int64_t sum = 0;
  for (int i = 0; i < 1'000'000; ++i) sum += co_await answer();
  EXPECT_EQ(sum, 42'000'000);
}

CORO_TEST(Task, AStrayExceptionReachesItsAwaiter) {
  bool caught = false;
  try {
    (void)co_await throwing();
  } catch (const std::runtime_error&) {
    caught = true;
  }
  EXPECT_TRUE(caught);
}

CORO_TEST(Task, AnHourTakesNoTime) {
  const TimePoint start = loop.now();
  EXPECT_TRUE(co_await sleep_for(std::chrono::hours(1)));
  EXPECT_EQ(loop.now() - start, std::chrono::hours(1));
}

// A deadline that is due before the loop looks must not make it wait for the next event.
CORO_TEST_REAL(Task, ADueDeadlineIsNotSleptThrough) {
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(co_await sleep_for(std::chrono::microseconds(i * 10)));
  EXPECT_TRUE(co_await sleep_until(loop.now() - std::chrono::seconds(1)));
}

Task<Result<>> note(std::vector<int>& order, int number, Duration wait) {
  CO_TRY(co_await sleep_for(wait));
  order.push_back(number);
  co_return Result<>();
}

CORO_TEST(TaskScope, JoinWaitsForAllInTheOrderOfTime) {
  std::vector<int> order;
  TaskScope scope(loop, co_await current_cancel());
  scope.spawn("late", note(order, 2, std::chrono::seconds(2)));
  scope.spawn("soon", note(order, 1, std::chrono::seconds(1)));
  co_await scope.join();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

Task<Result<>> failing() {
  co_return fail(Errc::Io, "broken");
}

CORO_TEST(TaskScope, ErrorsReachTheirHandlerByName) {
  std::string seen;
  auto on_error = [&seen](const std::string& name, const Error& error) { seen = name + " " + codec::to_string(error); };
  TaskScope scope(loop, co_await current_cancel(), on_error);
  scope.spawn("child", failing());
  co_await scope.join();
  EXPECT_EQ(seen, "child Io: broken");
}

}  // namespace
}  // namespace booster::runtime
