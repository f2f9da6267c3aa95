// Address: an IPv4 or IPv6 address with port, or a Unix socket's path.
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"

namespace booster::net {

class Address {
 public:
  // "192.0.2.1:143", "[2001:db8::1]:143", "unix:/run/x.sock".   Errors  Protocol: none of these
  static Result<Address> parse(std::string_view text);
  static Result<Address> ip(std::string_view host, std::uint16_t port);  // a literal, no name
  static Address from(const sockaddr* address);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const;
  int family() const { return storage_.ss_family; }
  bool is_unix() const { return !path_.empty(); }
  const std::string& path() const { return path_; }
  std::uint16_t port() const;
  std::string host() const;  // without port
  std::string to_string() const;
  bool is_loopback() const;  // 127/8, ::1, mapped 127/8
  // Loopback, unspecified, link-local, private (RFC 1918, ULA), multicast, broadcast, in mapped form too.
  bool is_internal() const;
  // The network it comes from, for throttling: /24 of IPv4, /56 of IPv6.
  std::string network() const;

 private:
  sockaddr_storage storage_{};
  std::string path_;
};

// "host:port" or "[v6]:port" for names and literals alike.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  static Result<HostPort> parse(std::string_view text, std::uint16_t default_port = 0);
  std::string to_string() const;
};

}  // namespace booster::net
