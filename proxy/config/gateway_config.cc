#include "proxy/config/gateway_config.h"

#include <algorithm>

#include "booster/net/address.h"

namespace proxy::config {
namespace {

using gateway::Ambiguous;
using gateway::DomainSettings;
using gateway::LoginName;
using gateway::MasterForm;
using gateway::MasterSettings;
using gateway::Security;
using gateway::ServerSettings;

void read_server(Section& in, ServerSettings& server, std::uint16_t implicit_port, std::uint16_t starttls_port) {
  in.require("host");
  in.text("host", server.host);
  in.choice("tls", server.security,
            {{"implicit", Security::Implicit}, {"starttls", Security::StartTls}, {"none", Security::None}});
  server.port = server.security == Security::Implicit ? implicit_port : starttls_port;
  in.number("port", server.port, 1, 65'535);
  in.text("ca_file", server.ca_file);
}

void read_master(Section& in, MasterSettings& master) {
  in.require("user");
  in.require("password_file");
  in.text("user", master.user);
  in.text("password_file", master.password_file);
  in.choice("form", master.form,
            {{"authzid", MasterForm::AuthorizationId}, {"user*master", MasterForm::UserStarMaster}});
  if (master.user.find('*') != std::string::npos) in.wrong("user", "may not hold '*'");
}

void read_domain(Section& in, DomainSettings& domain) {
  in.require("domain");
  in.require("imap");
  in.require("submission");
  in.text("domain", domain.domain);
  std::transform(domain.domain.begin(), domain.domain.end(), domain.domain.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (domain.domain.find('@') != std::string::npos) in.wrong("domain", "want what stands behind the '@' of an address");
  in.section("imap", [&](Section& inner) { read_server(inner, domain.imap, 993, 143); });
  in.section("submission", [&](Section& inner) { read_server(inner, domain.submission, 465, 587); });
  in.choice("login", domain.login, {{"address", LoginName::Address}, {"local-part", LoginName::LocalPart}});
  in.section("master", [&](Section& inner) {
    domain.master.emplace();
    read_master(inner, *domain.master);
  });
  in.boolean("sent_by_server", domain.sent_by_server);
  in.text("authserv_id", domain.authserv_id);
  in.choice("ambiguous", domain.ambiguous, {{"retry", Ambiguous::Retry}, {"ask", Ambiguous::Ask}});
}

void read_agents(Section& in, gateway::AgentSettings& agents) {
  in.number("workers", agents.workers, 1, 256);
  in.number("per_worker", agents.per_worker, 1, 10'000);
  in.duration("grace", agents.grace);
  in.duration("wait", agents.wait);
  in.duration("scan", agents.scan);
  if (agents.scan < std::chrono::seconds(1)) in.wrong("scan", "want 1s or more");
  in.number("mixing", agents.mixing, 0, 1'000);
  in.number("cpu_share", agents.cpu_share, 0, 400);
  in.texts("source_addresses", agents.source_addresses);
  for (const std::string& address : agents.source_addresses)
    if (!booster::net::Address::ip(address, 0)) in.wrong("source_addresses", "'" + address + "' is not an IP address");
}

void read_gateway(Section& in, GatewayConfig& config) {
  config.settings.state_dir = "/var/lib/packetboat";
  in.texts("listen", config.listen);
  for (const std::string& address : config.listen)
    if (const auto parsed = booster::net::Address::parse(address); !parsed) in.wrong("listen", parsed.error().what);
  in.boolean("udp", config.udp);
  in.require("name");
  in.host_port("name", config.settings.name);
  in.text("state_dir", config.settings.state_dir);
  in.section("tls", [&](Section& inner) {
    inner.text("certificate", config.certificate);
    inner.text("key", config.key);
    if (config.certificate.empty() != config.key.empty()) inner.wrong("key", "certificate and key go together");
  });
  in.require("domains");
  in.each_section("domains", [&](Section& inner) {
    DomainSettings domain;
    read_domain(inner, domain);
    const bool twice = std::any_of(config.settings.domains.begin(), config.settings.domains.end(),
                                   [&](const DomainSettings& other) { return other.domain == domain.domain; });
    if (twice) inner.wrong("domain", "'" + domain.domain + "' stands twice");
    config.settings.domains.push_back(std::move(domain));
  });
  in.section("agents", [&](Section& inner) { read_agents(inner, config.settings.agents); });
  in.boolean("allow_without_device", config.settings.allow_without_device);
  in.section("flow", [&](Section& inner) { inner.texts("allow", config.settings.flow_allow); });
  in.section("link", [&](Section& inner) { read_link_trace(inner, config.trace); });
  in.text("control", config.control);
  in.section("log", [&](Section& inner) {
    inner.choice("level", config.log,
                 {{"debug", LogLevel::Debug},
                  {"info", LogLevel::Info},
                  {"warning", LogLevel::Warning},
                  {"error", LogLevel::Error}});
  });
}

}  // namespace

std::vector<Mistake> parse_gateway_config(const std::string& text, GatewayConfig& into) {
  return read_text(text, [&into](Section& top) { read_gateway(top, into); });
}

Result<GatewayConfig> load_gateway_config(const std::string& file) {
  GatewayConfig config;
  TRY_ASSIGN(const std::vector<Mistake> mistakes,
             read_document(file, [&config](Section& top) { read_gateway(top, config); }));
  TRY(no_mistakes(file, mistakes));
  return config;
}

}  // namespace proxy::config
