#include "booster/net/tcp_info.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstddef>

namespace booster::net {
namespace {

// The kernel's tcp_info as far as it is needed here: glibc's ends before the rates, and <linux/tcp.h> cannot stand
// beside <netinet/tcp.h>.
struct KernelTcpInfo {
  std::uint8_t states[7];
  std::uint8_t rate_flags;  // bit 0: the delivery rate is of a moment without enough to send
  std::uint32_t before_rtt[15];
  std::uint32_t rtt;  // microseconds
  std::uint32_t after_rtt[8];
  std::uint64_t before_segments[4];
  std::uint32_t segments[6];
  std::uint64_t delivery_rate;  // octets a second; zero: a kernel before 4.9
};
static_assert(offsetof(KernelTcpInfo, rtt) == 68 && offsetof(KernelTcpInfo, delivery_rate) == 160);

}  // namespace

std::optional<TcpPath> tcp_path(int fd) {
  KernelTcpInfo info{};
  socklen_t size = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.rtt == 0) return std::nullopt;
  TcpPath path{std::chrono::microseconds(info.rtt)};
  path.delivery_rate = info.delivery_rate;
  path.app_limited = (info.rate_flags & 1U) != 0;
  return path;
}

}  // namespace booster::net
