#include "proxy/cli/link_row.h"

namespace proxy::cli {
namespace {

using booster::carrier::PathReport;
using nlohmann::json;

double milliseconds(booster::runtime::Duration length) {
  return std::chrono::duration<double, std::milli>(length).count();
}

json milliseconds_or_null(booster::runtime::Duration length) {
  return length.count() > 0 ? json(milliseconds(length)) : json();
}

json path_json(const PathReport& path) {
  return {{"id", path.id},
          {"in_use", path.in_use},
          {"rate", path.rate.value},
          {"round_trip_ms", milliseconds_or_null(path.round_trip)},
          {"least_round_trip_ms", milliseconds_or_null(path.least_round_trip)},
          {"queue_ms", milliseconds(path.queue)},
          {"loss", path.loss},
          {"radio_loss", path.radio_loss ? json(*path.radio_loss) : json()},
          {"policed", path.policed},
          {"rivals", path.rivals},
          {"silent", path.silent},
          {"datagram", path.datagram},
          {"in_flight", path.in_flight},
          {"window", path.window},
          {"bytes_sent", path.bytes_sent},
          {"bytes_received", path.bytes_received},
          {"packets_lost", path.packets_lost},
          {"spurious_losses", path.spurious_losses},
          {"copies", path.copies},
          {"silence_seconds", std::chrono::floor<std::chrono::seconds>(path.silence).count()}};
}

const char* word_of(const std::string& state) {
  if (state == "up") return "connected";
  return state == "connecting" ? "connecting" : "down";
}

}  // namespace

LinkRow row_of(const client::LinkStatus& link) {
  return {"client", link.gateway, word_of(link.state), link.carrier, link.round_trip, link.sessions, link.joins};
}

LinkRow row_of(const gateway::dispatcher::SessionStatus& session) {
  return {session.id, session.device, session.connected ? "connected" : "away", session.carrier, {}, {}, {}};
}

void add_carrier_json(json& into, const std::optional<booster::carrier::CarrierReport>& carrier) {
  into["carrier"] = carrier ? std::string(to_string(carrier->kind)) : "";
  into["moves"] = carrier ? carrier->moves : 0;
  into["path"] = nullptr;
  into["paths"] = json::array();
  if (!carrier) return;
  for (const PathReport& path : carrier->paths) into["paths"].push_back(path_json(path));
  if (!carrier->paths.empty()) into["path"] = into["paths"].front();
}

json to_json(const LinkRow& row) {
  json result = {{"id", row.id}, {"peer", row.peer}, {"state", row.state}};
  if (row.round_trip) result["round_trip_ms"] = row.round_trip->count();
  if (row.sessions) result["sessions"] = *row.sessions;
  if (row.joins) result["joins"] = *row.joins;
  add_carrier_json(result, row.carrier);
  result.erase("path");  // it stands first in paths
  return result;
}

json to_json(const booster::carrier::TraceLog::State& trace) {
  return {{"on", trace.on},
          {"file", trace.file},
          {"events", trace.events},
          {"dropped", trace.dropped},
          {"ended_by", trace.ended_by ? json(codec::to_string(*trace.ended_by)) : json()}};
}

}  // namespace proxy::cli
