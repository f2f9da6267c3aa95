// NetworkWatch: wakes when the machine's addresses, links or routes changed, or when it comes back from sleep.
#pragma once
#include <memory>

#include "booster/runtime/fd_watch.h"

namespace booster::platform {

using runtime::Task;

class NetworkWatch {
 public:
  // Errors  Unsupported, Io: no netlink here; the caller does without
  static Result<std::unique_ptr<NetworkWatch>> open(runtime::Loop& loop);
  NetworkWatch(const NetworkWatch&) = delete;
  NetworkWatch& operator=(const NetworkWatch&) = delete;
  ~NetworkWatch();

  // Until something that may matter for a connection changed. Bursts come as one: an interface going up sends a dozen
  // messages.
  Task<Result<>> changed();

 private:
  NetworkWatch(runtime::Loop& loop, int fd);
  bool drain();

  int fd_;
  std::unique_ptr<runtime::FdWatch> watch_;
};

}  // namespace booster::platform
