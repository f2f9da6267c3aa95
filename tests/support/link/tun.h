// TUN devices inside network namespaces.
#pragma once
#include <string>

#include "codec/base/result.h"

namespace support::link {

// A descriptor that is closed with its owner.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_;
};

struct TunSettings {
  std::string netns;     // path of the namespace, /proc/PID/ns/net
  std::string name;      // of the interface
  std::string address;   // IPv4, /24
  std::string address6;  // IPv6, /64; empty: none
  int mtu = 1500;
};

// Makes the interface in that namespace, gives it its addresses and brings it and the loopback up. The descriptor is
// non-blocking; each read and write is one IP packet. Leaves the calling thread in the namespace.
//   Errors  Denied: namespace or TUN refused · Io: what the kernel said
codec::Result<Fd> open_tun(const TunSettings& settings);

}  // namespace support::link
