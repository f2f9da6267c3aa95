// The front's line to the flow worker.
#pragma once
#include <memory>

#include "booster/carrier/mux.h"
#include "proxy/gateway/dispatcher/supervise.h"

namespace proxy::gateway::dispatcher {

// One life of the flow worker. Relays hold it while they hold streams of its Mux.
struct FlowConnection {
  FlowConnection(booster::runtime::Loop& loop, booster::net::StreamPtr stream);
  booster::net::StreamPtr wire;
  booster::carrier::Mux mux;
};

class FlowLink final : public ChildUser {
 public:
  FlowLink(booster::runtime::Loop& loop, Launcher& launcher) : loop_(loop), launcher_(launcher) {}
  Task<Result<>> run();
  std::shared_ptr<FlowConnection> connection() const { return connection_; }  // nullptr: none now
  const ProcessStatus& status() const { return status_; }

  Task<Result<>> use_child(booster::net::StreamPtr wire, int pid) override;
  void on_child_gone(const Error& why) override;

 private:
  booster::runtime::Loop& loop_;
  Launcher& launcher_;
  ProcessStatus status_;
  std::shared_ptr<FlowConnection> connection_;
};

}  // namespace proxy::gateway::dispatcher
