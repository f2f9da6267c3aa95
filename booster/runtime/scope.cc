#include "booster/runtime/scope.h"

#include <cstdio>
#include <cstdlib>

namespace booster::runtime {

void TaskScope::spawn(std::string name, Task<Result<>> task) {
  RootFrame root = run_child(std::move(name), std::move(task));
  root.handle.promise().loop = &loop_;
  root.handle.promise().scope = &scope_;
  ++running_;
  loop_.post(root.handle);
}

RootFrame TaskScope::run_child(std::string name, Task<Result<>> task) {
  {
    Task<Result<>> own = std::move(task);  // dies before we count as ended: joiners may free what it refers to
    const Result<> result = co_await std::move(own);
    if (!result && result.error().code != Errc::Cancelled) {
      if (!on_error_) {
        std::fprintf(stderr, "task %s failed with nobody to tell: %s\n", name.c_str(),
                     codec::to_string(result.error()).c_str());
        std::abort();
      }
      on_error_(name, result.error());
    }
  }
  --running_;
  ended_.notify_all();
}

namespace {
Task<Result<>> wait_for_end(Notify& ended, const std::size_t& running) {
  while (running > 0) CO_TRY(co_await ended.wait());
  co_return Result<>();
}
}  // namespace

Task<void> TaskScope::join() {
  CancelScope unhindered;
  (void)co_await wait_for_end(ended_, running_).in(unhindered);
}

}  // namespace booster::runtime
