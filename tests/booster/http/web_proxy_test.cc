#include "booster/http/web_proxy.h"

#include <gtest/gtest.h>

#include <map>

#include "booster/http/environment.h"

namespace booster::http {
namespace {

TEST(ProxyUrl, NamesThePlaceAndMayHoldCredentials) {
  const auto plain = parse_proxy_url("http://proxy.example.org:3128/");
  ASSERT_TRUE(plain);
  EXPECT_EQ((*plain)->to_string(), "proxy.example.org:3128");
  EXPECT_TRUE((*plain)->credentials.empty());
  const auto bare = parse_proxy_url("proxy");
  ASSERT_TRUE(bare);
  EXPECT_EQ((*bare)->to_string(), "proxy:1080");
  const auto six = parse_proxy_url("HTTP://Aladdin:open%20sesame@[2001:db8::1]:8080");
  ASSERT_TRUE(six);
  EXPECT_EQ((*six)->to_string(), "[2001:db8::1]:8080");
  EXPECT_EQ((*six)->credentials.reveal_text(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617 §2
  EXPECT_EQ((*parse_proxy_url("http://me@p:1"))->credentials.reveal_text(), "Basic bWU6");
  EXPECT_EQ((*parse_proxy_url("http://me:a%40b@c@p:1"))->place.host, "p") << "the last @ counts";
}

TEST(ProxyUrl, WhatIsWrongIsToldWithoutAPasswordInIt) {
  for (const std::string_view url :
       {"http://", "http://me:hunter2@", "http://me:hunter2@p:x", "http://me:hunter2@p:0", "http://me:hunter2/@p:1",
        "ftp://me:hunter2@p:1", "http://me:hunter2%@p:1", "http://me:hunter2%4@p:1", "http://me:hunter2%zz@p:1",
        "http://me:hunter2@p q:1", "http://m%3Ae:hunter2@p:1", "http://me:hunter2%0a@p:1", "http://me:hunter2@::1"}) {
    const auto parsed = parse_proxy_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code, Errc::Protocol) << url;
    EXPECT_EQ(parsed.error().what.find("hunter2"), std::string::npos) << parsed.error().what;
  }
  for (const std::string_view url : {"https://me:hunter2@p:1", "socks5h://p:1"})
    EXPECT_EQ(parse_proxy_url(url).error().code, Errc::Unsupported) << url;
}

Result<WebProxyPtr> found(const std::map<std::string, std::string>& variables, std::string_view host) {
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    if (at == variables.end()) return std::nullopt;
    return at->second;
  };
  return proxy_from_environment(environment, host);
}

std::string place(const std::map<std::string, std::string>& variables) {
  const auto proxy = found(variables, "gateway.example.org");
  EXPECT_TRUE(proxy);
  return *proxy == nullptr ? "" : (*proxy)->to_string();
}

TEST(ProxyEnvironment, TheFirstThatIsSetCountsAndEmptyIsNotSet) {
  EXPECT_EQ(place({}), "");
  EXPECT_EQ(place({{"http_proxy", "a:1"}, {"HTTP_PROXY", "b:1"}}), "") << "of plain HTTP only";
  EXPECT_EQ(place({{"https_proxy", "a:1"}, {"HTTPS_PROXY", "b:1"}, {"all_proxy", "c:1"}}), "a:1");
  EXPECT_EQ(place({{"https_proxy", ""}, {"HTTPS_PROXY", "b:1"}, {"all_proxy", "c:1"}}), "b:1");
  EXPECT_EQ(place({{"all_proxy", "c:1"}, {"ALL_PROXY", "d:1"}}), "c:1");
  EXPECT_EQ(place({{"ALL_PROXY", "d:1"}}), "d:1");
}

TEST(ProxyEnvironment, WhoIsExemptIsReachedDirectly) {
  EXPECT_EQ(place({{"https_proxy", "a:1"}, {"no_proxy", "example.org"}}), "");
  EXPECT_EQ(place({{"https_proxy", "a:1"}, {"NO_PROXY", "example.org"}}), "");
  EXPECT_EQ(place({{"https_proxy", "a:1"}, {"no_proxy", "other.test"}, {"NO_PROXY", "example.org"}}), "a:1");
  EXPECT_EQ(place({{"https_proxy", "socks5://a:1"}, {"no_proxy", "*"}}), "") << "what is not used need not be right";
}

TEST(ProxyEnvironment, AMistakeNamesItsVariable) {
  const auto proxy = found({{"HTTPS_PROXY", "http://me:hunter2@p:x"}}, "g");
  ASSERT_FALSE(proxy);
  EXPECT_TRUE(proxy.error().what.starts_with("HTTPS_PROXY: ")) << proxy.error().what;
}

}  // namespace
}  // namespace booster::http
