#include "booster/platform/network_watch.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "booster/runtime/timer.h"

namespace booster::platform {
namespace {

// Routes follow addresses within a millisecond where the kernel makes them; what a program adds later is news of its
// own.
constexpr auto kQuiet = std::chrono::milliseconds(5);
constexpr int kLongestBurst = 10;  // times that

bool matters(int type) {
  return type == RTM_NEWADDR || type == RTM_DELADDR || type == RTM_NEWROUTE || type == RTM_DELROUTE ||
         type == RTM_NEWLINK || type == RTM_DELLINK;
}

}  // namespace

Result<std::unique_ptr<NetworkWatch>> NetworkWatch::open(runtime::Loop& loop) {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd < 0) return fail(Errc::Unsupported, std::string("watch the network: ") + std::strerror(errno), errno);
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    const int error = errno;
    ::close(fd);
    return fail(Errc::Io, std::string("watch the network: ") + std::strerror(error), error);
  }
  return std::unique_ptr<NetworkWatch>(new NetworkWatch(loop, fd));
}

NetworkWatch::NetworkWatch(runtime::Loop& loop, int fd)
    : fd_(fd), watch_(std::make_unique<runtime::FdWatch>(loop, fd)) {}

NetworkWatch::~NetworkWatch() {
  watch_.reset();
  ::close(fd_);
}

// Reads everything that waits; true: some of it matters. A queue that overflowed (ENOBUFS) matters too: what was lost
// is not known.
bool NetworkWatch::drain() {
  alignas(nlmsghdr) std::array<char, 16 * 1024> buffer;
  bool any = false;
  for (;;) {
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == ENOBUFS) {
      any = true;
      continue;
    }
    if (size <= 0) return any;
    auto left = static_cast<unsigned>(size);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left))
      any |= matters(header->nlmsg_type);
  }
}

Task<Result<>> NetworkWatch::changed() {
  for (;;) {
    CO_TRY(co_await watch_->readable());
    if (!drain()) continue;
    for (int i = 0; i < kLongestBurst; ++i) {
      CO_TRY(co_await runtime::sleep_for(kQuiet));
      if (!drain()) break;
    }
    co_return Result<>();
  }
}

}  // namespace booster::platform
