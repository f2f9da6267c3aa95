// Together: stories that end with one another: the first to end ends all.
#pragma once
#include <optional>
#include <string>

#include "booster/runtime/scope.h"
#include "proxy/client/events/signal.h"

namespace proxy::client {

using booster::runtime::Task;

// join() must be awaited before it goes.
class Together {
 public:
  Together(booster::runtime::Loop& loop, booster::runtime::CancelScope& parent) : scope_(loop, parent) {}

  void add(std::string name, Task<Result<>> story) { scope_.spawn(std::move(name), run(std::move(story))); }
  // What the first to end ended with.
  Task<Result<>> join() {
    co_await scope_.join();
    co_return first_.value_or(Result<>());
  }

 private:
  Task<Result<>> run(Task<Result<>> story) {
    Task<Result<>> own = std::move(story);
    Result<> end = co_await std::move(own);
    if (!first_) first_ = std::move(end);
    scope_.cancel();
    co_return Result<>();
  }
  booster::runtime::TaskScope scope_;
  std::optional<Result<>> first_;
};

// Until one of two signals is raised beyond what was seen.   Errors  Cancelled
Task<Result<>> past_either(events::Signal& one, std::uint64_t one_seen, events::Signal& other,
                           std::uint64_t other_seen);

}  // namespace proxy::client
