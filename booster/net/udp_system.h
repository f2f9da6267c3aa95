// What differs between systems below the UDP socket, one source for each: udp_linux.cc (with udp_linux_control.cc), and
// udp_plain.cc with nothing but recvmsg and sendmsg.
#pragma once
#include <sys/socket.h>

#include <chrono>
#include <optional>

#include "booster/net/udp_types.h"

// PACKETBOAT_PLAIN_UDP builds the plain one where the other would stand.
#if defined(__linux__) && !defined(PACKETBOAT_PLAIN_UDP)
#define PACKETBOAT_LINUX_UDP 1
#endif

namespace booster::net {

#ifdef PACKETBOAT_LINUX_UDP
using UdpHeader = ::mmsghdr;
#else
struct UdpHeader {
  msghdr msg_hdr;
  unsigned msg_len;
};
#endif

constexpr std::size_t kUdpControl = 256;  // four control messages of at most 40 octets each, and room for a fifth

// The system calls, so that tests can put a fault in their place.
class UdpCalls {
 public:
  virtual ~UdpCalls() = default;
  // How many headers were filled or sent; -errno when not even the first. More than one only where there are batches.
  virtual int receive(int fd, std::span<UdpHeader> into) = 0;
  virtual int send(int fd, std::span<UdpHeader> from) = 0;
};
UdpCalls& system_udp_calls();

// Turns on what the system has; what is absent stays off.
UdpFeatures prepare_udp(int fd, int family, const UdpOptions& options);
// Errors  Denied, NotFound, Unsupported
Result<> bind_udp_to_device(int fd, const std::string& device);

// What came beside a datagram.
struct UdpArrival {
  std::array<std::byte, 16> local{};
  std::uint32_t interface = 0;
  Ecn ecn = Ecn::NotEct;
  std::size_t segment = 0;                        // 0: one datagram
  std::optional<std::chrono::nanoseconds> stamp;  // the kernel's, on the wall clock
};
UdpArrival read_udp_control(const msghdr& header);

// What goes beside one; gives the octets written into `control` (of kUdpControl, aligned as cmsghdr). segment 0: one
// datagram.
std::size_t write_udp_control(std::span<std::byte> control, int family, const UdpRoute& route, Ecn ecn,
                              std::size_t segment);

}  // namespace booster::net
