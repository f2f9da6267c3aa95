#include "booster/net/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace booster::net {

TunnelSocket tune_tunnel_socket(const Stream& stream) {
  TunnelSocket tuned;
  const int fd = stream.fd();
  if (fd < 0) return tuned;
  const std::string bbr = "bbr";
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, bbr.data(),
                     static_cast<socklen_t>(bbr.size()));  // absent: the system's own stays
  const int lowat = kNotSentLowat;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof lowat);
  const unsigned user_timeout = 60'000;  // ms; the session's own silence limit strikes earlier while something is owed
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, sizeof user_timeout);
  char name[16] = {};
  socklen_t size = sizeof name;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &size) == 0) tuned.congestion = name;
  return tuned;
}

bool is_local_socket(int fd) {
  int domain = AF_UNSPEC;
  socklen_t size = sizeof domain;
  return fd >= 0 && ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

}  // namespace booster::net
