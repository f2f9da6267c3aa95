// The one loop of a thread: libuv underneath, a ready queue of coroutines, one timer for all deadlines.
#pragma once
#include <uv.h>

#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <tuple>
#include <vector>

#include "booster/runtime/clock.h"
#include "booster/runtime/task.h"

namespace booster::runtime {

// A deadline in the loop's ordered set. Setting it again moves it; clearing is synchronous.
class TimerNode {
 public:
  TimerNode() = default;
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;
  void set(Loop& loop, TimePoint when);
  void clear();
  bool armed() const { return loop_ != nullptr; }

 protected:
  ~TimerNode() { clear(); }

 private:
  friend class Loop;
  virtual void on_time() = 0;  // must not run foreign code: posts, notifies, cancels

  Loop* loop_ = nullptr;
  TimePoint when_{};
};

class Loop {
 public:
  enum class Time { Real, Virtual };
  explicit Loop(Time time = Time::Real);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();  // CHECKs that no handle of ours is left open

  // Runs until `task` is done and gives its value. Virtual time jumps to the next deadline when nothing else can
  // happen.
  template <class T>
  T run(Task<T> task);

  CancelScope& scope() { return scope_; }  // the root of all scopes
  TimePoint now() const;
  std::chrono::system_clock::time_point wall_now() const;  // for display and expiry only
  uv_loop_t* uv() { return &uv_; }

  void post(std::coroutine_handle<> handle) { ready_.push_back(handle); }
  void post_from_thread(std::function<void()> job);  // from any thread; runs on the loop's
  void external_started() { ++external_; }           // work outside the loop is under way: virtual time waits for it
  void external_done() { --external_; }
  std::size_t open_handles();

 private:
  friend class TimerNode;
  using Deadline = std::tuple<TimePoint, std::uint64_t, TimerNode*>;

  void run_until(const bool& done);
  void drain();
  void fire_timers();
  void wait();
  void run_thread_jobs();

  uv_loop_t uv_{};
  uv_timer_t* timer_ = nullptr;
  uv_async_t* async_ = nullptr;
  Time time_;
  TimePoint virtual_now_{};
  CancelScope scope_;
  std::deque<std::coroutine_handle<>> ready_;
  std::set<Deadline> deadlines_;
  std::size_t external_ = 0;
  std::mutex mutex_;
  std::vector<std::function<void()>> thread_jobs_;
};

// A frame that nobody awaits: it destroys itself at its end.
struct RootFrame {
  struct promise_type : PromiseBase {
    RootFrame get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception();
  };
  std::coroutine_handle<promise_type> handle;
};

template <class T>
RootFrame run_to(Task<T> task, std::optional<T>& into, bool& done) {
  into.emplace(co_await std::move(task));
  done = true;
}
inline RootFrame run_to(Task<void> task, bool& done) {
  co_await std::move(task);
  done = true;
}

template <class T>
T Loop::run(Task<T> task) {
  bool done = false;
  if constexpr (std::is_void_v<T>) {
    RootFrame root = run_to(std::move(task), done);
    root.handle.promise().loop = this;
    root.handle.promise().scope = &scope_;
    post(root.handle);
    run_until(done);
  } else {
    std::optional<T> value;
    RootFrame root = run_to(std::move(task), value, done);
    root.handle.promise().loop = this;
    root.handle.promise().scope = &scope_;
    post(root.handle);
    run_until(done);
    return *std::move(value);
  }
}

}  // namespace booster::runtime
