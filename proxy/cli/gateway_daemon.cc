#include "proxy/cli/gateway_daemon.h"

#include <csignal>
#include <fstream>

#include "booster/carrier/tunnel_server.h"
#include "booster/platform/harden.h"
#include "booster/runtime/signal.h"
#include "proxy/admin/control_server.h"
#include "proxy/cli/gateway_json.h"
#include "proxy/cli/link_routes.h"
#include "proxy/cli/state_dir.h"
#include "proxy/cli/version_info.h"
#include "proxy/gateway/dispatcher/front.h"
#include "proxy/gateway/state/sqlite_state.h"

namespace proxy::cli {
namespace {

namespace carrier = booster::carrier;
namespace crypto = booster::crypto;
namespace net = booster::net;
namespace runtime = booster::runtime;
namespace tls = booster::tls;
using admin::Json;
using gateway::dispatcher::Front;
using runtime::Task;

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::NotFound, "open " + path + ": no such file, or not readable");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The operator's certificate, else the gateway's own key.
Result<tls::Identity> tunnel_identity(const config::GatewayConfig& config,
                                      const gateway::dispatcher::GatewayIdentity& own) {
  if (config.certificate.empty()) return own.tls_identity();
  TRY_ASSIGN(std::string pem, read_file(config.certificate));
  TRY_ASSIGN(const std::string key_pem, read_file(config.key));
  TRY_ASSIGN(crypto::PrivateKey key, crypto::PrivateKey::from_pem(crypto::Secret::of_text(key_pem)));
  std::vector<crypto::Certificate> chain;
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  for (std::size_t end = pem.find(kEnd); end != std::string::npos; end = pem.find(kEnd)) {
    TRY_ASSIGN(crypto::Certificate certificate, crypto::Certificate::from_pem(pem));
    chain.push_back(std::move(certificate));
    pem.erase(0, end + kEnd.size());
  }
  return tls::Identity{std::move(chain), std::move(key)};
}

Result<tls::Context> tunnel_context(const config::GatewayConfig& config,
                                    const gateway::dispatcher::GatewayIdentity& own, carrier::CarrierKind by) {
  TRY_ASSIGN(tls::Identity shown, tunnel_identity(config, own));
  tls::ServerOptions options{.identity = std::move(shown),
                             .ask_for_certificate = true,
                             .oldest = tls::Version::Tls13,
                             .memory = by == carrier::CarrierKind::Udp};
  return tls::Context::server(std::move(options));
}

// One beside each TCP listener, on the same address and port.
Result<std::vector<std::unique_ptr<carrier::UdpServer>>> udp_ports(
    runtime::Loop& loop, const config::GatewayConfig& config, const gateway::dispatcher::GatewayIdentity& own,
    const std::vector<std::unique_ptr<net::Listener>>& listeners) {
  std::vector<std::unique_ptr<carrier::UdpServer>> ports;
  if (!config.udp) return ports;
  const crypto::Secret secret = own.secret_for("udp");
  for (const auto& listener : listeners) {
    TRY_ASSIGN(tls::Context context, tunnel_context(config, own, carrier::CarrierKind::Udp));
    TRY_ASSIGN(auto port, carrier::UdpServer::open(loop, listener->local(), std::move(context), secret));
    ports.push_back(std::move(port));
  }
  return ports;
}

Task<Result<Json>> pair(Front& front, admin::Request request) {
  std::vector<std::string> addresses;
  if (request.body.is_object() && request.body.contains("addresses") && request.body["addresses"].is_array()) {
    for (const Json& address : request.body["addresses"])
      if (address.is_string()) addresses.push_back(address.get<std::string>());
  }
  if (addresses.empty()) co_return fail(Errc::Protocol, "name at least one address");
  CO_TRY_ASSIGN(const gateway::dispatcher::Pairing made, co_await front.pair(std::move(addresses)));
  Json reply;
  reply["url"] = made.url();
  reply["expires_at"] = made.expires_at.time_since_epoch().count();
  co_return reply;
}

Task<Result<Json>> revoke(Front& front, admin::Request request) {
  const std::string which = request.body.is_object() ? request.body.value("device", "") : "";
  if (which.empty()) co_return fail(Errc::Protocol, "name a device");
  CO_TRY_ASSIGN(const gateway::state::Device device, co_await front.revoke(which));
  co_return to_json(device);
}

Task<Result<Json>> ready(Json json) {
  co_return json;
}

std::vector<LinkRow> rows_of(const gateway::dispatcher::GatewayStatus& status) {
  std::vector<LinkRow> rows;
  for (const auto& session : status.sessions) rows.push_back(row_of(session));
  return rows;
}

void add_routes(admin::ControlServer& control, Front& front) {
  control.get("/v1/status", [&front](admin::Request) { return ready(to_json(front.status())); });
  control.get("/v1/devices", [&front](admin::Request) { return ready(to_json(front.devices())); });
  control.post("/v1/devices/revoke", [&front](admin::Request request) { return revoke(front, std::move(request)); });
  control.post("/v1/pair", [&front](admin::Request request) { return pair(front, std::move(request)); });
}

Task<Result<>> serve_tunnel(carrier::TunnelServer& server, std::vector<net::Listener*> listeners,
                            std::vector<carrier::UdpServer*> udp, Front& front) {
  co_return co_await server.serve(std::move(listeners), std::move(udp), front);
}

// Ends everything at the first SIGTERM or SIGINT.
Task<Result<>> wait_for_end(runtime::Loop& loop, const config::Log& log) {
  runtime::SignalWatch signals(loop, {SIGTERM, SIGINT});
  CO_TRY_ASSIGN(const int number, co_await signals.next());
  log.info("signal {}: going down", number);
  co_return Result<>();
}

struct Parts {
  const config::GatewayConfig& config;
  const config::Log& log;
  Front& front;
  carrier::TunnelServer& server;
  std::vector<net::Listener*> listeners;
  std::vector<carrier::UdpServer*> udp;
  admin::ControlServer& control;
  carrier::TraceLog& trace;
};

Task<Result<>> run(runtime::Loop& loop, Parts parts) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto note = [&parts](const std::string& task, const Error& error) {
    parts.log.error("{}: {}", task, codec::to_string(error));
  };
  runtime::TaskScope front_tasks(loop, *here.scope, note);
  runtime::TaskScope doors(loop, *here.scope, note);
  front_tasks.spawn("front", parts.front.run());
  const Result<> started = co_await parts.front.ready();
  if (started) {
    doors.spawn("trace", trace_from_start(parts.trace, parts.config.trace));
    doors.spawn("tunnel", serve_tunnel(parts.server, parts.listeners, parts.udp, parts.front));
    doors.spawn("control socket", parts.control.serve());
    parts.log.info("{} gateway serves {} as {}", version_text(), parts.listeners.front()->local().to_string(),
                   parts.config.settings.name);
    (void)co_await wait_for_end(loop, parts.log);
  }
  doors.cancel();
  co_await doors.join();
  front_tasks.cancel();
  co_await front_tasks.join();
  co_return started;
}

}  // namespace

