// SerialThread: one thread that runs jobs in order; a SQLite file belongs to one. co_await db.run(job).
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "booster/runtime/loop.h"

namespace booster::runtime {

class SerialThread {
 public:
  explicit SerialThread(std::string name);
  SerialThread(const SerialThread&) = delete;
  SerialThread& operator=(const SerialThread&) = delete;
  ~SerialThread();  // finishes what is queued

  void post(std::function<void()> job);

  template <class Job>
  class Awaiter {
   public:
    using Value = std::invoke_result_t<Job&>;
    Awaiter(SerialThread& thread, Job job) : thread_(thread), job_(std::move(job)) {}
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) {
      loop_ = self.promise().loop;
      handle_ = self;
      loop_->external_started();
      thread_.post([this] {
        try {
          value_.emplace(job_());
        } catch (...) {
          stray_ = std::current_exception();
        }
        loop_->post_from_thread([this] {
          loop_->external_done();
          loop_->post(handle_);
        });
      });
    }
    Value await_resume() {
      if (stray_) std::rethrow_exception(stray_);
      return *std::move(value_);
    }

   private:
    SerialThread& thread_;
    Job job_;
    std::optional<Value> value_;
    std::exception_ptr stray_;
    Loop* loop_ = nullptr;
    std::coroutine_handle<> handle_;
  };
  // Runs `job` on the thread; comes back on the loop with its value, late rather than cancelled.
  template <class Job>
  Awaiter<Job> run(Job job) {
    return Awaiter<Job>(*this, std::move(job));
  }

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace booster::runtime
