// What the emulator looks at in an IP packet.
#pragma once
#include <cstddef>
#include <span>

namespace support::link {

// Turns ECT(0) or ECT(1) into CE, in IPv4 (checksum kept right) and IPv6.        Source: RFC 3168 §5
// False: not ECN-capable, or no IP header.
bool mark_congestion(std::span<std::byte> packet);

// To a group: on a link of two hosts these are the kernel's own announcements (MLD, IGMP). They come at random moments
// and would shift the losses of what is measured.
bool is_multicast(std::span<const std::byte> packet);

// The protocol of what it carries, by the first header.
bool is_udp(std::span<const std::byte> packet);

}  // namespace support::link
