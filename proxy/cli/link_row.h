// One link as `status`, `link watch` and the metrics tell it: the client has one, the gateway one for each session.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "booster/carrier/trace_log.h"
#include "proxy/client/status.h"
#include "proxy/gateway/dispatcher/status.h"

namespace proxy::cli {

struct LinkRow {
  std::string id;     // client: "client"; gateway: the session's, short
  std::string peer;   // client: the gateway's name; gateway: the device's
  std::string state;  // connected, connecting, down, away
  std::optional<booster::carrier::CarrierReport> carrier;
  std::optional<std::chrono::milliseconds> round_trip;  // of the session, last asked; gateway: not kept
  std::optional<std::uint64_t> sessions;                // begun by the client since it started
  std::optional<std::uint64_t> joins;
};

LinkRow row_of(const client::LinkStatus& link);
LinkRow row_of(const gateway::dispatcher::SessionStatus& session);

// "carrier", "moves", "path" (the one in use) and "paths", as they stand in the JSON of a session in status, too.
//   Units  *_ms milliseconds, rate bits a second, the others octets, packets, shares
void add_carrier_json(nlohmann::json& into, const std::optional<booster::carrier::CarrierReport>& carrier);

nlohmann::json to_json(const LinkRow& row);
nlohmann::json to_json(const booster::carrier::TraceLog::State& trace);

}  // namespace proxy::cli
