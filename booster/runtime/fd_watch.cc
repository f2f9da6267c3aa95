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
    if ((watched_ & event) == 0) watch(watched_ | event);
    CO_TRY(co_await change_.wait());
  }
  if (poll_ == nullptr) co_return fail(Errc::Closed, "descriptor closed here");
  co_return Result<>();
}

void FdWatch::watch(int events) {
  watched_ = events;
  if (events == 0) {
    uv_poll_stop(poll_);
    return;
  }
  uv_poll_start(poll_, events, [](uv_poll_t* poll, int status, int seen) {
    auto* me = static_cast<FdWatch*>(poll->data);
    if (me == nullptr) return;
    if (status < 0) me->watched_ = 0;  // libuv has stopped by itself
    me->on_events(status < 0 ? (UV_READABLE | UV_WRITABLE) : seen);
  });
}

// Who waited mostly waits again before the loop looks the next time. What is seen while nobody waits is watched no
// longer: to begin and to end costs two system calls.
void FdWatch::on_events(int events) {
  if ((events & ~wanted_ & watched_) != 0) watch(wanted_ & watched_);
  seen_ |= events;
  wanted_ &= ~events;
  change_.notify_all();
}

}  // namespace booster::runtime
