// What the gateway knows of itself, for the control socket.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "booster/carrier/carrier.h"
#include "booster/runtime/clock.h"
#include "proxy/gateway/state/state.h"
#include "proxy/messaging/carried.h"

namespace proxy::gateway::dispatcher {

struct SessionStatus {
  std::string id;                                          // short
  std::string address;                                     // of the present carrier
  std::optional<booster::carrier::CarrierReport> carrier;  // downwards; nullopt: none now
  std::string device;                                      // its name, for people
  std::string device_pin;                                  // short; empty: no enrolled key shown
  std::string agent;                                       // the client's program and version
  bool connected = false;
  std::vector<std::string> accounts;  // logged in
  std::size_t streams = 0;
  std::size_t flows = 0;
  std::optional<std::uint64_t> link_rate;  // downwards, bits a second
};

struct AgentStatusRow {
  std::string account;
  std::uint64_t id = 0;
  std::string state;  // "logging in", "live", "waiting for a worker", "grace"
  std::string text;   // the agent's own words
  bool connected = false;
  int worker_pid = 0;
  std::size_t devices = 0;
  std::string server;
  messaging::Carried down;  // mails, since the agent came
  messaging::Carried up;
};

struct ProcessStatus {
  std::string kind;  // "worker", "broker", "flow-worker"
  int pid = 0;       // 0: not running now
  std::uint64_t restarts = 0;
  std::size_t agents = 0;
  std::string last_error;
};

struct Counters {
  std::uint64_t logins = 0;
  std::uint64_t refused = 0;
  std::uint64_t refused_from_memory = 0;  // the mail server was not asked
  std::uint64_t throttled = 0;
  std::uint64_t no_agent = 0;
  std::uint64_t agents_lost = 0;
  std::uint64_t agents_recovered = 0;
  std::uint64_t impersonations = 0;  // logins by a master user
  std::uint64_t enrolments = 0;
  std::uint64_t enrolments_refused = 0;
  std::uint64_t streams = 0;
  std::uint64_t flows = 0;
};

struct GatewayStatus {
  std::vector<SessionStatus> sessions;
  std::vector<AgentStatusRow> agents;
  std::vector<ProcessStatus> processes;
  std::vector<state::Device> devices;
  std::vector<std::string> awaiting_login;  // had an agent when the gateway stopped and have not come back
  std::size_t waiting_logins = 0;           // for a free agent
  std::size_t capacity = 0;                 // agents that may live at once
  Counters counters;
};

}  // namespace proxy::gateway::dispatcher
