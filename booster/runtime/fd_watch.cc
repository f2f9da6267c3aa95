#include "booster/runtime/fd_watch.h"

namespace booster::runtime {

FdWatch::FdWatch(Loop& loop, int fd) : poll_(new uv_poll_t) {
  CHECK(uv_poll_init(loop.uv(), poll_, fd) == 0);
  poll_->data = this;
}

FdWatch::~FdWatch() {
  close();
}

void FdWatch::close() {
  if (poll_ == nullptr) return;
  uv_poll_t* const poll = std::exchange(poll_, nullptr);
  poll->data = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(poll),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
  change_.notify_all();
}

Task<Result<>> FdWatch::ready(int event) {
  seen_ &= ~event;
  while (poll_ != nullptr && (seen_ & event) == 0) {
    wanted_ |= event;
    arm();
    CO_TRY(co_await change_.wait());
  }
  if (poll_ == nullptr) co_return fail(Errc::Closed, "descriptor closed here");
  co_return Result<>();
}

void FdWatch::arm() {
  if (wanted_ == 0) {
    uv_poll_stop(poll_);
    return;
  }
  uv_poll_start(poll_, wanted_, [](uv_poll_t* poll, int status, int events) {
    auto* me = static_cast<FdWatch*>(poll->data);
    if (me == nullptr) return;
    me->seen_ |= status < 0 ? (UV_READABLE | UV_WRITABLE) : events;
    me->wanted_ &= ~me->seen_;
    me->arm();
    me->change_.notify_all();
  });
}

}  // namespace booster::runtime
