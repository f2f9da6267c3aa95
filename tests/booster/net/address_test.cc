#include "booster/net/address.h"

#include <gtest/gtest.h>

namespace booster::net {
namespace {

TEST(Address, PrintsWhatItParsed) {
  for (const std::string text : {"192.0.2.1:143", "[2001:db8::1]:993", "unix:/run/x.sock"})
    EXPECT_EQ(Address::parse(text)->to_string(), text);
  for (const std::string text : {"", "1.2.3.4", "mail.example:143", "1.2.3.4:99999", "::1:80", "unix:"})
    EXPECT_FALSE(Address::parse(text)) << text;
}

TEST(Address, KnowsInternalOnesInEveryForm) {
  for (const std::string text : {"0.0.0.0",
                                 "127.0.0.1",
                                 "127.9.9.9",
                                 "10.1.2.3",
                                 "172.16.0.1",
                                 "172.31.255.255",
                                 "192.168.1.1",
                                 "169.254.1.1",
                                 "100.64.0.1",
                                 "224.0.0.1",
                                 "255.255.255.255",
                                 "::",
                                 "::1",
                                 "fe80::1",
                                 "fc00::1",
                                 "fdff::1",
                                 "ff02::1",
                                 "::ffff:127.0.0.1",
                                 "::ffff:10.0.0.1",
                                 "::127.0.0.1",
                                 "64:ff9b::7f00:1",
                                 "2002:7f00:1::"})
    EXPECT_TRUE(Address::ip(text, 1)->is_internal()) << text;
  for (const std::string text : {"8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8", "64:ff9b::808:808"})
    EXPECT_FALSE(Address::ip(text, 1)->is_internal()) << text;
}

TEST(Address, GroupsPeersByNetwork) {
  EXPECT_EQ(Address::ip("192.0.2.77", 1)->network(), "192.0.2.0/24");
  EXPECT_EQ(Address::ip("2001:db8:1:2:3::4", 1)->network(), "2001:db8:1::/56");
}

TEST(HostPort, TakesNamesLiteralsAndDefaults) {
  EXPECT_EQ(HostPort::parse("mail.example:143")->to_string(), "mail.example:143");
  EXPECT_EQ(HostPort::parse("mail.example", 993)->port, 993);
  EXPECT_EQ(HostPort::parse("[::1]:25")->host, "::1");
  EXPECT_FALSE(HostPort::parse("mail.example"));
  EXPECT_FALSE(HostPort::parse("::1:25"));
  EXPECT_FALSE(HostPort::parse(":25"));
}

}  // namespace
}  // namespace booster::net
