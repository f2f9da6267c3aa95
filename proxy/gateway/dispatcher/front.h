// Front: the gateway's first process. Sessions and their control streams, logins, the assignment table, mail streams
// spliced to the workers and flows to the flow worker. It parses no mail and opens no connection of its own.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "booster/carrier/tunnel_server.h"
#include "proxy/gateway/broker/throttle.h"
#include "proxy/gateway/dispatcher/broker_link.h"
#include "proxy/gateway/dispatcher/child.h"
#include "proxy/gateway/dispatcher/devices.h"
#include "proxy/gateway/dispatcher/dispatcher.h"
#include "proxy/gateway/dispatcher/flow_link.h"
#include "proxy/gateway/dispatcher/identity.h"
#include "proxy/gateway/dispatcher/status.h"
#include "proxy/gateway/settings.h"
#include "proxy/gateway/state/state.h"

namespace proxy::gateway::dispatcher {

class ClientSession;

// What `pair --user` prints.
struct Pairing {
  std::string code;  // once; base32, no padding
  booster::crypto::Digest pin;
  std::string gateway;  // host:port
  std::chrono::sys_seconds expires_at;
  std::string url() const;  // packetboat://HOST:PORT/?pin=BASE64URL&code=CODE
};

class Front final : public booster::carrier::SessionHost {
 public:
  //   Owns  borrows all of these
  Front(booster::runtime::Loop& loop, const GatewaySettings& settings, const GatewayIdentity& identity,
        state::State& state, Launcher& launcher);
  ~Front() override;

  // One line for the log; no secret in it.
  using OnNote = std::function<void(const std::string&)>;
  void on_note(OnNote note);

  // The other processes, the assignment table, until cancelled. Run it beside TunnelServer::serve(listener, front) and
  // end the server first.
  Task<Result<>> run();
  // Waits until broker and workers run (sessions wait by themselves).
  Task<Result<>> ready();

  // SessionHost
  Result<> admit(const booster::carrier::Peer& peer) override;
  Task<Result<>> serve_session(std::shared_ptr<booster::carrier::ServerSession> session) override;

  // For the control socket.
  //   Errors  Protocol: an address that is none · NotFound: no domain serves it
  Task<Result<Pairing>> pair(std::vector<std::string> addresses);
  std::vector<state::Device> devices() const;
  // `which`: the pin in hex or a unique beginning of it (at least 4 digits), or the device's unique name. Its sessions
  // end at once with the reason.   Errors  NotFound, Conflict: more than one fits
  Task<Result<state::Device>> revoke(std::string which);
  GatewayStatus status() const;

 private:
  friend class ClientSession;
  void note(const std::string& text) const {
    if (note_) note_(text);
  }
  // Waits out what earlier wrong codes from there cost.   Errors  Denied: codes are being guessed
  Task<Result<>> admit_enrolment(std::string network);
  void enrolment_judged(const std::string& network, bool accepted);

  booster::runtime::Loop& loop_;
  const GatewaySettings& settings_;
  const GatewayIdentity& identity_;
  Counters counters_;
  std::map<std::string, booster::session::BitsPerSecond> link_rates_;  // by device and its network, as known last
  OnNote note_;
  DeviceTable devices_;
  BrokerLink broker_;
  FlowLink flow_;
  Dispatcher dispatcher_;
  broker::Throttle enrolments_;
  std::set<ClientSession*> sessions_;
  bool loaded_ = false;
  booster::runtime::Notify loaded_change_;
};

}  // namespace proxy::gateway::dispatcher
