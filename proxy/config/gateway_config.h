// configs/gateway.yaml, typed.
#pragma once
#include "proxy/config/document.h"
#include "proxy/config/link_trace.h"
#include "proxy/config/log.h"
#include "proxy/gateway/settings.h"

namespace proxy::config {

struct GatewayConfig {
  std::vector<std::string> listen{"0.0.0.0:443", "[::]:443"};
  bool udp = true;                    // at the same addresses
  gateway::GatewaySettings settings;  // state_dir: /var/lib/packetboat
  std::string certificate;            // PEM; with `key`: instead of the self-made one
  std::string key;
  LinkTrace trace;
  std::string control = "/run/packetboat/gateway.sock";
  LogLevel log = LogLevel::Info;
};

// Errors  those of the file; Protocol: its mistakes, a line each
Result<GatewayConfig> load_gateway_config(const std::string& file);
std::vector<Mistake> parse_gateway_config(const std::string& text, GatewayConfig& into);

}  // namespace proxy::config
