#include "tests/sim/fabric/types.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "codec/base/check.h"

namespace sim {
namespace {

constexpr std::size_t kMapped = 12;  // ::ffff:a.b.c.d

void map_ipv4(Address& address) {
  address.ip.fill(std::byte{0});
  address.ip[10] = address.ip[11] = std::byte{0xff};
}

}  // namespace

Address address(const char* ip, std::uint16_t port, std::uint32_t interface) {
  Address result;
  result.port = port;
  result.interface = interface;
  if (std::strchr(ip, ':') != nullptr) {
    CHECK(inet_pton(AF_INET6, ip, result.ip.data()) == 1);
  } else {
    map_ipv4(result);
    CHECK(inet_pton(AF_INET, ip, result.ip.data() + kMapped) == 1);
  }
  return result;
}

Address with_port(Address address, std::uint16_t port) {
  address.port = port;
  return address;
}

bool same_host(const Address& a, const Address& b) {
  return a.ip == b.ip;
}

bool is_ipv4(const Address& address) {
  return std::all_of(address.ip.begin(), address.ip.begin() + 10, [](std::byte b) { return b == std::byte{0}; }) &&
         address.ip[10] == std::byte{0xff} && address.ip[11] == std::byte{0xff};
}

bool is_unspecified(const Address& address) {
  const auto from = address.ip.begin() + (is_ipv4(address) ? kMapped : 0);
  return std::all_of(from, address.ip.end(), [](std::byte b) { return b == std::byte{0}; });
}

std::string text(const Address& address) {
  char ip[INET6_ADDRSTRLEN] = "";
  if (is_ipv4(address)) {
    inet_ntop(AF_INET, address.ip.data() + kMapped, ip, sizeof ip);
    return std::string(ip) + ":" + std::to_string(address.port);
  }
  inet_ntop(AF_INET6, address.ip.data(), ip, sizeof ip);
  return "[" + std::string(ip) + "]:" + std::to_string(address.port);
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Duration from_seconds(double seconds) {
  return Duration(std::llround(seconds * 1e9));
}

}  // namespace sim
