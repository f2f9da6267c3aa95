// TaskScope: who starts children waits for them. There is no detach.
#pragma once
#include <functional>
#include <string>

#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"

namespace booster::runtime {

class TaskScope {
 public:
  using OnError = std::function<void(const std::string& task, const Error&)>;

  // Errors other than Cancelled go to `on_error` (by default: none expected, CHECK).
  TaskScope(Loop& loop, CancelScope& parent, OnError on_error = {})
      : loop_(loop), scope_(parent), on_error_(std::move(on_error)) {}
  ~TaskScope() { CHECK(running_ == 0); }

  // Starts `task` at the loop's next turn. It takes values, never views of the caller's frame.
  void spawn(std::string name, Task<Result<>> task);
  void cancel() { scope_.cancel(); }
  CancelScope& cancel_scope() { return scope_; }
  std::size_t running() const { return running_; }
  Loop& loop() { return loop_; }

  Task<void> join();  // waits on every path; not cancellable, so cancel() first where needed
  Notify& one_ended() { return ended_; }

 private:
  RootFrame run_child(std::string name, Task<Result<>> task);

  Loop& loop_;
  CancelScope scope_;
  OnError on_error_;
  std::size_t running_ = 0;
  Notify ended_;
};

}  // namespace booster::runtime
