#include "proxy/config/client_config.h"

#include <cstdlib>

#include "booster/net/address.h"

namespace proxy::config {
namespace {

std::string default_state_dir() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0')
    return std::string(state) + "/packetboat";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/var/lib") + "/.local/state/packetboat";
}

void listen_address(Section& in, std::string_view key, std::string& into) {
  in.text(key, into);
  if (into.empty()) return;
  if (const auto parsed = booster::net::Address::parse(into); !parsed) in.wrong(key, parsed.error().what);
}

void read_faces(Section& in, ClientConfig& config) {
  listen_address(in, "imap", config.imap);
  listen_address(in, "submission", config.submission);
  in.section("tls", [&](Section& inner) {
    inner.text("certificate", config.face_certificate);
    inner.text("key", config.face_key);
    if (config.face_certificate.empty() != config.face_key.empty())
      inner.wrong("key", "certificate and key go together");
  });
  in.boolean("check_peer_uid", config.check_peer_uid);
  for (const auto& [key, address] : {std::pair("imap", &config.imap), std::pair("submission", &config.submission)}) {
    const auto parsed = booster::net::Address::parse(*address);
    if (parsed && !parsed->is_loopback() && config.face_certificate.empty())
      in.wrong(key, "a face off loopback needs faces.tls: passwords and mail would cross the network in clear");
  }
}

void read_proxy(Section& in, ClientConfig& config) {
  in.require("address");
  in.text("address", config.proxy);
  const bool given = !config.proxy.empty() && config.proxy != kNoProxy;
  if (given && !booster::net::HostPort::parse(config.proxy))
    in.wrong("address", "want host:port of an HTTP proxy, such as proxy.example.org:3128, or none");
  in.text("user", config.proxy_user);
  in.text("password_file", config.proxy_password_file);
  if (config.proxy_user.empty() != config.proxy_password_file.empty())
    in.wrong("user", "user and password_file go together");
  if (!given && !config.proxy_user.empty()) in.wrong("user", "belongs to an address");
  if (config.proxy_user.find(':') != std::string::npos) in.wrong("user", "may not hold ':'");
}

void read_client(Section& in, ClientConfig& config) {
  config.state_dir = default_state_dir();
  in.section("gateway", [&](Section& inner) {
    inner.require("address");
    inner.host_port("address", config.gateway);
    inner.boolean("by_authority", config.by_authority);
    inner.text("ca_file", config.ca_file);
    if (!config.ca_file.empty()) config.by_authority = true;
  });
  in.choice("carrier", config.carriers, {{"auto", Carriers::Both}, {"udp", Carriers::Udp}, {"tls", Carriers::Tls}});
  in.section("proxy", [&](Section& inner) { read_proxy(inner, config); });
  in.text("device", config.device);
  in.text("state_dir", config.state_dir);
  in.section("faces", [&](Section& inner) { read_faces(inner, config); });
  in.choice("bodies", config.bodies,
            {{"all", Bodies::All}, {"recent", Bodies::Recent}, {"on-demand", Bodies::OnDemand}});
  in.duration("recent", config.recent);
  in.size("size_limit", config.size_limit);
  in.choice("secrets", config.secrets,
            {{"auto", std::string("auto")}, {"keyring", std::string("keyring")}, {"file", std::string("file")}});
  in.section("flow", [&](Section& inner) { listen_address(inner, "listen", config.flow_listen); });
  in.section("link", [&](Section& inner) { read_link_trace(inner, config.trace); });
  in.text("control", config.control);
  in.section("log", [&](Section& inner) {
    inner.choice("level", config.log,
                 {{"debug", LogLevel::Debug},
                  {"info", LogLevel::Info},
                  {"warning", LogLevel::Warning},
                  {"error", LogLevel::Error}});
  });
  if (config.control.empty()) config.control = config.state_dir + "/control.sock";
}

}  // namespace

std::vector<Mistake> parse_client_config(const std::string& text, ClientConfig& into) {
  return read_text(text, [&into](Section& top) { read_client(top, into); });
}

Result<ClientConfig> load_client_config(const std::string& file) {
  ClientConfig config;
  TRY_ASSIGN(const std::vector<Mistake> mistakes,
             read_document(file, [&config](Section& top) { read_client(top, config); }));
  TRY(no_mistakes(file, mistakes));
  return config;
}

}  // namespace proxy::config
