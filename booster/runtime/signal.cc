#include "booster/runtime/signal.h"

namespace booster::runtime {

SignalWatch::SignalWatch(Loop& loop, std::initializer_list<int> signals) {
  for (const int number : signals) {
    auto* handle = new uv_signal_t;
    CHECK(uv_signal_init(loop.uv(), handle) == 0);
    handle->data = this;
    uv_signal_start(
        handle,
        [](uv_signal_t* h, int signum) {
          auto* me = static_cast<SignalWatch*>(h->data);
          if (me == nullptr) return;
          me->seen_.push_back(signum);
          me->change_.notify_all();
        },
        number);
    handles_.push_back(handle);
  }
}

SignalWatch::~SignalWatch() {
  for (uv_signal_t* handle : handles_) {
    handle->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* h) { delete reinterpret_cast<uv_signal_t*>(h); });
  }
}

Task<Result<int>> SignalWatch::next() {
  while (seen_.empty()) CO_TRY(co_await change_.wait());
  const int number = seen_.front();
  seen_.pop_front();
  co_return number;
}

}  // namespace booster::runtime
