// Linux: the calls and the options.
#include "booster/net/udp_system.h"

#ifdef PACKETBOAT_LINUX_UDP
#include <netinet/in.h>
#include <netinet/udp.h>

#include <cerrno>

namespace booster::net {
namespace {

bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

int read_option(int fd, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

// On an IPv6 socket that serves both, each family's packets obey its own options.
bool set_for_both(int fd, int family, std::pair<int, int> four, std::pair<int, int> six) {
  const bool four_set = set_option(fd, IPPROTO_IP, four.first, four.second);
  return family == AF_INET ? four_set : set_option(fd, IPPROTO_IPV6, six.first, six.second);
}

class LinuxUdpCalls final : public UdpCalls {
 public:
  int receive(int fd, std::span<UdpHeader> into) override {
    if (into.size() == 1) {
      const ssize_t count = ::recvmsg(fd, &into[0].msg_hdr, MSG_DONTWAIT);
      if (count < 0) return -errno;
      into[0].msg_len = static_cast<unsigned>(count);
      return 1;
    }
    const int count = ::recvmmsg(fd, into.data(), static_cast<unsigned>(into.size()), MSG_DONTWAIT, nullptr);
    return count < 0 ? -errno : count;
  }
  int send(int fd, std::span<UdpHeader> from) override {
    if (from.size() == 1) return ::sendmsg(fd, &from[0].msg_hdr, MSG_DONTWAIT) < 0 ? -errno : 1;
    const int count = ::sendmmsg(fd, from.data(), static_cast<unsigned>(from.size()), MSG_DONTWAIT);
    return count < 0 ? -errno : count;
  }
};

}  // namespace

UdpCalls& system_udp_calls() {
  static LinuxUdpCalls calls;  // without state
  return calls;
}

UdpFeatures prepare_udp(int fd, int family, const UdpOptions& options) {
  UdpFeatures features;
  features.batches = options.batches;
  // PROBE: DF is set and the kernel's own idea of the path's MTU, which an ICMP message can forge, is not asked. The
  // transport finds the MTU by acknowledged probes (RFC 8899 §3).
  features.never_fragments =
      set_for_both(fd, family, {IP_MTU_DISCOVER, IP_PMTUDISC_PROBE}, {IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE});
  features.ecn = set_for_both(fd, family, {IP_RECVTOS, 1}, {IPV6_RECVTCLASS, 1});
  features.local_address =
      family == AF_INET ? set_option(fd, IPPROTO_IP, IP_PKTINFO, 1) : set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  features.receive_time = set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  features.send_segments = options.send_segments && read_option(fd, SOL_UDP, UDP_SEGMENT) >= 0;
  features.receive_segments = options.receive_segments && set_option(fd, SOL_UDP, UDP_GRO, 1);
  set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  features.receive_buffer = read_option(fd, SOL_SOCKET, SO_RCVBUF);
  features.send_buffer = read_option(fd, SOL_SOCKET, SO_SNDBUF);
  return features;
}

Result<> bind_udp_to_device(int fd, const std::string& device) {
  if (::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.c_str(), static_cast<socklen_t>(device.size())) == 0)
    return {};
  const int reason = errno;
  const Errc code = reason == EPERM ? Errc::Denied : reason == ENODEV ? Errc::NotFound : Errc::Io;
  return fail(code, "udp through " + device + ": " + std::generic_category().message(reason), reason);
}

}  // namespace booster::net
#endif
