#include "proxy/cli/gateway_proxy.h"

#include "booster/crypto/password_file.h"

namespace proxy::cli {

namespace http = booster::http;

Result<http::WebProxyPtr> gateway_proxy(booster::disk::Disk& disk, const config::ClientConfig& config,
                                        const http::Environment& environment, std::string_view host) {
  if (config.proxy == config::kNoProxy) return http::WebProxyPtr();
  if (config.proxy.empty()) return http::proxy_from_environment(environment, host);
  TRY_ASSIGN(booster::net::HostPort place, booster::net::HostPort::parse(config.proxy));
  booster::crypto::Secret password;
  if (!config.proxy_user.empty()) {
    Result<booster::crypto::Secret> read = booster::crypto::read_password_file(disk, config.proxy_password_file);
    if (!read) return tl::unexpected(Error(read.error()).context("proxy.password_file"));
    password = *std::move(read);
  }
  Result<http::WebProxyPtr> made = http::make_proxy(std::move(place), config.proxy_user, password);
  if (!made) return tl::unexpected(Error(made.error()).context("proxy"));
  return made;
}

}  // namespace proxy::cli
