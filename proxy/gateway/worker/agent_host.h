// AgentHost: what the worker process hosts; proxy/gateway/agent's agents stand behind it.
#pragma once
#include "booster/net/stream.h"
#include "booster/runtime/task.h"
#include "proxy/gateway/worker/messages.h"

namespace proxy::gateway::worker {

using booster::runtime::Task;

// What agents tell without being asked. May be called from any coroutine of the worker's loop; never waits.
class AgentEvents {
 public:
  virtual ~AgentEvents() = default;
  virtual void on_status(const AgentStatus& status) = 0;
  // The agent gave up by itself (the server refuses its credential): it is gone when this is called. Not for release().
  virtual void on_ended(AgentId agent, const LoginOutcome& outcome) = 0;
};

// Agents are named by the front; an unknown id is the front's mistake or a crossing of messages: answered, never fatal.
class AgentHost {
 public:
  virtual ~AgentHost() = default;

  // Agents' own stories run within this. Until cancelled; then every agent logs off, with a deadline of its own, and
  // every stream is dropped.
  virtual Task<Result<>> run(AgentEvents& events) = 0;

  // Logs in upstream with the spec's credential and out again; once it is accepted, the agent `renews` keeps it (0:
  // nothing does).
  virtual Task<LoginOutcome> verify(AgentSpec spec, AgentId renews) = 0;
  // Logs in and keeps the agent when that went well; no agent is left after a failure.
  virtual Task<LoginOutcome> start(AgentId agent, AgentSpec spec) = 0;
  //   Errors  NotFound: no such agent
  virtual Task<Result<>> attach(AgentId agent, DeviceSessionId session, std::string device, std::string address) = 0;
  virtual void set_link(AgentId agent, DeviceSessionId session, booster::session::BitsPerSecond rate) = 0;
  // A stream of an attached device session. Drop it to refuse it.
  virtual void give_stream(AgentId agent, DeviceSessionId session, sync::MailPurpose purpose,
                           booster::net::StreamPtr stream) = 0;
  // The device session's streams are dropped before it returns.
  virtual Task<void> detach(AgentId agent, DeviceSessionId session) = 0;
  // Unregisters, logs off, closes; gone when it returns.
  virtual Task<void> release(AgentId agent) = 0;
};

}  // namespace proxy::gateway::worker
