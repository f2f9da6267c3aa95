// Linux: what goes beside a datagram (cmsg).
#include "booster/net/udp_system.h"

#ifdef PACKETBOAT_LINUX_UDP
#include <netinet/in.h>
#include <netinet/udp.h>

#include <cstring>
#include <ctime>

#include "codec/base/check.h"

namespace booster::net {
namespace {

template <class T>
T control_value(const cmsghdr& message) {
  T value{};
  std::memcpy(&value, CMSG_DATA(&message), sizeof value);
  return value;
}

void read_ip_control(const cmsghdr& message, UdpArrival& arrival) {
  if (message.cmsg_type == IP_PKTINFO) {
    const auto info = control_value<in_pktinfo>(message);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr = info.ipi_addr;
    arrival.local = UdpEndpoint::from(reinterpret_cast<const sockaddr*>(&name)).ip;
    arrival.interface = static_cast<std::uint32_t>(info.ipi_ifindex);
  } else if (message.cmsg_type == IP_TOS) {
    arrival.ecn = static_cast<Ecn>(control_value<std::uint8_t>(message) & 3U);
  }
}

void read_ipv6_control(const cmsghdr& message, UdpArrival& arrival) {
  if (message.cmsg_type == IPV6_PKTINFO) {
    const auto info = control_value<in6_pktinfo>(message);
    std::memcpy(arrival.local.data(), &info.ipi6_addr, arrival.local.size());
    arrival.interface = info.ipi6_ifindex;
  } else if (message.cmsg_type == IPV6_TCLASS) {
    arrival.ecn = static_cast<Ecn>(static_cast<unsigned>(control_value<int>(message)) & 3U);
  }
}

// Control messages one behind the other into a buffer.
class ControlWriter {
 public:
  explicit ControlWriter(std::span<std::byte> into) : into_(into) {}

  template <class T>
  void add(int level, int type, const T& value) {
    CHECK(into_.size() - used_ >= CMSG_SPACE(sizeof value));
    cmsghdr header{};
    header.cmsg_level = level;
    header.cmsg_type = type;
    header.cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(into_.data() + used_, &header, sizeof header);
    std::memcpy(into_.data() + used_ + CMSG_LEN(0), &value, sizeof value);
    used_ += CMSG_SPACE(sizeof value);
  }
  std::size_t used() const { return used_; }

 private:
  std::span<std::byte> into_;
  std::size_t used_ = 0;
};

void write_source(ControlWriter& control, int family, const UdpRoute& route) {
  const UdpEndpoint& local = route.local;
  if (local.is_unspecified() && local.interface == 0) return;
  if (family == AF_INET) {
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(local.interface);
    if (local.is_v4()) std::memcpy(&info.ipi_spec_dst, local.ip.data() + 12, sizeof info.ipi_spec_dst);
    control.add(IPPROTO_IP, IP_PKTINFO, info);
    return;
  }
  in6_pktinfo info{};
  info.ipi6_ifindex = local.interface;
  std::memcpy(&info.ipi6_addr, local.ip.data(), local.ip.size());
  // To an IPv4 address only a mapped source is taken, even one that is not specified.
  if (local.is_unspecified() && route.remote.is_v4())
    std::memcpy(&info.ipi6_addr, route.remote.ip.data(), route.remote.ip.size() - sizeof(in_addr));
  control.add(IPPROTO_IPV6, IPV6_PKTINFO, info);
}

}  // namespace

UdpArrival read_udp_control(const msghdr& header) {
  UdpArrival arrival;
  auto& all = const_cast<msghdr&>(header);  // CMSG_NXTHDR takes no const one
  for (const cmsghdr* message = CMSG_FIRSTHDR(&all); message != nullptr;
       message = CMSG_NXTHDR(&all, const_cast<cmsghdr*>(message))) {
    if (message->cmsg_level == IPPROTO_IP) read_ip_control(*message, arrival);
    if (message->cmsg_level == IPPROTO_IPV6) read_ipv6_control(*message, arrival);
    if (message->cmsg_level == SOL_UDP && message->cmsg_type == UDP_GRO)
      arrival.segment = static_cast<std::size_t>(control_value<int>(*message));
    if (message->cmsg_level == SOL_SOCKET && message->cmsg_type == SCM_TIMESTAMPNS) {
      const auto stamp = control_value<timespec>(*message);
      arrival.stamp = std::chrono::seconds(stamp.tv_sec) + std::chrono::nanoseconds(stamp.tv_nsec);
    }
  }
  return arrival;
}

std::size_t write_udp_control(std::span<std::byte> control, int family, const UdpRoute& route, Ecn ecn,
                              std::size_t segment) {
  ControlWriter writer(control);
  write_source(writer, family, route);
  if (ecn != Ecn::NotEct) {
    const int bits = static_cast<int>(ecn);
    if (route.remote.is_v4()) {  // on an IPv6 socket too
      writer.add(IPPROTO_IP, IP_TOS, bits);
    } else {
      writer.add(IPPROTO_IPV6, IPV6_TCLASS, bits);
    }
  }
  if (segment > 0) writer.add(SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(segment));
  return writer.used();
}

}  // namespace booster::net
#endif
