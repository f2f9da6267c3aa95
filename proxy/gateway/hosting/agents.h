// Agents: what a worker process hosts. One Hosted is one user: agent, connectors, ticket store.
#pragma once
#include <map>
#include <memory>

#include "booster/disk/disk.h"
#include "proxy/gateway/agent/agent.h"
#include "proxy/gateway/agent/user_operations.h"
#include "proxy/gateway/worker/agent_host.h"

namespace proxy::gateway::hosting {

using booster::runtime::Task;
using worker::AgentId;
using worker::LoginOutcome;

class Agents final : public worker::AgentHost {
 public:
  explicit Agents(booster::runtime::Loop& loop);
  ~Agents() override;

  Task<Result<>> run(worker::AgentEvents& events) override;
  Task<LoginOutcome> verify(AgentSpec spec, AgentId renews) override;
  Task<LoginOutcome> start(AgentId id, AgentSpec spec) override;
  Task<Result<>> attach(AgentId id, worker::DeviceSessionId session, std::string device, std::string address) override;
  void set_link(AgentId id, worker::DeviceSessionId session, booster::session::BitsPerSecond rate) override;
  void give_stream(AgentId id, worker::DeviceSessionId session, sync::MailPurpose purpose,
                   booster::net::StreamPtr stream) override;
  Task<void> detach(AgentId id, worker::DeviceSessionId session) override;
  Task<void> release(AgentId id) override;

 private:
  struct Hosted;
  Task<Result<std::shared_ptr<Hosted>>> make(AgentSpec spec);
  Task<Result<>> watch(AgentId id, std::shared_ptr<Hosted> hosted);
  Task<void> end(std::shared_ptr<Hosted> hosted);

  booster::runtime::Loop& loop_;
  std::unique_ptr<booster::disk::Disk> disk_;
  messaging::MixingPermits mixing_;
  booster::runtime::CancelScope agents_scope_;  // ended by hand, after goodbyes
  std::map<AgentId, std::shared_ptr<Hosted>> agents_;
  worker::AgentEvents* events_ = nullptr;
  booster::runtime::TaskScope* watching_ = nullptr;
};

}  // namespace proxy::gateway::hosting
