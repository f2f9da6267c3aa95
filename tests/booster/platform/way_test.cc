#include "booster/platform/way.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace booster::platform {
namespace {

sockaddr_in v4_address(const char* text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

Result<Way> way_to_v4(const char* text) {
  const sockaddr_in address = v4_address(text);
  return way_to(reinterpret_cast<const sockaddr*>(&address));
}

TEST(Way, LoopbackIsAWayAndNoNetwork) {
  const Result<Way> way = way_to_v4("127.0.0.1");
  ASSERT_TRUE(way) << way.error().what;
  EXPECT_EQ(way->device, "lo");
  EXPECT_EQ(way->source, std::string("\x7f\0\0\1", 4));
  EXPECT_TRUE(way->network.empty());
}

TEST(Way, AUnixSocketHasNone) {
  sockaddr address{};
  address.sa_family = AF_UNIX;
  const Result<Way> way = way_to(&address);
  ASSERT_FALSE(way);
  EXPECT_EQ(way.error().code, Errc::Unsupported);
}

TEST(Way, NoneLeadsThroughAnInterfaceThatIsNotThere) {
  const sockaddr_in address = v4_address("192.0.2.1");
  EXPECT_FALSE(way_to(reinterpret_cast<const sockaddr*>(&address), 0x7fffff));
}

}  // namespace
}  // namespace booster::platform
