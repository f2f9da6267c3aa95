#include "proxy/cli/gateway_proxy.h"

#include <gtest/gtest.h>

#include "booster/disk/durable.h"
#include "booster/disk/memory_disk.h"

namespace proxy::cli {
namespace {

booster::http::Environment environment_with(const std::string& proxy) {
  return [proxy](const std::string& name) -> std::optional<std::string> {
    if (name == "https_proxy") return proxy;
    return std::nullopt;
  };
}

TEST(GatewayProxy, TheConfigurationOverridesTheEnvironment) {
  booster::disk::MemoryDisk disk;
  ASSERT_TRUE(booster::disk::write_file_durably(disk, "/p", as_bytes("hunter2\n")));
  const booster::http::Environment environment = environment_with("http://other:1");
  config::ClientConfig config;
  const auto from_environment = gateway_proxy(disk, config, environment, "g");
  ASSERT_TRUE(from_environment && *from_environment);
  EXPECT_EQ((*from_environment)->to_string(), "other:1");
  config.proxy = "none";
  const auto none = gateway_proxy(disk, config, environment, "g");
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
  config.proxy = "[::1]:3128";
  config.proxy_user = "me";
  config.proxy_password_file = "/p";
  const auto given = gateway_proxy(disk, config, environment, "g");
  ASSERT_TRUE(given && *given);
  EXPECT_EQ((*given)->to_string(), "[::1]:3128");
  EXPECT_EQ((*given)->credentials.reveal_text(), "Basic bWU6aHVudGVyMg==");
}

TEST(GatewayProxy, AMissingPasswordFileIsToldByItsKey) {
  booster::disk::MemoryDisk disk;
  config::ClientConfig config;
  config.proxy = "p:1";
  config.proxy_user = "me";
  config.proxy_password_file = "/nowhere";
  const auto proxy = gateway_proxy(disk, config, environment_with(""), "g");
  ASSERT_FALSE(proxy);
  EXPECT_EQ(proxy.error().code, Errc::NotFound);
  EXPECT_TRUE(proxy.error().what.starts_with("proxy.password_file: ")) << proxy.error().what;
}

}  // namespace
}  // namespace proxy::cli
