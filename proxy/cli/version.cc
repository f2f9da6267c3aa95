#include <CLI/CLI.hpp>

#include "booster/session/hello.h"
#include "proxy/admin/control_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"
#include "proxy/cli/side.h"
#include "proxy/cli/version_info.h"

namespace proxy::cli {
namespace {

Json own_version() {
  return Json{{"version", version_text()}, {"commit", commit_text()}, {"protocol", booster::session::kVersion}};
}

// What the running client and its gateway are, and whether they differ.
Result<> add_running(Json& told, const std::string& config) {
  TRY_ASSIGN(const Place place, find_place(config));
  TRY_ASSIGN(const Json status, admin::control_get(place.control, "/v1/status"));
  told["daemon"] = status.value("version", "");
  const Json session = status.value("session", Json::object());
  told["gateway"] = session.value("gateway_agent", "");
  told["mismatch"] = session.value("mismatch", "");
  return {};
}

int show_versions(const std::string& config, bool json) {
  Json told = own_version();
  Result<> asked;
  if (!config.empty()) asked = add_running(told, config);
  if (!asked) return print_error(asked.error());
  if (json) {
    print(told.dump());
    return kOk;
  }
  const std::string commit = told["commit"];
  print(version_text() + (commit.empty() ? "" : " (" + commit + ")") + ", protocol BST/" +
        std::to_string(booster::session::kVersion));
  if (config.empty()) return kOk;
  print("running here: " + told.value("daemon", ""));
  if (const std::string gateway = told.value("gateway", ""); !gateway.empty()) print("gateway: " + gateway);
  if (const std::string mismatch = told.value("mismatch", ""); !mismatch.empty()) print("note: " + mismatch);
  return kOk;
}

}  // namespace

void add_version(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("version", "Show version, commit and protocol version");
  auto config = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("--config", *config, "also of the daemon with this configuration, and of the other end");
  command->add_flag("--json", *json, "as JSON");
  command->callback([config, json, &status] { status = show_versions(*config, *json); });
}

}  // namespace proxy::cli
