#include "booster/net/tcp_info.h"

#include <linux/tcp.h>  // glibc's tcp_info knows no rates
#include <netinet/in.h>
#include <sys/socket.h>

namespace booster::net {

std::optional<TcpPath> tcp_path(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_rtt == 0) return std::nullopt;
  TcpPath path{std::chrono::microseconds(info.tcpi_rtt)};
  path.delivery_rate = info.tcpi_delivery_rate;
  path.app_limited = info.tcpi_delivery_rate_app_limited != 0;
  return path;
}

}  // namespace booster::net
