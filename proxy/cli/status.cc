#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "proxy/admin/control_client.h"
#include "proxy/cli/carried_json.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"
#include "proxy/cli/side.h"

namespace proxy::cli {
namespace {

std::string text(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string ago(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return "never";
  return age(std::chrono::seconds(found->get<std::int64_t>())) + " ago";
}

// ", 9.8 Mbit/s up, 1.2 % lost (radio 1.1 %), policed, 12 sent twice"
std::string path_text(const Json& path, const char* way) {
  std::string line;
  if (const auto rate = path.value("rate", std::uint64_t{0}); rate > 0) {
    line += fmt::format(", {:.1f} Mbit/s {}", static_cast<double>(rate) / 1e6, way);
  }
  line += fmt::format(", {:.1f} % lost", path.value("loss", 0.0) * 100);
  if (const auto radio = path.find("radio_loss"); radio != path.end() && radio->is_number()) {
    line += fmt::format(" (radio {:.1f} %)", radio->get<double>() * 100);
  }
  for (const char* const name : {"policed", "rivals", "silent"}) {
    if (path.value(name, false)) line += std::string(", ") + name;
  }
  if (const auto copies = path.value("copies", std::uint64_t{0}); copies > 0) {
    line += fmt::format(", {} sent twice", copies);
  }
  return line;
}

// "udp, 87 ms, 9.8 Mbit/s up, 1.2 % lost (radio 1.1 %), 2 moves", "tls via proxy 192.0.2.1:3128, 87 ms"; `way`: the
// direction that this end sends in.
std::string carrier_text(const Json& session, const char* way) {
  std::string line = text(session, "carrier");
  if (line.empty()) return line;
  if (session.value("connections", 1) > 1) line += " (two connections)";
  if (!text(session, "via").empty()) line += " via proxy " + text(session, "via");
  const auto path = session.find("path");
  const bool known = path != session.end() && path->is_object();
  if (!text(session, "round_trip_ms").empty()) {
    line += ", " + text(session, "round_trip_ms") + " ms";
  } else if (known && path->value("round_trip_ms", Json()).is_number()) {
    line += fmt::format(", {:.0f} ms", (*path)["round_trip_ms"].get<double>());
  }
  if (known) line += path_text(*path, way);
  if (const auto moves = session.value("moves", std::uint64_t{0}); moves > 0) line += fmt::format(", {} moves", moves);
  return line;
}

// Of the agents that live now, or of the client since it started.
void print_carried(const char* indent, const Json& status) {
  const auto carried = status.find("carried");
  if (carried == status.end()) return;
  for (const char* const way : {"down", "up"}) {
    const Json& one = (*carried)[way];
    if (one.value("items", std::uint64_t{0}) > 0) print(fmt::format("{}mail {:<5}{}", indent, way, carried_text(one)));
  }
}

void print_account(const Json& account) {
  print(fmt::format("{}: {}{}", text(account, "address"), text(account, "login"),
                    text(account, "text").empty() ? "" : " (" + text(account, "text") + ")"));
  const Json& progress = account["progress"];
  print(fmt::format("  mail      {} messages, {} with envelope, {} with body, {} on disk; {} of {} folders known",
                    text(progress, "messages"), text(progress, "overviews"), text(progress, "bodies"),
                    bytes_text(progress.value("content_bytes", std::uint64_t{0})), text(progress, "mailboxes_whole"),
                    text(progress, "mailboxes")));
  const Json& queue = account["queue"];
  print(fmt::format("  queue     {} to send, {} changes, {} held", text(queue, "submissions"),
                    text(queue, "operations"), text(queue, "held")));
  print(fmt::format("  contact   {}; up to date as of {}", ago(account, "last_contact_seconds"),
                    ago(account, "confirmed_as_of_seconds")));
  const Json& bytes = account["bytes"];
  print(fmt::format("  link      {} received ({} before compression), {} sent ({})",
                    bytes_text(bytes.value("coded_received", std::uint64_t{0})),
                    bytes_text(bytes.value("raw_received", std::uint64_t{0})),
                    bytes_text(bytes.value("coded_sent", std::uint64_t{0})),
                    bytes_text(bytes.value("raw_sent", std::uint64_t{0}))));
  print_carried("  ", account);
}

void print_client(const Json& status) {
  const Json& session = status["session"];
  print(fmt::format("link: {}{}{}", text(session, "state"),
                    text(session, "gateway").empty() ? "" : ", gateway " + text(session, "gateway"),
                    text(session, "trouble").empty() ? "" : " (" + text(session, "trouble") + ")"));
  if (const std::string carrier = carrier_text(session, "up"); !carrier.empty()) print("  over      " + carrier);
  if (!text(session, "mismatch").empty()) print("  note      " + text(session, "mismatch"));
  print("  contact   " + ago(session, "since_contact_seconds"));
  for (const Json& account : status["accounts"]) print_account(account);
  for (const Json& notice : status["notices"]) print("notice: " + notice.get<std::string>());
  print("passwords: " + text(status, "secrets"));
}

void print_gateway(const Json& status) {
  print(fmt::format("{} sessions, {} agents of {}, {} logins waiting", status["sessions"].size(),
                    status["agents"].size(), text(status, "capacity"), text(status, "waiting_logins")));
  print_carried("  ", status);
  for (const Json& process : status["processes"])
    print(fmt::format("  {:<11} pid {}, {} agents, {} restarts {}", text(process, "kind"), text(process, "pid"),
                      text(process, "agents"), text(process, "restarts"), text(process, "last_error")));
  for (const Json& agent : status["agents"])
    print(fmt::format("  agent {}: {}, {} devices, worker {} {}", text(agent, "account"), text(agent, "state"),
                      text(agent, "devices"), text(agent, "worker_pid"), text(agent, "text")));
  for (const Json& session : status["sessions"]) {
    print(fmt::format("  session {}: {} from {}, {} streams, {} flows, {}", text(session, "id"),
                      text(session, "device"), text(session, "address"), text(session, "streams"),
                      text(session, "flows"), session.value("connected", false) ? "connected" : "away"));
    if (const std::string carrier = carrier_text(session, "down"); !carrier.empty()) print("  over      " + carrier);
    if (!text(session, "mismatch").empty()) print("    note: " + text(session, "mismatch"));
  }
  for (const Json& account : status["awaiting_login"])
    print("  " + account.get<std::string>() + ": waits for its next login since the gateway restarted");
}

int show_status(const std::string& config, bool json) {
  const Result<Place> place = find_place(config);
  if (!place) return print_error(place.error());
  const Result<Json> status = admin::control_get(place->control, "/v1/status");
  if (!status) return print_error(status.error());
  if (json) {
    print(status->dump(2));
  } else if (place->side == Side::Gateway) {
    print_gateway(*status);
  } else {
    print_client(*status);
  }
  return kOk;
}

}  // namespace

void add_status(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("status", "Show link, sessions, accounts, queue, last contact and bytes");
  auto config = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("--config", *config, "configuration file of the daemon asked");
  command->add_flag("--json", *json, "as JSON, for scripts");
  command->callback([config, json, &status] { status = show_status(*config, *json); });
}

void add_refresh(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("refresh", "Ask the mail server now whether anything changed (Send/Receive)");
  auto config = std::make_shared<std::string>();
  auto address = std::make_shared<std::string>();
  command->add_option("--config", *config, "the client's configuration file");
  command->add_option("ADDRESS", *address, "one account; all when left out");
  command->callback([config, address, &status] {
    const Result<Place> place = find_place(*config);
    if (!place) {
      status = print_error(place.error());
      return;
    }
    const Result<Json> done = admin::control_post(place->control, "/v1/refresh", Json{{"address", *address}});
    status = done ? kOk : print_error(done.error());
    if (done) print("up to date");
  });
}

}  // namespace proxy::cli
