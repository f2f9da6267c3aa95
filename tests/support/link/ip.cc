#include "tests/support/link/ip.h"

#include <cstdint>

namespace support::link {
namespace {

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr unsigned kCongestion = 3;

unsigned at(std::span<const std::byte> packet, std::size_t index) {
  return std::to_integer<unsigned>(packet[index]);
}

bool mark_ipv4(std::span<std::byte> packet) {
  if (packet.size() < kIpv4Header) return false;
  const unsigned traffic = at(packet, 1);
  if ((traffic & kCongestion) == 0) return false;
  const unsigned marked = traffic | kCongestion;
  if (marked == traffic) return true;
  // RFC 1624 (3): HC' = ~(~HC + ~m + m'), over the 16-bit word that holds the traffic class.
  const unsigned word = at(packet, 0) << 8U;
  const unsigned checksum = at(packet, 10) << 8U | at(packet, 11);
  unsigned sum = (~checksum & 0xffffU) + (~(word | traffic) & 0xffffU) + (word | marked);
  sum = (sum & 0xffffU) + (sum >> 16U);
  sum = (sum & 0xffffU) + (sum >> 16U);
  const unsigned fixed = ~sum & 0xffffU;
  packet[1] = static_cast<std::byte>(marked);
  packet[10] = static_cast<std::byte>(fixed >> 8U);
  packet[11] = static_cast<std::byte>(fixed & 0xffU);
  return true;
}

bool mark_ipv6(std::span<std::byte> packet) {
  if (packet.size() < kIpv6Header) return false;
  // version:4 traffic-class:8 flow-label:20, so the two bits are bits 4 and 5 of the second octet.
  if ((at(packet, 1) & kCongestion << 4U) == 0) return false;
  packet[1] |= static_cast<std::byte>(kCongestion << 4U);
  return true;
}

}  // namespace

bool is_multicast(std::span<const std::byte> packet) {
  if (packet.size() >= kIpv6Header && at(packet, 0) >> 4U == 6) return at(packet, 24) == 0xffU;
  return packet.size() >= kIpv4Header && at(packet, 0) >> 4U == 4 && at(packet, 16) >> 4U == 0xeU;
}

bool is_udp(std::span<const std::byte> packet) {
  constexpr unsigned kUdp = 17;
  if (packet.size() >= kIpv6Header && at(packet, 0) >> 4U == 6) return at(packet, 6) == kUdp;
  return packet.size() >= kIpv4Header && at(packet, 0) >> 4U == 4 && at(packet, 9) == kUdp;
}

bool mark_congestion(std::span<std::byte> packet) {
  if (packet.empty()) return false;
  switch (at(packet, 0) >> 4U) {
    case 4:
      return mark_ipv4(packet);
    case 6:
      return mark_ipv6(packet);
    default:
      return false;
  }
}

}  // namespace support::link
