// FdWatch: waits until a descriptor that another library owns is readable or writable (uv_poll). Does not own the
// descriptor.
#pragma once
#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"

namespace booster::runtime {

class FdWatch {
 public:
  FdWatch(Loop& loop, int fd);
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch();

  Task<Result<>> readable() { return ready(UV_READABLE); }
  Task<Result<>> writable() { return ready(UV_WRITABLE); }
  bool is_watched() const { return watched_ != 0; }  // by the loop
  // Lets go of the descriptor, which may be closed from then on; who waits gets Closed.
  void close();

 private:
  Task<Result<>> ready(int event);
  void watch(int events);
  void on_events(int events);

  uv_poll_t* poll_;  // nullptr: closed
  int wanted_ = 0;   // somebody waits for it
  int watched_ = 0;  // by the loop; stays so from one wait to the next
  int seen_ = 0;
  Notify change_;
};

}  // namespace booster::runtime
