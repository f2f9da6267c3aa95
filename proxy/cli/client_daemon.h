// The client, wired: accounts, replicas, engines, tunnel, faces, control socket.
#pragma once
#include "proxy/config/client_config.h"

namespace proxy::cli {

// Until SIGTERM or SIGINT.   Errors  what kept it from starting
Result<> run_client(const config::ClientConfig& config);

}  // namespace proxy::cli
