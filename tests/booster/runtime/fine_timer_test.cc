#include "booster/runtime/fine_timer.h"

#include "tests/support/coro_test.h"

namespace booster::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<Result<>> fired_within(FineTimer& timer, Duration limit) {
  co_return co_await with_timeout(limit, timer.fired());
}

CORO_TEST_REAL(FineTimer, FiresAtItsInstantAndNotBefore) {
  const std::unique_ptr<FineTimer> timer = *FineTimer::open(loop);
  const TimePoint when = loop.now() + milliseconds(5);
  timer->set(when);
  CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
  EXPECT_GE(loop.now(), when);
}

CORO_TEST_REAL(FineTimer, IsMovedEarlierAndLater) {
  const std::unique_ptr<FineTimer> timer = *FineTimer::open(loop);
  timer->set(loop.now() + seconds(3600));
  timer->set(loop.now() + milliseconds(2));
  CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
  timer->set(loop.now() + milliseconds(1));
  const TimePoint later = loop.now() + milliseconds(30);
  timer->set(later);
  CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
  EXPECT_GE(loop.now(), later);
}

CORO_TEST_REAL(FineTimer, ThatFiredUnheardIsMovedLater) {
  const std::unique_ptr<FineTimer> timer = *FineTimer::open(loop);
  timer->set(loop.now());
  CO_ASSERT_OK(co_await sleep_for(milliseconds(3)));
  const TimePoint later = loop.now() + milliseconds(20);
  timer->set(later);
  CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
  EXPECT_GE(loop.now(), later);
}

CORO_TEST_REAL(FineTimer, IsOffByNever) {
  const std::unique_ptr<FineTimer> timer = *FineTimer::open(loop);
  timer->set(loop.now() + milliseconds(2));
  timer->set(kNever);
  const Result<> fired = co_await fired_within(*timer, milliseconds(50));
  CO_ASSERT_TRUE(!fired);
  EXPECT_EQ(fired.error().code, Errc::Timeout);
}

CORO_TEST_REAL(FineTimer, ThatRangAndWasNotSetSinceIsSilentUntilItIs) {
  const std::unique_ptr<FineTimer> timer = *FineTimer::open(loop);
  timer->set(loop.now() + milliseconds(1));
  CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
  const Result<> fired = co_await fired_within(*timer, milliseconds(30));
  CO_ASSERT_TRUE(!fired);
  EXPECT_EQ(fired.error().code, Errc::Timeout);
  timer->set(loop.now() + milliseconds(1));
  CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
}

CORO_TEST_REAL(FineTimer, FiresAtOnceForWhatIsPastAndAgainWhenSetAgain) {
  const std::unique_ptr<FineTimer> timer = *FineTimer::open(loop);
  const TimePoint past = loop.now() - seconds(1);
  for (int i = 0; i < 3; ++i) {
    timer->set(past);
    CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
  }
  timer->set(TimePoint{});
  CO_ASSERT_OK(co_await fired_within(*timer, seconds(10)));
}

}  // namespace
}  // namespace booster::runtime
