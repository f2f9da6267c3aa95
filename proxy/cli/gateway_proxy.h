// The HTTP proxy between this client and its gateway: what the configuration says, else what the environment says.
#pragma once
#include <string_view>

#include "booster/disk/disk.h"
#include "booster/http/environment.h"
#include "proxy/config/client_config.h"

namespace proxy::cli {

// For a gateway at `host`.   Errors  those of proxy_from_environment; of the password file
Result<booster::http::WebProxyPtr> gateway_proxy(booster::disk::Disk& disk, const config::ClientConfig& config,
                                                 const booster::http::Environment& environment, std::string_view host);

}  // namespace proxy::cli
