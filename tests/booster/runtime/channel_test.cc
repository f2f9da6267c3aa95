#include "booster/runtime/channel.h"

#include "tests/support/coro_test.h"

namespace booster::runtime {
namespace {

Task<Result<>> produce(Channel<int>& channel, int count, int& pushed) {
  for (int i = 0; i < count; ++i) {
    CO_TRY(co_await channel.push(i));
    ++pushed;
  }
  channel.close();
  co_return Result<>();
}

CORO_TEST(Channel, AFullOneMakesItsProducerWait) {
  Channel<int> channel(3);
  int pushed = 0;
  TaskScope scope(loop, co_await current_cancel());
  scope.spawn("producer", produce(channel, 10, pushed));
  (void)co_await sleep_for(std::chrono::seconds(1));
  EXPECT_EQ(pushed, 3);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(*co_await channel.pop(), i);
  const Result<int> end = co_await channel.pop();
  EXPECT_EQ(end.error().code, Errc::Closed);
  co_await scope.join();
}

Task<Result<>> critical(Mutex& mutex, int& inside, int& most) {
  CO_TRY_ASSIGN(const Mutex::Lock lock, co_await mutex.lock());
  most = std::max(most, ++inside);
  CO_TRY(co_await sleep_for(std::chrono::seconds(1)));
  --inside;
  co_return Result<>();
}

CORO_TEST(Mutex, LetsOneInAtATime) {
  Mutex mutex;
  int inside = 0;
  int most = 0;
  TaskScope scope(loop, co_await current_cancel());
  for (int i = 0; i < 5; ++i) scope.spawn("critical", critical(mutex, inside, most));
  co_await scope.join();
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace booster::runtime
