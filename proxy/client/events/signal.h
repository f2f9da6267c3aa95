// Signal: "something changed", counted, so that a change between a look and the wait for the next is not missed.
#pragma once
#include <cstdint>

#include "booster/runtime/notify.h"
#include "booster/runtime/task.h"

namespace proxy::client::events {

using booster::runtime::Task;

class Signal {
 public:
  void raise() {
    ++count_;
    notify_.notify_all();
  }
  std::uint64_t count() const { return count_; }
  // Until it was raised since it stood at `seen`.   Errors  Cancelled
  Task<Result<>> past(std::uint64_t seen) {
    while (count_ == seen) CO_TRY(co_await notify_.wait());
    co_return Result<>();
  }

 private:
  std::uint64_t count_ = 0;
  booster::runtime::Notify notify_;
};

}  // namespace proxy::client::events
