#include "booster/http/no_proxy.h"

#include <gtest/gtest.h>

namespace booster::http {
namespace {

struct Case {
  std::string_view host;
  std::string_view list;
  bool exempt;
};

TEST(NoProxy, GoesByCurlsRules) {
  for (const Case& each : {
           Case{"example.org", "example.org", true},
           Case{"gateway.example.org", "example.org", true},
           Case{"gateway.example.org", ".example.org", true},
           Case{"example.org", ".example.org", true},
           Case{"Gateway.Example.ORG", "example.org.", true},
           Case{"gateway.example.org.", "example.org", true},
           Case{"notexample.org", "example.org", false},
           Case{"example.org.evil.test", "example.org", false},
           Case{"org", "example.org", false},
           Case{"b.test", "a.test,b.test", true},
           Case{"b.test", "a.test b.test", true},
           Case{"b.test", " , a.test ,\tb.test", true},
           Case{"a.test", "*", true},
           Case{"192.0.2.1", "*", true},
           Case{"a.test", "*,b.test", false},
           Case{"a.test", "*.test", false},
           Case{"a.test", "", false},
           Case{"a.test", ".,", false},
           Case{"192.0.2.1", "192.0.2.1", true},
           Case{"192.0.2.10", "192.0.2.1", false},
           Case{"192.0.2.77", "192.0.2.0/24", true},
           Case{"192.0.3.77", "192.0.2.0/24", false},
           Case{"192.0.2.130", "192.0.2.128/25", true},
           Case{"192.0.2.127", "192.0.2.128/25", false},
           Case{"192.0.2.1", "0.0.0.0/0", true},
           Case{"192.0.2.1", "192.0.2.1/33", false},
           Case{"192.0.2.1", "192.0.2.1/x", false},
           Case{"192.0.2.1", "192.0.2.1/", false},
           Case{"192.0.2.1", "2.1", false},
           Case{"2001:db8::1", "2001:db8::1", true},
           Case{"2001:db8::1", "[2001:0db8:0::1]", true},
           Case{"[2001:db8::1]", "2001:db8::/32", true},
           Case{"2001:db9::1", "2001:db8::/32", false},
           Case{"::1", "0.0.0.0/0", false},
           Case{"a.test", "192.0.2.0/24", false},
       })
    EXPECT_EQ(is_exempt(each.host, each.list), each.exempt) << each.host << " in '" << each.list << "'";
}

}  // namespace
}  // namespace booster::http
