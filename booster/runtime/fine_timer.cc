#include "booster/runtime/fine_timer.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace booster::runtime {
namespace {

// A pacer's rounding moves its deadline by less from one look to the next.
constexpr Duration kSameInstant = std::chrono::microseconds(10);

}  // namespace

Result<std::unique_ptr<FineTimer>> FineTimer::open(Loop& loop) {
  const int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) return fail(Errc::Unsupported, std::string("timerfd: ") + std::strerror(errno));
  return std::unique_ptr<FineTimer>(new FineTimer(loop, fd));
}

FineTimer::FineTimer(Loop& loop, int fd) : fd_(fd), watch_(loop, fd) {}

FineTimer::~FineTimer() {
  watch_.close();
  ::close(fd_);
}

// A deadline mostly moves away before it comes: the kernel is told of it once it would be missed.
void FineTimer::set(TimePoint when) {
  due_ = when;
  if (when < armed_ - kSameInstant) arm(when);
}

// To arm it anew takes back that it has rung: who sets it after each time need not read it.
void FineTimer::arm(TimePoint when) {
  armed_ = when;
  unread_ = false;
  // Zero would switch it off.
  const auto since = std::max<Duration>(when.time_since_epoch(), std::chrono::nanoseconds(1));
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  itimerspec spec{};
  spec.it_value.tv_sec = whole.count();
  spec.it_value.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(since - whole).count();
  timerfd_settime(fd_, TFD_TIMER_ABSTIME, &spec, nullptr);
}

Task<Result<>> FineTimer::fired() {
  for (;;) {
    CO_TRY(co_await watch_.readable());
    if (std::exchange(unread_, true)) {
      std::uint64_t times = 0;
      if (::read(fd_, &times, sizeof times) == sizeof times) unread_ = false;
      continue;
    }
    armed_ = kNever;
    if (due_ <= read_boot_clock()) {
      due_ = kNever;
      co_return Result<>();
    }
    if (due_ != kNever) arm(due_);
  }
}

}  // namespace booster::runtime
