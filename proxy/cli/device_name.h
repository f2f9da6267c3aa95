// What this device is called at the gateway.
#pragma once
#include <string>

#include "proxy/config/client_config.h"

namespace proxy::cli {

// As configured, else the machine's own name.
std::string device_name(const config::ClientConfig& config);

}  // namespace proxy::cli
