// The gateway's other processes as the front sees them: exec'd, each with one Unix socket (fd 3) to the front.
#pragma once
#include <string>
#include <vector>

#include "booster/net/tcp.h"
#include "booster/runtime/process.h"
#include "proxy/gateway/settings.h"

namespace proxy::gateway::dispatcher {

using booster::runtime::Task;

enum class ChildKind { Worker, Broker, FlowWorker };
std::string_view to_string(ChildKind kind);

class Child {
 public:
  virtual ~Child() = default;                       // kills what still runs
  virtual booster::net::StreamPtr take_wire() = 0;  // once
  virtual int pid() const = 0;
  virtual void kill() = 0;  // at once (SIGKILL)
  virtual Task<Result<>> exited() = 0;
};

class Launcher {
 public:
  virtual ~Launcher() = default;
  virtual Result<std::unique_ptr<Child>> launch(ChildKind kind) = 0;
};

// Executes `program` (empty: /proc/self/exe) with these arguments.
struct ProgramOptions {
  std::string program;
  std::vector<std::string> worker{"worker"};
  std::vector<std::string> broker{"broker"};
  std::vector<std::string> flow_worker{"flow-worker"};
};
// The flow worker is told its egress rules by its arguments.
ProgramOptions program_options(const GatewaySettings& settings);

class ProcessLauncher final : public Launcher {
 public:
  ProcessLauncher(booster::runtime::Loop& loop, ProgramOptions options) : loop_(loop), options_(std::move(options)) {}
  Result<std::unique_ptr<Child>> launch(ChildKind kind) override;

 private:
  booster::runtime::Loop& loop_;
  ProgramOptions options_;
};

}  // namespace proxy::gateway::dispatcher