Result<> run_gateway(const config::GatewayConfig& config) {
  TRY(booster::platform::harden_process());
  const config::Log log = config::Log::to_stderr(config.log);
  TRY(make_state_dir(config.settings.state_dir));
  const auto disk = booster::disk::make_posix_disk();
  runtime::Loop loop;
  TRY_ASSIGN(const net::HostPort name, net::HostPort::parse(config.settings.name));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  TRY_ASSIGN(const auto identity,
             gateway::dispatcher::GatewayIdentity::load_or_make(*disk, config.settings.state_dir, name.host, now));
  TRY_ASSIGN(const auto state, gateway::state::SqliteState::open(config.settings.state_dir + "/gateway.db"));
  gateway::dispatcher::ProcessLauncher launcher(loop, gateway::dispatcher::program_options(config.settings));
  TRY_ASSIGN(tls::Context context, tunnel_context(config, identity, carrier::CarrierKind::Tls));

  std::vector<std::unique_ptr<net::Listener>> doors;
  std::vector<net::Listener*> listeners;
  for (const std::string& text : config.listen) {
    TRY_ASSIGN(const net::Address address, net::Address::parse(text));
    auto door = net::Listener::open(loop, address);
    if (!door && address.family() == AF_INET6 &&
        config.listen.size() > 1) {  // a host without IPv6 is no reason to stay down
      log.warning("{}", door.error().what);
      continue;
    }
    if (!door) return tl::unexpected(door.error());
    listeners.push_back(door->get());
    doors.push_back(*std::move(door));
  }
  TRY_ASSIGN(const std::vector<std::unique_ptr<carrier::UdpServer>> ports, udp_ports(loop, config, identity, doors));
  std::vector<carrier::UdpServer*> udp;
  udp.reserve(ports.size());
  for (const auto& port : ports) udp.push_back(port.get());
  TRY_ASSIGN(const auto control, admin::ControlServer::open(loop, config.control));
  Front front(loop, config.settings, identity, *state, launcher);
  front.on_note([&log](const std::string& text) { log.info("{}", text); });
  carrier::TraceLog trace(loop, *disk, booster::session::Role::Gateway, version_text());
  trace.on_note([&log](const std::string& text) { log.error("{}", text); });
  carrier::TunnelServer server(loop, std::move(context), version_text());
  server.on_note([&log](const std::string& text) { log.info("tunnel: {}", text); });
  server.trace_to(trace);
  add_routes(*control, front);
  add_link_routes(*control, {"gateway", [&front] { return rows_of(front.status()); }, trace,
                             usual_trace(config.trace, config.settings.state_dir)});
  Parts parts{config, log, front, server, listeners, udp, *control, trace};
  Result<> end = loop.run(run(loop, std::move(parts)));
  log.info("down");
  return end;
}

}  // namespace proxy::cli
