#include "booster/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace booster::net {
namespace {

const sockaddr_in& v4(const sockaddr_storage& storage) {
  return reinterpret_cast<const sockaddr_in&>(storage);
}
const sockaddr_in6& v6(const sockaddr_storage& storage) {
  return reinterpret_cast<const sockaddr_in6&>(storage);
}

bool internal_v4(std::uint32_t host_order) {
  const std::uint32_t a = host_order >> 24;
  const std::uint32_t b = host_order >> 16 & 255;
  return a == 0 || a == 10 || a == 127 || (a == 169 && b == 254) || (a == 172 && b >= 16 && b < 32) ||
         (a == 192 && b == 168) || (a == 100 && b >= 64 && b < 128) || a >= 224;
}

std::uint32_t mapped_v4(const in6_addr& address) {
  std::uint32_t value = 0;
  std::memcpy(&value, address.s6_addr + 12, 4);
  return ntohl(value);
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    return fail(Errc::Protocol, "port '" + std::string(text) + "': want a number from 0 to 65535");
  return port;
}

}  // namespace

Result<HostPort> HostPort::parse(std::string_view text, std::uint16_t default_port) {
  HostPort result;
  result.port = default_port;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      return fail(Errc::Protocol, "address '" + std::string(text) + "': ']' is missing");
    result.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.rfind(':');
    result.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (result.host.find(':') != std::string::npos)
      return fail(Errc::Protocol, "address '" + std::string(text) + "': write an IPv6 address as [::1]:port");
  }
  if (result.host.empty()) return fail(Errc::Protocol, "address '" + std::string(text) + "': the host is missing");
  if (!rest.empty()) {
    if (!rest.starts_with(':')) return fail(Errc::Protocol, "address '" + std::string(text) + "': want host:port");
    TRY_ASSIGN(result.port, parse_port(rest.substr(1)));
  } else if (default_port == 0) {
    return fail(Errc::Protocol, "address '" + std::string(text) + "': the port is missing");
  }
  return result;
}

std::string HostPort::to_string() const {
  const bool v6_literal = host.find(':') != std::string::npos;
  return (v6_literal ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with("unix:")) {
    Address address;
    address.storage_.ss_family = AF_UNIX;
    address.path_ = text.substr(5);
    if (address.path_.empty()) return fail(Errc::Protocol, "address 'unix:': the path is missing");
    return address;
  }
  TRY_ASSIGN(const HostPort both, HostPort::parse(text, 0));
  return ip(both.host, both.port);
}

Result<Address> Address::ip(std::string_view host, std::uint16_t port) {
  Address address;
  const std::string name(host);
  auto& four = reinterpret_cast<sockaddr_in&>(address.storage_);
  auto& six = reinterpret_cast<sockaddr_in6&>(address.storage_);
  if (inet_pton(AF_INET, name.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    return address;
  }
  if (inet_pton(AF_INET6, name.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    return address;
  }
  return fail(Errc::Protocol, "'" + name + "' is not an IP address");
}

Address Address::from(const sockaddr* source) {
  Address address;
  if (source->sa_family == AF_INET) std::memcpy(&address.storage_, source, sizeof(sockaddr_in));
  if (source->sa_family == AF_INET6) std::memcpy(&address.storage_, source, sizeof(sockaddr_in6));
  if (source->sa_family == AF_UNIX) {
    address.storage_.ss_family = AF_UNIX;
    address.path_ = "(unix)";
  }
  return address;
}

socklen_t Address::size() const {
  return family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

std::uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(v4(storage_).sin_port);
  if (family() == AF_INET6) return ntohs(v6(storage_).sin6_port);
  return 0;
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (family() == AF_INET) inet_ntop(AF_INET, &v4(storage_).sin_addr, text, sizeof text);
  if (family() == AF_INET6) inet_ntop(AF_INET6, &v6(storage_).sin6_addr, text, sizeof text);
  return is_unix() ? "unix:" + path_ : text;
}

std::string Address::to_string() const {
  if (is_unix()) return host();
  return HostPort{host(), port()}.to_string();
}

bool Address::is_loopback() const {
  if (family() == AF_INET) return ntohl(v4(storage_).sin_addr.s_addr) >> 24 == 127;
  if (family() != AF_INET6) return is_unix();
  const in6_addr& address = v6(storage_).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&address) || (IN6_IS_ADDR_V4MAPPED(&address) && mapped_v4(address) >> 24 == 127);
}

bool Address::is_internal() const {
  if (family() == AF_INET) return internal_v4(ntohl(v4(storage_).sin_addr.s_addr));
  if (family() != AF_INET6) return true;
  const in6_addr& address = v6(storage_).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address) || IN6_IS_ADDR_V4COMPAT(&address)) return internal_v4(mapped_v4(address));
  const bool nat64 =
      address.s6_addr[0] == 0 && address.s6_addr[1] == 0x64 && address.s6_addr[2] == 0xff && address.s6_addr[3] == 0x9b;
  if (nat64) return internal_v4(mapped_v4(address));
  const bool six_to_four = address.s6_addr[0] == 0x20 && address.s6_addr[1] == 0x02;
  if (six_to_four) {
    std::uint32_t inner = 0;
    std::memcpy(&inner, address.s6_addr + 2, 4);
    return internal_v4(ntohl(inner));
  }
  const bool unique_local = (address.s6_addr[0] & 0xfe) == 0xfc;
  return IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_LINKLOCAL(&address) ||
         IN6_IS_ADDR_SITELOCAL(&address) || IN6_IS_ADDR_MULTICAST(&address) || unique_local;
}

std::string Address::network() const {
  if (family() == AF_INET) {
    Address cut = *this;
    reinterpret_cast<sockaddr_in&>(cut.storage_).sin_addr.s_addr &= htonl(0xffffff00);
    return cut.host() + "/24";
  }
  if (family() == AF_INET6) {
    Address cut = *this;
    std::memset(reinterpret_cast<sockaddr_in6&>(cut.storage_).sin6_addr.s6_addr + 7, 0, 9);
    return cut.host() + "/56";
  }
  return "unix";
}

}  // namespace booster::net
