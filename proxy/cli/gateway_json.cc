#include "proxy/cli/gateway_json.h"

#include "proxy/cli/carried_json.h"
#include "proxy/cli/link_row.h"
#include "proxy/cli/version_info.h"

namespace proxy::cli {
namespace {

using nlohmann::json;
namespace dispatcher = gateway::dispatcher;

json session(const dispatcher::SessionStatus& status) {
  json result = {{"id", status.id},
                 {"address", status.address},
                 {"device", status.device},
                 {"device_pin", status.device_pin},
                 {"agent", status.agent},
                 {"mismatch", version_mismatch(status.agent, "this gateway", "the client")},
                 {"connected", status.connected},
                 {"accounts", status.accounts},
                 {"streams", status.streams},
                 {"flows", status.flows},
                 {"link_rate", status.link_rate ? json(*status.link_rate) : json()}};
  add_carrier_json(result, status.carrier);
  return result;
}

json agent(const dispatcher::AgentStatusRow& status) {
  return {{"account", status.account},
          {"id", status.id},
          {"state", status.state},
          {"text", status.text},
          {"connected", status.connected},
          {"worker_pid", status.worker_pid},
          {"devices", status.devices},
          {"server", status.server},
          {"carried", {{"down", carried_json(status.down)}, {"up", carried_json(status.up)}}}};
}

json process(const dispatcher::ProcessStatus& status) {
  return {{"kind", status.kind},
          {"pid", status.pid},
          {"restarts", status.restarts},
          {"agents", status.agents},
          {"last_error", status.last_error}};
}

json counters(const dispatcher::Counters& counted) {
  return {{"logins", counted.logins},
          {"refused", counted.refused},
          {"refused_from_memory", counted.refused_from_memory},
          {"throttled", counted.throttled},
          {"no_agent", counted.no_agent},
          {"agents_lost", counted.agents_lost},
          {"agents_recovered", counted.agents_recovered},
          {"impersonations", counted.impersonations},
          {"enrolments", counted.enrolments},
          {"enrolments_refused", counted.enrolments_refused},
          {"streams", counted.streams},
          {"flows", counted.flows}};
}

}  // namespace

json to_json(const gateway::state::Device& device) {
  return {{"pin", codec::to_hex(device.pin)},
          {"name", device.name},
          {"addresses", device.addresses},
          {"enrolled_at", device.enrolled_at.time_since_epoch().count()},
          {"revoked", device.revoked_at.has_value()},
          {"last_seen", device.last_seen ? json(device.last_seen->time_since_epoch().count()) : json()}};
}

json to_json(const std::vector<gateway::state::Device>& devices) {
  json list = json::array();
  for (const gateway::state::Device& device : devices) list.push_back(to_json(device));
  return list;
}

json to_json(const dispatcher::GatewayStatus& status) {
  json result = {{"side", "gateway"},
                 {"version", version_text()},
                 {"capacity", status.capacity},
                 {"waiting_logins", status.waiting_logins},
                 {"awaiting_login", status.awaiting_login},
                 {"counters", counters(status.counters)},
                 {"devices", to_json(status.devices)}};
  result["sessions"] = json::array();
  result["agents"] = json::array();
  result["processes"] = json::array();
  for (const auto& row : status.sessions) result["sessions"].push_back(session(row));
  messaging::Carried down;
  messaging::Carried up;
  for (const auto& row : status.agents) {
    result["agents"].push_back(agent(row));
    down += row.down;
    up += row.up;
  }
  result["carried"] = {{"down", carried_json(down)}, {"up", carried_json(up)}};
  for (const auto& row : status.processes) result["processes"].push_back(process(row));
  return result;
}

}  // namespace proxy::cli
