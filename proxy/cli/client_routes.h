// What the client's control socket answers.
#pragma once
#include "proxy/admin/control_server.h"
#include "proxy/cli/face_host.h"
#include "proxy/cli/paired_dialer.h"
#include "proxy/client/client.h"

namespace proxy::cli {

struct ClientParts {
  booster::runtime::Loop& loop;
  const config::ClientConfig& config;
  client::Client& client;
  FaceHost& faces;
  PairedDialer& dialer;
  booster::carrier::TunnelClient& tunnel;
};

void add_routes(admin::ControlServer& control, ClientParts& parts);

}  // namespace proxy::cli
