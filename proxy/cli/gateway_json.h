// The gateway's status and devices as JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "proxy/gateway/dispatcher/status.h"

namespace proxy::cli {

nlohmann::json to_json(const gateway::dispatcher::GatewayStatus& status);
nlohmann::json to_json(const std::vector<gateway::state::Device>& devices);
nlohmann::json to_json(const gateway::state::Device& device);

}  // namespace proxy::cli
