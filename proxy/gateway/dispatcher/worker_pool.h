// The worker processes as the dispatcher sees them.
#pragma once
#include <memory>
#include <vector>

#include "booster/carrier/mux.h"
#include "booster/runtime/scope.h"
#include "proxy/gateway/chain_link.h"
#include "proxy/gateway/dispatcher/supervise.h"
#include "proxy/gateway/worker/messages.h"

namespace proxy::gateway::dispatcher {

using worker::AgentId;
using worker::DeviceSessionId;
using worker::LoginOutcome;

// One life of one worker process. Relays hold it while they hold streams of its Mux.
class WorkerConnection {
 public:
  WorkerConnection(booster::runtime::Loop& loop, booster::net::StreamPtr wire, int process_id);

  booster::carrier::Mux& mux() { return mux_; }
  int pid() const { return pid_; }
  bool lost() const { return lost_; }

  //   Errors  Closed: the worker died meanwhile
  Task<Result<LoginOutcome>> assign(AgentId agent, AgentSpec spec);
  Task<Result<LoginOutcome>> verify(AgentSpec spec, AgentId renews);
  Task<Result<LoginOutcome>> attach(AgentId agent, DeviceSessionId session, std::string device, std::string address);
  void tell_link(AgentId agent, DeviceSessionId session, booster::session::BitsPerSecond rate);
  void detach(AgentId agent, DeviceSessionId session);
  void release(AgentId agent);

 private:
  friend class WorkerSlot;
  Task<Result<LoginOutcome>> call(worker::Message message, std::uint64_t number);
  Result<> send(const worker::Message& message);
  void end(const Error& why);

  booster::net::StreamPtr wire_;
  int pid_;
  bool lost_ = false;
  booster::carrier::Mux mux_;
  std::unique_ptr<booster::carrier::MuxStream> control_;
  ChainLink link_;
  Calls<LoginOutcome> calls_;
};
using WorkerPtr = std::shared_ptr<WorkerConnection>;

class WorkerListener {
 public:
  virtual ~WorkerListener() = default;
  virtual void on_worker_up(const WorkerPtr& worker) = 0;
  virtual void on_worker_lost(const WorkerPtr& worker, const Error& why) = 0;  // dead and reaped
  // A worker is believed about its own agents only: the dispatcher compares.
  virtual void on_agent_status(const WorkerPtr& from, const worker::AgentStatus& status) = 0;
  virtual void on_agent_ended(const WorkerPtr& from, const worker::AgentEnded& ended) = 0;
};

class WorkerSlot final : public ChildUser {
 public:
  WorkerSlot(booster::runtime::Loop& loop, WorkerListener& listener) : loop_(loop), listener_(listener) {}
  Task<Result<>> use_child(booster::net::StreamPtr wire, int pid) override;
  void on_child_gone(const Error& why) override;
  const WorkerPtr& connection() const { return connection_; }
  ProcessStatus status;

 private:
  Task<Result<>> end_with(Task<Result<>> part);
  Task<Result<>> read_messages();

  booster::runtime::Loop& loop_;
  WorkerListener& listener_;
  WorkerPtr connection_;
  booster::runtime::TaskScope* parts_ = nullptr;
  Result<> end_;
};

class WorkerPool {
 public:
  WorkerPool(booster::runtime::Loop& loop, Launcher& launcher, std::size_t workers, WorkerListener& listener);

  Task<Result<>> run();
  std::vector<WorkerPtr> live() const;
  std::size_t size() const { return slots_.size(); }
  std::vector<ProcessStatus> status() const;

 private:
  booster::runtime::Loop& loop_;
  Launcher& launcher_;
  std::vector<std::unique_ptr<WorkerSlot>> slots_;
};

}  // namespace proxy::gateway::dispatcher
