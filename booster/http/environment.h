// The proxy that the environment names for TLS connections.                     Source: curl(1), ENVIRONMENT
#pragma once
#include <functional>
#include <optional>

#include "booster/http/web_proxy.h"

namespace booster::http {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// The first of https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY that is set and not empty, unless no_proxy, else
// NO_PROXY, exempts `host`.
//   Errors  those of parse_proxy_url, with the variable's name
Result<WebProxyPtr> proxy_from_environment(const Environment& environment, std::string_view host);

}  // namespace booster::http
