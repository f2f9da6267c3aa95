// Which daemon a command speaks to: told by the configuration file.
#pragma once
#include <string>

#include "codec/base/result.h"

namespace proxy::cli {

enum class Side { Client, Gateway };

struct Place {
  Side side = Side::Client;
  std::string config;   // the file
  std::string control;  // the daemon's socket
};

// `config` empty: $PACKETBOAT_CONFIG, else ~/.config/packetboat/client.yaml, else
// /etc/packetboat/{client,gateway}.yaml.
//   Errors  NotFound: none of them is there · Protocol: its mistakes
Result<std::string> find_config(const std::string& config);
// A file with `domains:` or `agents:` is a gateway's.
Result<Side> side_of(const std::string& file);
Result<Place> find_place(const std::string& config);

}  // namespace proxy::cli
