#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "booster/runtime/loop.h"
#include "proxy/admin/control_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/device_name.h"
#include "proxy/cli/gateway_proxy.h"
#include "proxy/cli/output.h"
#include "proxy/cli/qr.h"
#include "proxy/cli/side.h"
#include "proxy/cli/state_dir.h"
#include "proxy/client/enrol.h"
#include "proxy/config/client_config.h"

namespace proxy::cli {
namespace {

struct PairOptions {
  std::string config;
  std::vector<std::string> users;
  std::string url;
  bool url_only = false;
};

int at_gateway(const Place& place, const PairOptions& options) {
  if (options.users.empty()) return print_error(Error(Errc::Protocol, "name for whom: packetboat pair --user ADDRESS"));
  const Result<Json> made = admin::control_post(place.control, "/v1/pair", Json{{"addresses", options.users}});
  if (!made) return print_error(made.error());
  const std::string url = made->value("url", "");
  if (!options.url_only && ::isatty(STDOUT_FILENO) == 1) {
    print("On the device, within ten minutes and once only:\n");
    print("  packetboat pair '" + url + "'\n");
    print(qr_code(url));
    return kOk;
  }
  print(url);
  return kOk;
}

Result<std::string> enrol_here(const config::ClientConfig& loaded, const std::string& text) {
  TRY_ASSIGN(client::PairingUrl url, client::parse_pairing_url(text));
  const auto disk = booster::disk::make_posix_disk();
  client::Reach reach;
  reach.proxy = gateway_proxy(*disk, loaded, booster::http::process_environment(), url.gateway.host);
  booster::runtime::Loop loop;
  TRY_ASSIGN(const client::DeviceIdentity identity,
             loop.run(client::enrol(loop, std::move(url), std::move(reach), device_name(loaded))));
  TRY(make_state_dir(loaded.state_dir));
  TRY(client::store_identity(*disk, loaded.state_dir, identity));
  std::string users;
  for (const std::string& address : identity.addresses) users += (users.empty() ? "" : ", ") + address;
  return "paired with " + identity.gateway.host + ":" + std::to_string(identity.gateway.port) + " for " + users;
}

int at_client(const Place& place, const PairOptions& options) {
  if (options.url.empty())
    return print_error(
        Error(Errc::Protocol, "give the URL that `packetboat pair --user ADDRESS` printed at the gateway"));
  const auto loaded = config::load_client_config(place.config);
  if (!loaded) return print_error(loaded.error());
  const Result<std::string> paired = enrol_here(*loaded, options.url);
  if (!paired) return print_error(paired.error());
  print(*paired);
  const Result<Json> told = admin::control_post(place.control, "/v1/paired", Json::object());
  if (!told && told.error().code != Errc::Unreachable)
    return print_error(told.error());  // no daemon yet: it reads it at its start
  return kOk;
}

int pair(const PairOptions& options) {
  const Result<Place> place = find_place(options.config);
  if (!place) return print_error(place.error());
  return place->side == Side::Gateway ? at_gateway(*place, options) : at_client(*place, options);
}

}  // namespace

void add_pair(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("pair", "At the gateway: make a one-time pairing URL. On a device: use it");
  auto options = std::make_shared<PairOptions>();
  command->add_option("--config", options->config, "configuration file of this side");
  command->add_option("--user", options->users,
                      "at the gateway: whose mail the device may carry; may stand several times");
  command->add_flag("--url-only", options->url_only, "at the gateway: no words, no QR code");
  command->add_option("URL", options->url, "on the device: what the gateway printed");
  command->callback([options, &status] { status = pair(*options); });
}

}  // namespace proxy::cli
