// Notify: coroutines wait until somebody says that something changed. Spurious wake-ups are possible: wait in a loop.
#pragma once
#include "booster/runtime/task.h"

namespace booster::runtime {

class Notify {
 public:
  Notify() = default;
  Notify(const Notify&) = delete;
  Notify& operator=(const Notify&) = delete;
  ~Notify() { CHECK(first_ == nullptr); }

  void notify_all() {
    while (first_ != nullptr) notify_one();
  }
  void notify_one() {
    if (first_ == nullptr) return;
    Waiter& waiter = *first_;
    remove(waiter);
    waiter.complete();
  }
  bool waited_for() const { return first_ != nullptr; }

  // co_await -> Result<>: Cancelled, or nothing once notified.
  class Waiter final : public Leaf {
   public:
    explicit Waiter(Notify& source) : source_(source) {}
    bool await_ready() noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> self) {
      if (!wait(self)) return false;
      source_.add(*this);
      return true;
    }
    Result<> await_resume() { return cancelled() ? cancelled_error() : Result<>(); }

   private:
    friend class Notify;
    void abort() override { source_.remove(*this); }
    Notify& source_;
    Waiter* previous_ = nullptr;
    Waiter* next_ = nullptr;
  };
  Waiter wait() { return Waiter(*this); }

 private:
  void add(Waiter& waiter) {
    waiter.previous_ = last_;
    (last_ != nullptr ? last_->next_ : first_) = &waiter;
    last_ = &waiter;
  }
  void remove(Waiter& waiter) {
    (waiter.previous_ != nullptr ? waiter.previous_->next_ : first_) = waiter.next_;
    (waiter.next_ != nullptr ? waiter.next_->previous_ : last_) = waiter.previous_;
    waiter.previous_ = waiter.next_ = nullptr;
  }
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

// One coroutine at a time. Release by letting the Lock go out of scope.
class Mutex {
 public:
  class Lock {
   public:
    explicit Lock(Mutex& mutex) : mutex_(&mutex) {}
    Lock(Lock&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
    Lock& operator=(Lock&&) = delete;
    ~Lock() {
      if (mutex_ == nullptr) return;
      mutex_->held_ = false;
      mutex_->free_.notify_one();
    }

   private:
    Mutex* mutex_;
  };

  Task<Result<Lock>> lock() {
    while (held_) {
      const Result<> woken = co_await free_.wait();
      if (!woken) {
        if (!held_) free_.notify_one();  // pass on what may have been meant for us
        co_return tl::unexpected(woken.error());
      }
    }
    held_ = true;
    co_return Lock(*this);
  }

 private:
  bool held_ = false;
  Notify free_;
};

}  // namespace booster::runtime
