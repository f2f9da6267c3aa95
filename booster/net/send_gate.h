// SendGate: holds back what is to be sent while the kernel still has unsent bytes of before, so that whoever chooses
// the next bytes chooses late. TCP_NOTSENT_LOWAT alone does not do that: a write to a socket that was not polled first
// fills the last segment up to 64 kB.
#pragma once
#include <memory>

#include "booster/net/stream.h"
#include "booster/runtime/fd_watch.h"

namespace booster::net {

class SendGate {
 public:
  // Without a TCP descriptor the gate is always open.
  SendGate(runtime::Loop& loop, int fd);
  ~SendGate();
  SendGate(const SendGate&) = delete;
  SendGate& operator=(const SendGate&) = delete;

  // Until at most kNotSentLowat / 2 bytes are unsent, or the connection has failed: then the next write says why.
  Task<Result<>> open();

 private:
  bool is_open() const;

  runtime::Loop& loop_;
  int fd_;        // -1: it is always open
  int own_ = -1;  // a second descriptor: the first is polled by its stream
  std::unique_ptr<runtime::FdWatch> watch_;
};

}  // namespace booster::net
