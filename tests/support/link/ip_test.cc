#include "tests/support/link/ip.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace support::link {
namespace {

std::vector<std::byte> ipv4(unsigned traffic) {
  std::vector<std::byte> packet(20);
  const std::array<unsigned, 20> header{0x45, traffic, 0,  20, 0x1c, 0x46, 0x40, 0,  64, 6,
                                        0,    0,       10, 77, 0,    1,    10,   77, 0,  2};
  unsigned sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += header[i] << 8U | header[i + 1];
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  for (std::size_t i = 0; i < 20; ++i) packet[i] = static_cast<std::byte>(header[i]);
  packet[10] = static_cast<std::byte>(~sum >> 8U & 0xffU);
  packet[11] = static_cast<std::byte>(~sum & 0xffU);
  return packet;
}

unsigned header_sum(const std::vector<std::byte>& packet) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < 20; i += 2)
    sum += std::to_integer<unsigned>(packet[i]) << 8U | std::to_integer<unsigned>(packet[i + 1]);
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return sum;
}

TEST(MarkCongestion, Ipv4KeepsTheChecksumRight) {
  for (unsigned traffic = 0; traffic < 256; ++traffic) {
    std::vector<std::byte> packet = ipv4(traffic);
    ASSERT_EQ(header_sum(packet), 0xffffU);
    EXPECT_EQ(mark_congestion(packet), (traffic & 3U) != 0);
    EXPECT_EQ(header_sum(packet), 0xffffU);
    EXPECT_EQ(std::to_integer<unsigned>(packet[1]), (traffic & 3U) != 0 ? traffic | 3U : traffic);
  }
}

TEST(MarkCongestion, Ipv6ChangesTheTrafficClassOnly) {
  std::vector<std::byte> packet(40);
  packet[0] = std::byte{0x6a};
  packet[1] = std::byte{0x2c};  // traffic class 0xa2: ECT(0); flow label 0xc....
  EXPECT_TRUE(mark_congestion(packet));
  EXPECT_EQ(packet[0], std::byte{0x6a});
  EXPECT_EQ(packet[1], std::byte{0x3c});
  packet[1] = std::byte{0x0c};
  EXPECT_FALSE(mark_congestion(packet));
}

TEST(MarkCongestion, LeavesShortAndStrangePacketsAlone) {
  std::vector<std::byte> packet(19, std::byte{0x4f});
  EXPECT_FALSE(mark_congestion(packet));
  packet.assign(39, std::byte{0x6f});
  EXPECT_FALSE(mark_congestion(packet));
  packet.assign(60, std::byte{0x00});
  EXPECT_FALSE(mark_congestion(packet));
  EXPECT_FALSE(mark_congestion({}));
}

TEST(Multicast, IsKnownByItsDestination) {
  std::vector<std::byte> packet = ipv4(0);
  EXPECT_FALSE(is_multicast(packet));
  packet[16] = std::byte{224};
  EXPECT_TRUE(is_multicast(packet));
  packet.assign(40, std::byte{0});
  packet[0] = std::byte{0x60};
  packet[24] = std::byte{0xfd};
  EXPECT_FALSE(is_multicast(packet));
  packet[24] = std::byte{0xff};
  EXPECT_TRUE(is_multicast(packet));
  EXPECT_FALSE(is_multicast(std::span(packet).first(39)));
}

}  // namespace
}  // namespace support::link
