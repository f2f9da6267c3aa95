// configs/client.yaml, typed.
#pragma once
#include <chrono>

#include "proxy/config/document.h"
#include "proxy/config/link_trace.h"
#include "proxy/config/log.h"

namespace proxy::config {

enum class Carriers { Both, Udp, Tls };
enum class Bodies { All, Recent, OnDemand };

constexpr std::string_view kNoProxy = "none";

struct ClientConfig {
  // Empty: from `packetboat pair URL`, kept in state_dir.
  std::string gateway;  // host:port
  std::string ca_file;  // with `gateway`: trust by authority and host name instead of the pinned key
  bool by_authority = false;
  Carriers carriers = Carriers::Both;
  std::string proxy;  // host:port of an HTTP proxy; kNoProxy: never one; empty: what the environment says
  std::string proxy_user;
  std::string proxy_password_file;  // with proxy_user
  std::string device;               // this machine's name, for people; empty: the host name
  std::string state_dir;            // empty: $XDG_STATE_HOME/packetboat or ~/.local/state/packetboat
  std::string imap = "127.0.0.1:1143";
  std::string submission = "127.0.0.1:1587";
  std::string face_certificate;  // PEM; with face_key: STARTTLS at the faces
  std::string face_key;
  bool check_peer_uid = true;  // on loopback only programs of the same user may connect
  Bodies bodies = Bodies::All;
  std::chrono::seconds recent{30 * 24 * 3600};
  std::uint64_t size_limit = 0;  // of each account's bodies; 0: none
  std::string secrets = "auto";  // auto, keyring, file
  std::string flow_listen;       // empty: no SOCKS5/CONNECT port
  LinkTrace trace;
  std::string control;  // empty: state_dir/control.sock
  LogLevel log = LogLevel::Info;
};

// Errors  those of the file; Protocol: its mistakes, a line each
Result<ClientConfig> load_client_config(const std::string& file);
std::vector<Mistake> parse_client_config(const std::string& text, ClientConfig& into);

}  // namespace proxy::config
