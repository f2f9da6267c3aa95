// Asks a daemon through its control socket. Blocking: for the command line.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "codec/base/result.h"

namespace proxy::admin {

constexpr std::size_t kMaxReply = 16u << 20;  // a queue of 50,000 entries

// Errors  Unreachable: no daemon there (names the socket); Timeout; Protocol; the daemon's own error with its code
Result<nlohmann::json> control_get(const std::string& socket, const std::string& path_and_query);
Result<nlohmann::json> control_post(const std::string& socket, const std::string& path, const nlohmann::json& body);

}  // namespace proxy::admin
