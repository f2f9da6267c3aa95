#include "booster/net/udp_types.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace booster::net {
namespace {

constexpr std::array<std::byte, 12> kMappedPrefix{std::byte{0}, std::byte{0}, std::byte{0},    std::byte{0},
                                                  std::byte{0}, std::byte{0}, std::byte{0},    std::byte{0},
                                                  std::byte{0}, std::byte{0}, std::byte{0xff}, std::byte{0xff}};

bool all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

Result<UdpEndpoint> UdpEndpoint::of(const Address& address) {
  if (address.family() != AF_INET && address.family() != AF_INET6)
    return fail(Errc::Unsupported, "udp address " + address.to_string() + ": no IP address");
  return from(address.get());
}

UdpEndpoint UdpEndpoint::from(const sockaddr* name) {
  UdpEndpoint endpoint;
  if (name->sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, name, sizeof four);
    std::ranges::copy(kMappedPrefix, endpoint.ip.begin());
    std::memcpy(endpoint.ip.data() + kMappedPrefix.size(), &four.sin_addr, sizeof four.sin_addr);
    endpoint.port = ntohs(four.sin_port);
  } else if (name->sa_family == AF_INET6) {
    sockaddr_in6 six;
    std::memcpy(&six, name, sizeof six);
    std::memcpy(endpoint.ip.data(), &six.sin6_addr, endpoint.ip.size());
    endpoint.port = ntohs(six.sin6_port);
    endpoint.interface = six.sin6_scope_id;
  }
  return endpoint;
}

Address UdpEndpoint::address() const {
  sockaddr_storage name{};
  write(name, is_v4() ? AF_INET : AF_INET6);
  return Address::from(reinterpret_cast<const sockaddr*>(&name));
}

bool UdpEndpoint::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), ip.begin());
}

bool UdpEndpoint::is_unspecified() const {
  return all_zero(is_v4() ? std::span(ip).subspan(kMappedPrefix.size()) : std::span(ip));
}

socklen_t UdpEndpoint::write(sockaddr_storage& name, int family) const {
  if (family == AF_INET) {
    auto& four = reinterpret_cast<sockaddr_in&>(name);
    four = sockaddr_in{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    std::memcpy(&four.sin_addr, ip.data() + kMappedPrefix.size(), sizeof four.sin_addr);
    return sizeof four;
  }
  auto& six = reinterpret_cast<sockaddr_in6&>(name);
  six = sockaddr_in6{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  std::memcpy(&six.sin6_addr, ip.data(), ip.size());
  // Only a link-local address needs its interface (RFC 4007 §6); elsewhere it would pin the route.
  if (IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr)) six.sin6_scope_id = interface;
  return sizeof six;
}

std::string UdpFeatures::to_string() const {
  std::string text;
  const auto add = [&text](bool there, const char* name) {
    if (!there) return;
    if (!text.empty()) text += ' ';
    text += name;
  };
  add(send_segments, "gso");
  add(receive_segments, "gro");
  add(batches, "batches");
  add(ecn, "ecn");
  add(local_address, "local-address");
  add(receive_time, "receive-time");
  add(never_fragments, "never-fragments");
  return (text.empty() ? std::string("plain") : text) + ", buffers " + std::to_string(receive_buffer) + "/" +
         std::to_string(send_buffer);
}

}  // namespace booster::net
