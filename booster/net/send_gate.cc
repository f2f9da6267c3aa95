#include "booster/net/send_gate.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "booster/net/socket_options.h"

namespace booster::net {

SendGate::SendGate(runtime::Loop& loop, int fd) : loop_(loop), fd_(is_local_socket(fd) ? -1 : fd) {}

SendGate::~SendGate() {
  watch_.reset();
  if (own_ >= 0) ::close(own_);
}

bool SendGate::is_open() const {
  int unsent = 0;
  return fd_ < 0 || ::ioctl(fd_, SIOCOUTQNSD, &unsent) != 0 || unsent <= kNotSentLowat / 2;
}

Task<Result<>> SendGate::open() {
  if (is_open()) co_return Result<>();
  if (watch_ == nullptr) {
    own_ = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
    if (own_ < 0) co_return Result<>();  // out of descriptors: late choice is a comfort, the write is not
    watch_ = std::make_unique<runtime::FdWatch>(loop_, own_);
  }
  co_return co_await watch_->writable();  // writable: less than half of TCP_NOTSENT_LOWAT is unsent
}

}  // namespace booster::net
