#include "proxy/gateway/dispatcher/front.h"

#include <algorithm>

#include "booster/crypto/base_n.h"
#include "booster/runtime/timer.h"
#include "proxy/gateway/dispatcher/client_session.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace carrier = booster::carrier;
namespace runtime = booster::runtime;

}  // namespace

std::string Pairing::url() const {
  return "packetboat://" + gateway + "/?pin=" + booster::crypto::to_base64url(pin.view()) + "&code=" + code;
}

Front::Front(runtime::Loop& loop, const GatewaySettings& settings, const GatewayIdentity& identity, state::State& state,
             Launcher& launcher)
    : loop_(loop),
      settings_(settings),
      identity_(identity),
      devices_(loop, state),
      broker_(loop, launcher, settings, state),
      flow_(loop, launcher),
      dispatcher_(loop, launcher, settings, broker_, state, counters_) {}

Front::~Front() = default;

void Front::on_note(OnNote note) {
  note_ = note;
  broker_.on_note(note);
  dispatcher_.on_note(std::move(note));
}

Task<Result<>> Front::run() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  CO_TRY(co_await devices_.load());
  loaded_ = true;
  loaded_change_.notify_all();
  Result<> end;
  auto on_error = [this, &end](const std::string& task, const Error& error) {
    note(task + ": " + codec::to_string(error));
    if (end) end = tl::unexpected(error);
  };
  runtime::TaskScope parts(loop_, *here.scope, on_error);
  parts.spawn("auth broker", broker_.run());
  parts.spawn("dispatcher", dispatcher_.run());
  if (!settings_.flow_allow.empty()) parts.spawn("flow worker", flow_.run());
  const std::size_t all = parts.running();
  while (parts.running() == all && !here.scope->cancelled()) (void)co_await parts.one_ended().wait();
  parts.cancel();
  co_await parts.join();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "front");
  co_return end;
}

Task<Result<>> Front::ready() {
  while (!loaded_) CO_TRY(co_await loaded_change_.wait());
  CO_TRY(co_await broker_.ready());
  co_return co_await dispatcher_.ready();
}

Result<> Front::admit(const carrier::Peer& peer) {
  const state::Device* device = devices_.find(peer.device);
  if (device != nullptr && device->revoked_at)
    return fail(Errc::Denied, "this device (" + device->name + ") was revoked at the gateway");
  return {};
}

Task<Result<>> Front::serve_session(std::shared_ptr<carrier::ServerSession> session) {
  while (!loaded_) CO_TRY(co_await loaded_change_.wait());
  CO_TRY(admit(session->peer));  // the table may have come since
  if (session->peer.device) CO_TRY(co_await devices_.note_seen(*session->peer.device));
  ClientSession client(*this, std::move(session));
  sessions_.insert(&client);
  const Result<> end = co_await client.serve();
  sessions_.erase(&client);
  co_return end;
}

Task<Result<>> Front::admit_enrolment(std::string network) {
  const broker::Guess guess{network, network, false};
  const broker::Throttle::Verdict verdict = enrolments_.admit(guess, loop_.now());
  if (verdict.admitted) co_return co_await runtime::sleep_for(verdict.wait);
  const auto wait = std::chrono::ceil<std::chrono::seconds>(verdict.wait).count();
  co_return fail(Errc::Denied, "too many tries with pairing codes: again in " + std::to_string(wait) + " s");
}

void Front::enrolment_judged(const std::string& network, bool accepted) {
  const broker::Guess guess{network, network, false};
  if (accepted) {
    enrolments_.on_accepted(guess, loop_.now());
  } else {
    enrolments_.on_refused(guess, loop_.now());
  }
}

Task<Result<Pairing>> Front::pair(std::vector<std::string> addresses) {
  if (addresses.empty()) co_return fail(Errc::Protocol, "pair: no user named");
  for (std::string& address : addresses) {
    CO_TRY_ASSIGN(const Account account, make_account(address, ""));
    if (settings_.find_domain(account.domain()) == nullptr)
      co_return fail(Errc::NotFound, "pair: no domain " + account.domain() + " in the configuration");
    address = account.address;
  }
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  Pairing pairing;
  pairing.pin = identity_.pin();
  pairing.gateway = settings_.name;
  pairing.expires_at = devices_.now() + kCodeLife;
  CO_TRY_ASSIGN(pairing.code, co_await devices_.add_code(std::move(addresses)));
  co_return pairing;
}

std::vector<state::Device> Front::devices() const {
  return devices_.all();
}

Task<Result<state::Device>> Front::revoke(std::string which) {
  CO_TRY_ASSIGN(const Digest pin, devices_.resolve(which));
  CO_TRY(co_await devices_.revoke(pin));
  const state::Device device = *devices_.find(pin);
  const std::vector<ClientSession*> sessions(sessions_.begin(), sessions_.end());
  for (ClientSession* session : sessions)
    if (session->peer().device == pin)
      session->end(Error(Errc::Denied, "this device (" + device.name + ") was revoked at the gateway"));
  note("device " + pin.short_hex() + " revoked");
  co_return device;
}

GatewayStatus Front::status() const {
  GatewayStatus status;
  for (const ClientSession* session : sessions_) status.sessions.push_back(session->status());
  status.agents = dispatcher_.agents();
  status.processes.push_back(broker_.status());
  for (ProcessStatus& row : dispatcher_.workers()) status.processes.push_back(std::move(row));
  if (!settings_.flow_allow.empty()) status.processes.push_back(flow_.status());
  status.devices = devices_.all();
  status.awaiting_login = dispatcher_.awaiting_login();
  status.waiting_logins = dispatcher_.waiting();
  status.capacity = dispatcher_.capacity();
  status.counters = counters_;
  return status;
}

}  // namespace proxy::gateway::dispatcher
