// Any system with sockets: one datagram a call, and nothing is known beside it.
#include "booster/net/udp_system.h"

#ifndef PACKETBOAT_LINUX_UDP
#include <cerrno>

namespace booster::net {
namespace {

class PlainUdpCalls final : public UdpCalls {
 public:
  int receive(int fd, std::span<UdpHeader> into) override {
    const ssize_t count = ::recvmsg(fd, &into[0].msg_hdr, 0);
    if (count < 0) return -errno;
    into[0].msg_len = static_cast<unsigned>(count);
    return 1;
  }
  int send(int fd, std::span<UdpHeader> from) override { return ::sendmsg(fd, &from[0].msg_hdr, 0) < 0 ? -errno : 1; }
};

int buffer_size(int fd, int name, int wanted) {
  (void)::setsockopt(fd, SOL_SOCKET, name, &wanted, sizeof wanted);
  int granted = 0;
  socklen_t size = sizeof granted;
  return ::getsockopt(fd, SOL_SOCKET, name, &granted, &size) == 0 ? granted : 0;
}

}  // namespace

UdpCalls& system_udp_calls() {
  static PlainUdpCalls calls;  // without state
  return calls;
}

UdpFeatures prepare_udp(int fd, int, const UdpOptions& options) {
  UdpFeatures features;
  features.receive_buffer = buffer_size(fd, SO_RCVBUF, options.receive_buffer);
  features.send_buffer = buffer_size(fd, SO_SNDBUF, options.send_buffer);
  return features;
}

Result<> bind_udp_to_device(int, const std::string& device) {
  return fail(Errc::Unsupported, "udp through " + device + ": not on this system");
}

UdpArrival read_udp_control(const msghdr&) {
  return {};
}

std::size_t write_udp_control(std::span<std::byte>, int, const UdpRoute&, Ecn, std::size_t) {
  return 0;
}

}  // namespace booster::net
#endif
