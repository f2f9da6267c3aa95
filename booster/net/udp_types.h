// The words of the UDP socket: plain structs, cheap enough for every datagram.
#pragma once
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "booster/net/address.h"
#include "booster/runtime/clock.h"

namespace booster::net {

// An IPv6 address, or an IPv4 one in mapped form; port; interface index, 0: any.
struct UdpEndpoint {
  std::array<std::byte, 16> ip{};
  std::uint16_t port = 0;
  std::uint32_t interface = 0;
  auto operator<=>(const UdpEndpoint&) const = default;

  static Result<UdpEndpoint> of(const Address& address);  // Errors  Unsupported: a Unix socket
  static UdpEndpoint from(const sockaddr* name);
  Address address() const;
  bool is_v4() const;  // in mapped form
  bool is_unspecified() const;
  // As a socket of `family` takes it; gives its length. An IPv6 socket takes IPv4 addresses in mapped form.
  socklen_t write(sockaddr_storage& name, int family) const;
};

struct UdpRoute {
  UdpEndpoint local;  // ip zero: the system chooses; an interface here forces the datagram out there
  UdpEndpoint remote;
  auto operator<=>(const UdpRoute&) const = default;
};

enum class Ecn : std::uint8_t { NotEct = 0, Ect1 = 1, Ect0 = 2, Ce = 3 };  // as in the IP header      RFC 3168 §5

// One datagram received. `bytes` lie in the batch and may be changed in place (to be decrypted there).
struct UdpDatagram {
  std::span<std::byte> bytes;
  UdpEndpoint remote;
  UdpEndpoint local;  // what it was sent to, on a wildcard socket too; ip zero: the system cannot tell
  Ecn ecn = Ecn::NotEct;
  runtime::TimePoint received;  // when the kernel took it, on the runtime's clock
};

enum class SendStatus {
  Sent,         // all of it
  Blocked,      // the socket's buffer is full: wait for writable()
  NoBuffers,    // the device's queue is full and nothing tells when it is not: try again after a moment
  TooLarge,     // larger than the first hop's MTU, or than what the kernel has learned of the path
  Unreachable,  // no route there now
  Refused,      // an ICMP message said that nobody listens; often of an earlier datagram
  NoSource,     // the local address or interface is gone; newer Linux says Unreachable of an IPv4 address
  Forbidden,    // a local filter
};

// What became of a run: the kernel took `bytes` of it, whole segments from the front; `status` is of what follows them.
struct SendOutcome {
  SendStatus status = SendStatus::Sent;
  std::size_t bytes = 0;
};

struct UdpOptions {
  Address bind;             // port 0: the system chooses
  bool both = true;         // an IPv6 wildcard serves IPv4 too
  bool share_port = false;  // several sockets on one port, the system spreads peers over them
  std::string device;       // through this interface only; empty: any
  // Octets asked for; the kernel doubles them for its overhead and may grant less.
  int receive_buffer = 1 << 20;  // 100 Mbit/s for the 80 ms that a busy loop may not look
  int send_buffer = 256 << 10;   // the pacer keeps a burst below a millisecond; more would only hide a queue
  // Off where a driver does it wrongly, and in tests.
  bool send_segments = true;
  bool receive_segments = true;
  bool batches = true;
};

// What the system does for a socket, for status. Each false one is done without.
struct UdpFeatures {
  bool send_segments = false;     // one system call and one walk down the stack for many datagrams (GSO)
  bool receive_segments = false;  // and upwards (GRO)
  bool batches = false;           // recvmmsg, sendmmsg
  bool ecn = false;
  bool local_address = false;
  bool receive_time = false;
  bool never_fragments = false;
  int receive_buffer = 0;  // as granted, octets with the kernel's own overhead
  int send_buffer = 0;
  std::string to_string() const;
};

}  // namespace booster::net
