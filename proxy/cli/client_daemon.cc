#include "proxy/cli/client_daemon.h"

#include <csignal>

#include "booster/platform/harden.h"
#include "booster/runtime/signal.h"
#include "booster/runtime/timer.h"
#include "proxy/cli/client_routes.h"
#include "proxy/cli/device_name.h"
#include "proxy/cli/link_routes.h"
#include "proxy/cli/state_dir.h"
#include "proxy/cli/version_info.h"
#include "proxy/flow/interceptor.h"

namespace proxy::cli {
namespace {

namespace carrier = booster::carrier;
namespace net = booster::net;
namespace platform = booster::platform;
namespace runtime = booster::runtime;
using runtime::Task;

constexpr auto kNetworksKept = std::chrono::minutes(1);

platform::SecretStoreChoice secrets_choice(const std::string& word) {
  if (word == "keyring") return platform::SecretStoreChoice::Keyring;
  return word == "file" ? platform::SecretStoreChoice::SealedFile : platform::SecretStoreChoice::Auto;
}

client::ClientSettings settings_of(const config::ClientConfig& config, const PairedDialer& dialer) {
  client::ClientSettings settings;
  settings.gateway = dialer.gateway();
  settings.device = device_name(config);
  settings.recent = std::chrono::duration_cast<std::chrono::days>(config.recent);
  settings.size_limit = config.size_limit;
  if (config.bodies == config::Bodies::Recent) settings.bodies = client::replica::BodyPolicy::Recent;
  if (config.bodies == config::Bodies::OnDemand) settings.bodies = client::replica::BodyPolicy::OnDemand;
  return settings;
}

class TunnelMux final : public flow::MuxSource {
 public:
  explicit TunnelMux(carrier::TunnelClient& tunnel) : tunnel_(tunnel) {}
  carrier::Mux* present_mux() override { return tunnel_.mux(); }

 private:
  carrier::TunnelClient& tunnel_;
};

void save_networks(const config::Log& log, PairedDialer& dialer) {
  if (const Result<> saved = dialer.save_networks(); !saved) log.warning("{}", codec::to_string(saved.error()));
}

// Who is killed begins with what was known a minute before.
Task<Result<>> keep_networks(const config::Log& log, ClientParts& parts) {
  for (;;) {
    CO_TRY(co_await runtime::sleep_for(kNetworksKept));
    parts.tunnel.remember();
    save_networks(log, parts.dialer);
  }
}

void tell_proxy(const config::Log& log, const PairedDialer& dialer) {
  const Result<booster::http::WebProxyPtr>& proxy = dialer.proxy();
  if (!proxy) {
    log.warning("no TLS to the gateway: {}", codec::to_string(proxy.error()));
  } else if (*proxy != nullptr) {
    log.info("TLS to the gateway goes through the proxy {}", (*proxy)->to_string());
  }
}

Task<Result<>> run(runtime::Loop& loop, const config::Log& log, ClientParts& parts, admin::ControlServer& control,
                   carrier::TraceLog& trace, flow::Interceptor& flows, net::Listener* flow_door) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto note = [&log](const std::string& task, const Error& error) {
    log.error("{}: {}", task, codec::to_string(error));
  };
  runtime::TaskScope outer(loop, *here.scope, note);
  runtime::TaskScope inner(loop, *here.scope, note);
  CO_TRY(co_await parts.client.open());
  outer.spawn("trace", trace_from_start(trace, parts.config.trace));
  inner.spawn("client", parts.client.run());
  outer.spawn("faces", parts.faces.serve());
  outer.spawn("control socket", control.serve());
  outer.spawn("networks", keep_networks(log, parts));
  if (flow_door != nullptr) outer.spawn("flow port", flows.serve(*flow_door));
  log.info("{} client serves IMAP at {}, submission at {}", version_text(), parts.faces.imap().to_string(),
           parts.faces.submission().to_string());
  if (!parts.dialer.known()) log.warning("{}", parts.dialer.why_not().error().what);
  tell_proxy(log, parts.dialer);
  {
    runtime::SignalWatch signals(loop, {SIGTERM, SIGINT});
    const Result<int> number = co_await signals.next();
    if (number) log.info("signal {}: going down", *number);
  }
  outer.cancel();
  co_await outer.join();
  inner.cancel();
  co_await inner.join();
  co_return Result<>();
}

}  // namespace

Result<> run_client(const config::ClientConfig& config) {
  TRY(platform::harden_process());
  const config::Log log = config::Log::to_stderr(config.log);
  TRY(make_state_dir(config.state_dir));
  const std::shared_ptr<booster::disk::Disk> disk = booster::disk::make_posix_disk();
  TRY_ASSIGN(const auto secrets, platform::make_secret_store(secrets_choice(config.secrets), *disk, config.state_dir));
  log.info("passwords: {}", secrets->description());
  TRY_ASSIGN(const auto accounts, client::Accounts::open(*disk, config.state_dir, *secrets));
  runtime::Loop loop;
  carrier::TraceLog trace(loop, *disk, booster::session::Role::Client, version_text());
  trace.on_note([&log](const std::string& text) { log.error("{}", text); });
  PairedDialer dialer(loop, *disk, config);
  dialer.trace_to(trace);
  TRY(dialer.reload());
  carrier::ClientOptions options;
  options.agent = version_text();
  options.device = device_name(config);
  carrier::TunnelClient tunnel(loop, dialer, options);
  client::Client client(loop, tunnel, *accounts, disk, settings_of(config, dialer));
  TRY_ASSIGN(const auto faces, FaceHost::open(loop, config, log.part("face"), client));
  TRY_ASSIGN(const auto control, admin::ControlServer::open(loop, config.control));
  TunnelMux muxes(tunnel);
  flow::Interceptor flows(loop, muxes);
  std::unique_ptr<net::Listener> flow_door;
  if (!config.flow_listen.empty()) {
    TRY_ASSIGN(const net::Address address, net::Address::parse(config.flow_listen));
    TRY_ASSIGN(flow_door, net::Listener::open(loop, address));
  }
  ClientParts parts{loop, config, client, *faces, dialer, tunnel};
  add_routes(*control, parts);
  const auto rows = [&client, &dialer] {
    LinkRow row = row_of(client.link());
    row.peer = dialer.gateway();  // a pairing may have come since the start
    return std::vector<LinkRow>{row};
  };
  add_link_routes(*control, {"client", rows, trace, usual_trace(config.trace, config.state_dir)});
  Result<> end = loop.run(run(loop, log, parts, *control, trace, flows, flow_door.get()));
  save_networks(log, dialer);
  log.info("down");
  return end;
}

}  // namespace proxy::cli
