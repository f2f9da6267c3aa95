// Task<T>: a lazy coroutine with one owner, awaited once. Resumed only from the loop's ready queue.
#pragma once
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "booster/runtime/cancel.h"

namespace booster::runtime {

class Loop;

// How many coroutine frames live on this thread; tests require none at their end.
std::size_t live_frames();
void* allocate_frame(std::size_t size);
void free_frame(void* frame) noexcept;
void resume_later(Loop& loop, std::coroutine_handle<> handle);

// What every coroutine knows of its surroundings; handed from awaiter to awaited.
struct PromiseBase {
  Loop* loop = nullptr;
  CancelScope* scope = nullptr;
  std::coroutine_handle<> continuation;

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame) noexcept { free_frame(frame); }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      if (promise.continuation) resume_later(*promise.loop, promise.continuation);
    }
    void await_resume() noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
};

template <class T>
struct TaskPromise : PromiseBase {
  std::optional<T> value;
  std::exception_ptr stray;

  auto get_return_object() { return std::coroutine_handle<TaskPromise>::from_promise(*this); }
  template <class U = T>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  void unhandled_exception() { stray = std::current_exception(); }
  T take() {
    if (stray) std::rethrow_exception(stray);
    return std::move(*value);
  }
};

template <>
struct TaskPromise<void> : PromiseBase {
  std::exception_ptr stray;

  auto get_return_object() { return std::coroutine_handle<TaskPromise>::from_promise(*this); }
  void return_void() {}
  void unhandled_exception() { stray = std::current_exception(); }
  void take() {
    if (stray) std::rethrow_exception(stray);
  }
};

template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : TaskPromise<T> {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})), scope_(other.scope_) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (!handle_) return;
    CHECK(!started_ || handle_.done());  // a suspended frame is never destroyed: cancel, then wait
    handle_.destroy();
  }

  // Runs in `scope` instead of its awaiter's.
  Task&& in(CancelScope& scope) && {
    scope_ = &scope;
    return std::move(*this);
  }

  struct Awaiter {
    Task& task;
    bool await_ready() noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> parent) {
      PromiseBase& mine = task.handle_.promise();
      PromiseBase& outer = parent.promise();
      mine.loop = outer.loop;
      mine.scope = task.scope_ != nullptr ? task.scope_ : outer.scope;
      task.started_ = true;
      task.handle_.resume();  // started here, not by symmetric transfer: flat in every build mode
      if (task.handle_.done()) return false;
      mine.continuation = parent;
      return true;
    }
    T await_resume() { return task.handle_.promise().take(); }
  };
  Awaiter operator co_await() && { return Awaiter{*this}; }

 private:
  explicit Task(Handle handle) : handle_(handle) {}

  Handle handle_;
  CancelScope* scope_ = nullptr;
  bool started_ = false;
};

// The awaiting coroutine's own loop and scope.
struct Surroundings {
  Loop* loop = nullptr;
  CancelScope* scope = nullptr;
};
struct SurroundingsAwaiter {
  Surroundings found;
  bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) noexcept {
    found = {self.promise().loop, self.promise().scope};
    return false;
  }
  Surroundings await_resume() noexcept { return found; }
};
inline SurroundingsAwaiter surroundings() {
  return {};
}

struct CancelAwaiter : SurroundingsAwaiter {
  CancelScope& await_resume() noexcept { return *found.scope; }
};
inline CancelAwaiter current_cancel() {
  return {};
}

// One pending leaf operation of a coroutine: finished once, by complete() or by its scope's cancel.
// Lives in the awaiting frame. Derived classes say in abort() how to let go of what they wait for.
class Leaf : public CancelNode {
 public:
  bool cancelled() const { return cancelled_; }
  void complete() {
    if (finished_) return;
    finished_ = true;
    unlink();
    resume_later(*loop_, handle_);
  }

 protected:
  ~Leaf() = default;
  // False: the scope is cancelled already; the coroutine goes on at once.
  template <class Promise>
  bool wait(std::coroutine_handle<Promise> self) {
    PromiseBase& promise = self.promise();
    loop_ = promise.loop;
    handle_ = self;
    if (promise.scope->cancelled()) {
      cancelled_ = true;
      return false;
    }
    promise.scope->add(*this);
    return true;
  }
  Loop& loop() { return *loop_; }
  virtual void abort() {}

 private:
  void on_cancel() final {
    cancelled_ = true;
    abort();
    complete();
  }

  Loop* loop_ = nullptr;
  std::coroutine_handle<> handle_;
  bool cancelled_ = false;
  bool finished_ = false;
};

inline codec::Result<> cancelled_error() {
  return fail(Errc::Cancelled);
}

}  // namespace booster::runtime
