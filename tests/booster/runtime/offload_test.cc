#include "booster/runtime/offload.h"

#include "booster/runtime/serial_thread.h"
#include "tests/support/coro_test.h"

namespace booster::runtime {
namespace {

CORO_TEST(Offload, RunsElsewhereAndComesBackHere) {
  const auto here = std::this_thread::get_id();
  auto job = [] { return std::this_thread::get_id(); };
  const std::thread::id there = co_await offload(job);
  EXPECT_NE(there, here);
  EXPECT_EQ(std::this_thread::get_id(), here);
}

CORO_TEST(SerialThread, RunsJobsInOrderOnOneThread) {
  SerialThread thread("test");
  std::vector<int> order;
  std::thread::id first;
  for (int i = 0; i < 100; ++i) {
    auto job = [&order, i] {
      order.push_back(i);
      return std::this_thread::get_id();
    };
    const std::thread::id id = co_await thread.run(job);
    if (i == 0) first = id;
    EXPECT_EQ(id, first);
  }
  EXPECT_EQ(order.size(), 100U);
}

Task<Result<int>> late(SerialThread& thread) {
  auto job = [] { return 9; };
  co_return co_await thread.run(job);
}

CORO_TEST(SerialThread, AValueIsNotLostToACancel) {
  SerialThread thread("test");
  CancelScope scope;
  scope.cancel();
  const Result<int> value = co_await late(thread).in(scope);
  CO_ASSERT_OK(value);
  EXPECT_EQ(*value, 9);
}

}  // namespace
}  // namespace booster::runtime
