// SignalWatch: co_await the next SIGTERM, SIGHUP, … of this process.
#pragma once
#include <initializer_list>
#include <vector>

#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"

namespace booster::runtime {

class SignalWatch {
 public:
  SignalWatch(Loop& loop, std::initializer_list<int> signals);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

  Task<Result<int>> next();  // the number of the signal that came

 private:
  std::vector<uv_signal_t*> handles_;
  std::deque<int> seen_;
  Notify change_;
};

}  // namespace booster::runtime
