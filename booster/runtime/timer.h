// Waiting for time: sleep, time-outs, shields, each on the loop's one ordered set of deadlines.
#pragma once
#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"
#include "booster/runtime/task.h"

namespace booster::runtime {

// co_await sleep_until(t) / sleep_for(d) -> Result<>: Cancelled, or nothing.
class SleepAwaiter final : public Leaf, public TimerNode {
 public:
  explicit SleepAwaiter(TimePoint when) : when_(when) {}
  explicit SleepAwaiter(Duration length) : length_(length) {}
  bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    if (!wait(self)) return false;
    set(loop(), length_ ? loop().now() + *length_ : when_);
    return true;
  }
  Result<> await_resume() { return cancelled() ? cancelled_error() : Result<>(); }

 private:
  void on_time() override { complete(); }
  void abort() override { clear(); }
  TimePoint when_{};
  std::optional<Duration> length_;
};
inline SleepAwaiter sleep_until(TimePoint when) {
  return SleepAwaiter(when);
}
inline SleepAwaiter sleep_for(Duration length) {
  return SleepAwaiter(length);
}

// Cancels a scope at a moment.
class Deadline final : public TimerNode {
 public:
  Deadline(Loop& loop, TimePoint when, CancelScope& scope) : scope_(scope) { set(loop, when); }
  bool passed() const { return passed_; }

 private:
  void on_time() override {
    passed_ = true;
    scope_.cancel();
  }
  CancelScope& scope_;
  bool passed_ = false;
};

// Cancels `task` after `limit`, waits for its unwinding, then says Timeout. Nested ones compose. A task that cannot be
// cancelled comes back late with its value, not lost.
template <class T>
Task<Result<T>> with_timeout(Duration limit, Task<Result<T>> task) {
  const Surroundings here = co_await surroundings();
  CancelScope scope(*here.scope);
  Deadline deadline(*here.loop, here.loop->now() + limit, scope);
  Result<T> result = co_await std::move(task).in(scope);
  if (deadline.passed() && !result && result.error().code == Errc::Cancelled && !here.scope->cancelled())
    co_return fail(Errc::Timeout, result.error().what);
  co_return result;
}

// co_await with_timeout(limit, wait_for(notify)): a Notify as a Task.
inline Task<Result<>> wait_for(Notify& notify) {
  co_return co_await notify.wait();
}

// Runs `task` although our own scope may be cancelled already, for at most `limit`: goodbyes and flushes.
template <class T>
Task<Result<T>> shielded(Duration limit, Task<Result<T>> task) {
  const Surroundings here = co_await surroundings();
  CancelScope scope;
  Deadline deadline(*here.loop, here.loop->now() + limit, scope);
  Result<T> result = co_await std::move(task).in(scope);
  if (deadline.passed() && !result && result.error().code == Errc::Cancelled)
    co_return fail(Errc::Timeout, result.error().what);
  co_return result;
}

}  // namespace booster::runtime
