// FineTimer: wakes at an instant, to some ten microseconds; the loop's own deadlines are good to a millisecond.
#pragma once
#include <memory>

#include "booster/runtime/clock.h"
#include "booster/runtime/fd_watch.h"

namespace booster::runtime {

class FineTimer {
 public:
  // Errors  Unsupported: the system has none; the loop's timers serve then
  static Result<std::unique_ptr<FineTimer>> open(Loop& loop);
  FineTimer(const FineTimer&) = delete;
  FineTimer& operator=(const FineTimer&) = delete;
  ~FineTimer();

  void set(TimePoint when);  // kNever: off. Past ones fire at once
  // Until the instant that was set last; one waiter.
  Task<Result<>> fired();

 private:
  FineTimer(Loop& loop, int fd);
  void arm(TimePoint when);

  int fd_;
  TimePoint due_ = kNever;
  TimePoint armed_ = kNever;  // in the kernel; hardly later than due_
  bool unread_ = false;       // it has rung and was not armed since
  FdWatch watch_;
};

}  // namespace booster::runtime
