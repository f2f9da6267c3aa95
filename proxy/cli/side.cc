#include "proxy/cli/side.h"

#include <cstdlib>
#include <filesystem>

#include "proxy/config/client_config.h"
#include "proxy/config/gateway_config.h"

namespace proxy::cli {

Result<std::string> find_config(const std::string& config) {
  if (!config.empty()) return config;
  if (const char* named = std::getenv("PACKETBOAT_CONFIG"); named != nullptr && *named != '\0')
    return std::string(named);
  std::vector<std::string> places;
  if (const char* home = std::getenv("HOME"); home != nullptr)
    places.push_back(std::string(home) + "/.config/packetboat/client.yaml");
  places.insert(places.end(), {"/etc/packetboat/client.yaml", "/etc/packetboat/gateway.yaml"});
  for (const std::string& place : places) {
    std::error_code ignored;
    if (std::filesystem::exists(place, ignored)) return place;
  }
  return fail(Errc::NotFound, "no configuration: name one with --config FILE or $PACKETBOAT_CONFIG (looked for " +
                                  places.front() + ")");
}

Result<Side> side_of(const std::string& file) {
  bool gateway = false;
  auto look = [&gateway](config::Section& top) {
    gateway = top.has("domains") || top.has("agents") || top.has("name");
  };
  TRY_ASSIGN(const auto mistakes, config::read_document(file, look));  // its own reader complains later
  (void)mistakes;
  return gateway ? Side::Gateway : Side::Client;
}

Result<Place> find_place(const std::string& config) {
  Place place;
  TRY_ASSIGN(place.config, find_config(config));
  TRY_ASSIGN(place.side, side_of(place.config));
  if (place.side == Side::Gateway) {
    TRY_ASSIGN(const config::GatewayConfig loaded, config::load_gateway_config(place.config));
    place.control = loaded.control;
  } else {
    TRY_ASSIGN(const config::ClientConfig loaded, config::load_client_config(place.config));
    place.control = loaded.control;
  }
  return place;
}

}  // namespace proxy::cli
