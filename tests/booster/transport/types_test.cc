#include "booster/transport/types.h"

#include <gtest/gtest.h>

#include <set>

namespace booster::transport {
namespace {

TEST(Address, EveryPartOfItCountsInTheHash) {
  const std::hash<Address> hash;
  Address address;
  std::set<std::size_t> seen{hash(address)};
  EXPECT_EQ(hash(address), hash(Address{}));
  for (std::size_t i = 0; i < address.ip.size(); ++i) {
    Address other = address;
    other.ip[i] = std::byte{1};
    EXPECT_TRUE(seen.insert(hash(other)).second);
  }
  address.port = 1;
  EXPECT_TRUE(seen.insert(hash(address)).second);
  address.interface = 1;
  EXPECT_TRUE(seen.insert(hash(address)).second);
}

}  // namespace
}  // namespace booster::transport
