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
  std::uint32_t timeouts[2];
  std::uint32_t send_segment;  // octets
  std::uint32_t receive_segment;
  std::uint32_t unacked;  // segments
  std::uint32_t before_rtt[10];
  std::uint32_t rtt;  // microseconds
  std::uint32_t after_rtt[7];
  std::uint32_t retransmitted;  // segments, since the beginning
  std::uint64_t pacing[2];
  std::uint64_t octets_acked;
  std::uint64_t octets_received;
  std::uint32_t segments[2];
  std::uint32_t unsent;     // octets
  std::uint32_t least_rtt;  // microseconds, of the last minutes
  std::uint32_t data_segments_in;
  std::uint32_t data_segments_out;
  std::uint64_t delivery_rate;  // octets a second; zero: a kernel before 4.9
};
static_assert(offsetof(KernelTcpInfo, rtt) == 68 && offsetof(KernelTcpInfo, retransmitted) == 100);
static_assert(offsetof(KernelTcpInfo, least_rtt) == 148 && offsetof(KernelTcpInfo, delivery_rate) == 160);

}  // namespace

std::optional<TcpPath> tcp_path(int fd) {
  KernelTcpInfo info{};
  socklen_t size = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.rtt == 0) return std::nullopt;
  TcpPath path;
  path.round_trip = std::chrono::microseconds(info.rtt);
  path.delivery_rate = info.delivery_rate;
  path.app_limited = (info.rate_flags & 1U) != 0;
  path.least_round_trip = std::chrono::microseconds(info.least_rtt);
  path.in_flight = std::uint64_t{info.unacked} * info.send_segment;
  path.segment = info.send_segment;
  path.segments_sent = info.data_segments_out;
  path.segments_retransmitted = info.retransmitted;
  path.octets_acked = info.octets_acked;
  path.octets_received = info.octets_received;
  return path;
}

}  // namespace booster::net
