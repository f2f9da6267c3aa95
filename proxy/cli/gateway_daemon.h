// The gateway's front process, wired: identity, state, other processes, tunnel, control socket.
#pragma once
#include "proxy/config/gateway_config.h"

namespace proxy::cli {

// Until SIGTERM or SIGINT.   Errors  what kept it from starting
Result<> run_gateway(const config::GatewayConfig& config);

}  // namespace proxy::cli
