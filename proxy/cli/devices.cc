#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "proxy/admin/control_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"
#include "proxy/cli/side.h"

namespace proxy::cli {
namespace {

int list_devices(const std::string& config, bool json) {
  const Result<Place> place = find_place(config);
  if (!place) return print_error(place.error());
  const Result<Json> devices = admin::control_get(place->control, "/v1/devices");
  if (!devices) return print_error(devices.error());
  if (json) {
    print(devices->dump(2));
    return kOk;
  }
  if (devices->empty()) print("no device is enrolled");
  for (const Json& device : *devices)
    print(fmt::format("{}  {:<20} {:<8} {}", device.value("pin", "").substr(0, 12), device.value("name", ""),
                      device.value("revoked", false) ? "revoked" : "enrolled", device["addresses"].dump()));
  return kOk;
}

int revoke(const std::string& config, const std::string& which) {
  const Result<Place> place = find_place(config);
  if (!place) return print_error(place.error());
  const Result<Json> done = admin::control_post(place->control, "/v1/devices/revoke", Json{{"device", which}});
  if (!done) return print_error(done.error());
  print("revoked " + done->value("name", "") + "; its sessions have ended");
  return kOk;
}

}  // namespace

void add_devices(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("devices", "At the gateway: the enrolled devices");
  command->require_subcommand(1);
  auto config = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto which = std::make_shared<std::string>();
  auto* lister = command->add_subcommand("list", "Every device, for whom it is enrolled, whether it is revoked");
  lister->add_option("--config", *config, "the gateway's configuration file");
  lister->add_flag("--json", *json, "as JSON");
  lister->callback([config, json, &status] { status = list_devices(*config, *json); });
  auto* revoker = command->add_subcommand("revoke", "Shut a device out, at once and for good");
  revoker->add_option("--config", *config, "the gateway's configuration file");
  revoker->add_option("DEVICE", *which, "beginning of its key's pin, or its name")->required();
  revoker->callback([config, which, &status] { status = revoke(*config, *which); });
}

}  // namespace proxy::cli
