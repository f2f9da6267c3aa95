// Runs of datagrams into a socket, by as few calls as the system allows.
#pragma once
#include "booster/net/udp_system.h"

namespace booster::net {

class UdpSender {
 public:
  UdpSender(int family, UdpFeatures& features, UdpCalls& calls);
  UdpSender(const UdpSender&) = delete;
  UdpSender& operator=(const UdpSender&) = delete;
  // As UdpSocket::send.
  Result<SendOutcome> send(int fd, ByteView run, std::size_t segment, const UdpRoute& route, Ecn ecn);

 private:
  static constexpr std::size_t kHeaders = 32;
  struct Control {
    alignas(cmsghdr) std::array<std::byte, kUdpControl> bytes;
    std::size_t size = 0;
  };

  void address(const UdpRoute& route, Ecn ecn, std::size_t segment);
  std::span<UdpHeader> cut(ByteView run, std::size_t segment, std::size_t most_headers, std::size_t most_segments);
  int pass(int fd, ByteView run, std::size_t segment);
  int pass_alone(int fd, ByteView run, std::size_t segment);

  int family_;
  UdpFeatures& features_;
  UdpCalls& calls_;
  sockaddr_storage name_{};
  socklen_t name_size_ = 0;
  Control single_;  // beside a lone datagram
  Control joined_;  // beside several in one message
  std::array<UdpHeader, kHeaders> headers_{};
  std::array<iovec, kHeaders> parts_{};
};

}  // namespace booster::net
