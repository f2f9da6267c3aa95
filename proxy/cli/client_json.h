// The client's status and queue as JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "proxy/client/status.h"
#include "proxy/queue/outbox.h"

namespace proxy::cli {

// `all_bodies`: an account counts as synced only when every body is here.
nlohmann::json to_json(const client::ClientStatus& status, bool all_bodies);
nlohmann::json to_json(const queue::QueueEntry& entry, const std::string& account);

}  // namespace proxy::cli
