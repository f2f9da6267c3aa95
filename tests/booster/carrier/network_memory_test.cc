#include "booster/carrier/network_memory.h"

#include <gtest/gtest.h>

#include "booster/disk/memory_disk.h"

namespace booster::carrier {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kGateway = "gateway.test:443";

Network some_network(std::uint64_t rate) {
  Network network;
  network.path = transport::rate::Remembered{{rate}, 600ms};
  network.udp_idle_life = transport::path::IdleLife{112s, 119s};
  return network;
}

TEST(NetworkMemory, KnowsNothingOfANetworkThatHasNoName) {
  NetworkMemory memory;
  memory.note(network_key("", kGateway), some_network(1));
  EXPECT_EQ(memory.size(), 0U);
  EXPECT_EQ(memory.known(network_key("", kGateway)), Network{});
}

TEST(NetworkMemory, KeepsNetworksAndGatewaysApart) {
  NetworkMemory memory;
  memory.note(network_key("router a", kGateway), some_network(1));
  EXPECT_EQ(memory.known(network_key("router a", kGateway)), some_network(1));
  EXPECT_EQ(memory.known(network_key("router b", kGateway)), Network{});
  EXPECT_EQ(memory.known(network_key("router a", "other.test:443")), Network{});
}

TEST(NetworkMemory, WhatWasNotSeenThisTimeStays) {
  NetworkMemory memory;
  const auto key = network_key("router a", kGateway);
  memory.note(key, some_network(1));
  Network over_tcp;
  over_tcp.tcp_idle_life = transport::path::IdleLife{300s, std::nullopt};
  memory.note(key, over_tcp);
  Network both = some_network(1);
  both.tcp_idle_life = over_tcp.tcp_idle_life;
  EXPECT_EQ(memory.known(key), both);
  EXPECT_EQ(memory.size(), 1U);
}

TEST(NetworkMemory, ForgetsTheOneThatWasUsedLongestAgo) {
  NetworkMemory memory;
  const auto key = [](std::size_t i) { return network_key("router " + std::to_string(i), kGateway); };
  for (std::size_t i = 0; i < NetworkMemory::kMost; ++i) memory.note(key(i), some_network(i + 1));
  memory.note(key(0), some_network(100));
  memory.note(key(1000), some_network(1000));
  EXPECT_EQ(memory.size(), NetworkMemory::kMost);
  EXPECT_EQ(memory.known(key(0)), some_network(100));
  EXPECT_EQ(memory.known(key(1)), Network{});
  EXPECT_EQ(memory.known(key(2)), some_network(3));
}

TEST(NetworkMemory, ComesBackFromTheDisk) {
  NetworkMemory memory;
  for (std::size_t i = 0; i < NetworkMemory::kMost; ++i) {
    Network network = some_network(i);
    if (i % 2 == 0) network.path.reset();
    if (i % 3 == 0) network.tcp_idle_life = transport::path::IdleLife{300s, std::nullopt};
    memory.note(network_key("router " + std::to_string(i), kGateway), network);
  }
  disk::MemoryDisk disk;
  ASSERT_TRUE(memory.save(disk, "networks"));
  const NetworkMemory back = NetworkMemory::load(disk, "networks");
  EXPECT_EQ(back.encode(), memory.encode());
  EXPECT_EQ(back.size(), NetworkMemory::kMost);
}

TEST(NetworkMemory, ABrokenFileIsAnEmptyMemory) {
  NetworkMemory memory;
  memory.note(network_key("router a", kGateway), some_network(1));
  const Bytes whole = memory.encode();
  disk::MemoryDisk disk;
  EXPECT_EQ(NetworkMemory::load(disk, "networks").size(), 0U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = NetworkMemory::decode(ByteView(whole).first(size));
    EXPECT_TRUE(!cut || cut->size() == 0) << size;
  }
  Bytes other = whole;
  other[0] = std::byte{9};
  EXPECT_FALSE(NetworkMemory::decode(other));
}

TEST(NetworkMemory, WhatHardlyDiffersIsNear) {
  const auto key = network_key("router a", kGateway);
  const auto with_rate = [&key](std::uint64_t rate) {
    Network network = some_network(1);
    network.path = transport::rate::Remembered{{rate}, std::chrono::milliseconds(50)};
    NetworkMemory memory;
    memory.note(key, network);
    return memory;
  };
  EXPECT_TRUE(with_rate(1'000'000).is_near(with_rate(1'200'000)));
  EXPECT_TRUE(with_rate(1'200'000).is_near(with_rate(1'000'000)));
  EXPECT_FALSE(with_rate(1'000'000).is_near(with_rate(1'300'000)));
  EXPECT_FALSE(with_rate(1'000'000).is_near(NetworkMemory()));
  NetworkMemory two = with_rate(1'000'000);
  two.note(network_key("router b", kGateway), some_network(2));
  EXPECT_FALSE(two.is_near(with_rate(1'000'000)));
  Network lives = some_network(1);
  lives.path = transport::rate::Remembered{{1'000'000}, std::chrono::milliseconds(50)};
  lives.udp_idle_life = transport::path::IdleLife{10s, 20s};
  NetworkMemory other;
  other.note(key, lives);
  EXPECT_FALSE(other.is_near(with_rate(1'000'000)));
}

}  // namespace
}  // namespace booster::carrier
