// Front <-> worker, on the control stream of their Mux (proxy/gateway/chain_link.h): agents are assigned, devices come
// and go. The front is the Mux's Client, the worker its Gateway. Mail streams are opened by the front with the metadata
// StreamTicket.
#pragma once
#include <variant>

#include "booster/session/limits.h"
#include "booster/session/types.h"
#include "codec/property/chain.h"
#include "proxy/gateway/settings.h"
#include "proxy/messaging/carried.h"
#include "proxy/sync/control.h"

namespace proxy::gateway::worker {

// Given by the front, never used twice within its life.
struct AgentId {
  std::uint64_t value = 0;
  auto operator<=>(const AgentId&) const = default;
};
// One account of one client session.
struct DeviceSessionId {
  std::uint64_t value = 0;
  auto operator<=>(const DeviceSessionId&) const = default;
};
struct CallId {
  std::uint64_t value = 0;
  auto operator<=>(const CallId&) const = default;
};

// What came of a login upstream. Never Waiting, NoAgent, NoService, Throttled: those are the front's.
struct LoginOutcome {
  sync::LoginResult::Code code = sync::LoginResult::Code::Failed;
  std::string text;  // for a person; no secret
  std::string server;
  std::uint64_t submission_size = 0;
  bool ok() const { return code == sync::LoginResult::Code::Ok; }
  bool operator==(const LoginOutcome&) const = default;
};

// Front -> worker.
struct Assign {  // a new agent: log in upstream and stay; answered by Outcome
  CallId call;
  AgentId agent;
  AgentSpec spec;
  bool operator==(const Assign&) const = default;
};
struct Verify {  // log in upstream once with this credential and out again; answered by Outcome
  CallId call;
  AgentSpec spec;
  AgentId renews;  // an agent that keeps this credential from now on, once it is accepted; 0: none
  bool operator==(const Verify&) const = default;
};
struct Attach {  // a device session whose right the front has checked; answered by Outcome
  CallId call;
  AgentId agent;
  DeviceSessionId session;
  std::string device;   // for people
  std::string address;  // the client's, for ID and XCLIENT where the server trusts us
  bool operator==(const Attach&) const = default;
};
struct Link {  // how fast the device's path takes what the gateway sends; whenever that changed by a quarter
  AgentId agent;
  DeviceSessionId session;
  booster::session::BitsPerSecond rate;
  bool operator==(const Link&) const = default;
};
struct Detach {
  AgentId agent;
  DeviceSessionId session;
  bool operator==(const Detach&) const = default;
};
struct Release {  // unregister, log off, free; answered by AgentEnded
  AgentId agent;
  bool operator==(const Release&) const = default;
};

// Worker -> front.
struct Outcome {
  CallId call;
  LoginOutcome outcome;
  bool operator==(const Outcome&) const = default;
};
struct AgentStatus {  // for display; sent when it changes
  AgentId agent;
  std::string text;  // "idle", "reconnecting to mail.example.org: …"
  bool connected = true;
  messaging::Carried down;  // mails, since the agent came
  messaging::Carried up;
  bool operator==(const AgentStatus&) const = default;
};
struct AgentEnded {  // by Release (Ok), or because the server refuses the credential now (Refused), or Failed
  AgentId agent;
  LoginOutcome outcome;
  bool operator==(const AgentEnded&) const = default;
};

using Message = std::variant<Assign, Verify, Attach, Link, Detach, Release, Outcome, AgentStatus, AgentEnded>;

codec::property::Chain encode(const Message& message);
Result<Message> decode_message(const codec::property::Chain& chain);  // Errors  Protocol; Unsupported: unknown kind

// The metadata of a mail stream between front and worker.
struct StreamTicket {
  AgentId agent;
  DeviceSessionId session;
  sync::MailPurpose purpose = sync::MailPurpose::Sync;
  bool operator==(const StreamTicket&) const = default;
};
Bytes encode_ticket(const StreamTicket& ticket);
Result<StreamTicket> decode_ticket(ByteView metadata);

// Both ends of the Mux are built with these.
booster::session::Limits worker_limits();

}  // namespace proxy::gateway::worker
