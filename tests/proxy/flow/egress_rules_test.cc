#include "proxy/flow/egress_rules.h"

#include <gtest/gtest.h>

namespace proxy::flow {
namespace {

using booster::net::Address;

EgressRules rules(std::initializer_list<std::string_view> texts) {
  std::vector<EgressRule> list;
  for (const std::string_view text : texts) list.push_back(*EgressRule::parse(text));
  return EgressRules(std::move(list));
}

std::vector<Address> at(std::string_view host, std::uint16_t port) {
  return {*Address::ip(host, port)};
}

TEST(EgressRules, NothingIsAllowedByDefault) {
  EXPECT_FALSE(EgressRules().may_admit("mail.test", 25));
  EXPECT_EQ(EgressRules().admit("mail.test", 25, at("192.0.2.1", 25)).error().code, Errc::Denied);
}

TEST(EgressRules, NamesMatchWholeLabelsAndPorts) {
  const EgressRules some = rules({"mail.test:993", "*.example.org:*"});
  EXPECT_TRUE(some.admit("MAIL.test.", 993, at("198.51.100.1", 993)));
  EXPECT_FALSE(some.admit("mail.test", 994, at("198.51.100.1", 994)));
  EXPECT_TRUE(some.admit("a.b.example.org", 1, at("198.51.100.1", 1)));
  EXPECT_FALSE(some.admit("example.org", 1, at("198.51.100.1", 1)));
  EXPECT_FALSE(some.admit("badexample.org", 1, at("198.51.100.1", 1)));
}

TEST(EgressRules, ANameThatLeadsInsideIsRefusedInEveryForm) {
  const EgressRules all = rules({"*:*"});
  for (const std::string_view inside :
       {"127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fe80::1", "fd00::1"})
    EXPECT_FALSE(all.admit("rebind.test", 80, at(inside, 80))) << inside;
  EXPECT_TRUE(all.admit("public.test", 80, at("198.51.100.1", 80)));
}

TEST(EgressRules, ANetworkRuleOpensExactlyThatNetwork) {
  const EgressRules some = rules({"10.1.0.0/16:5432", "[fd00::]/8:*"});
  EXPECT_TRUE(some.admit("db.test", 5432, at("10.1.200.3", 5432)));
  EXPECT_TRUE(some.admit("db.test", 5432, at("::ffff:10.1.200.3", 5432)));
  EXPECT_FALSE(some.admit("db.test", 5432, at("10.2.0.1", 5432)));
  EXPECT_FALSE(some.admit("db.test", 22, at("10.1.200.3", 22)));
  EXPECT_TRUE(some.admit("six.test", 22, at("fd12::1", 22)));
}

TEST(EgressRules, MistakesAreNamed) {
  for (const std::string_view text :
       {"mail.test", "mail.test:x", "mail.test:0", ":25", "10.0.0.0/40:1", "mail.test/8:1"})
    EXPECT_FALSE(EgressRule::parse(text)) << text;
}

}  // namespace
}  // namespace proxy::flow
