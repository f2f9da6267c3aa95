// offload(job): runs CPU work of more than about 200 µs on libuv's thread pool. Cannot be cancelled; comes back with
// its value.
#pragma once
#include <exception>
#include <memory>
#include <type_traits>

#include "booster/runtime/loop.h"

namespace booster::runtime {

template <class Job>
class OffloadAwaiter {
 public:
  using Value = std::invoke_result_t<Job&>;
  explicit OffloadAwaiter(Job job) : job_(std::move(job)) {}
  bool await_ready() noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    loop_ = self.promise().loop;
    handle_ = self;
    work_.data = this;
    loop_->external_started();
    const int rc = uv_queue_work(
        loop_->uv(), &work_,
        [](uv_work_t* work) {
          auto* me = static_cast<OffloadAwaiter*>(work->data);
          try {
            me->value_.emplace(me->job_());
          } catch (...) {
            me->stray_ = std::current_exception();
          }
        },
        [](uv_work_t* work, int) {
          auto* me = static_cast<OffloadAwaiter*>(work->data);
          me->loop_->external_done();
          me->loop_->post(me->handle_);
        });
    CHECK(rc == 0);
  }
  Value await_resume() {
    if (stray_) std::rethrow_exception(stray_);
    return *std::move(value_);
  }

 private:
  Job job_;
  std::optional<Value> value_;
  std::exception_ptr stray_;
  Loop* loop_ = nullptr;
  std::coroutine_handle<> handle_;
  uv_work_t work_{};
};

// The job returns a value (Result<> where there is none).
template <class Job>
OffloadAwaiter<Job> offload(Job job) {
  return OffloadAwaiter<Job>(std::move(job));
}

}  // namespace booster::runtime
