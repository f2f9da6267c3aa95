#include "proxy/gateway/dispatcher/child.h"

#include <unistd.h>

#include <csignal>

namespace proxy::gateway::dispatcher {
namespace {

namespace net = booster::net;
namespace runtime = booster::runtime;

class ProcessChild final : public Child {
 public:
  ProcessChild(std::unique_ptr<runtime::Process> process, net::StreamPtr wire)
      : process_(std::move(process)), wire_(std::move(wire)) {}
  net::StreamPtr take_wire() override { return std::move(wire_); }
  int pid() const override { return process_->pid(); }
  void kill() override { process_->kill(SIGKILL); }
  Task<Result<>> exited() override {
    CO_TRY(co_await process_->exited());
    co_return Result<>();
  }

 private:
  std::unique_ptr<runtime::Process> process_;
  net::StreamPtr wire_;
};

}  // namespace

std::string_view to_string(ChildKind kind) {
  switch (kind) {
    case ChildKind::Worker:
      return "worker";
    case ChildKind::Broker:
      return "broker";
    case ChildKind::FlowWorker:
      return "flow-worker";
  }
  return "?";
}

ProgramOptions program_options(const GatewaySettings& settings) {
  ProgramOptions options;
  options.flow_worker.insert(options.flow_worker.end(), settings.flow_allow.begin(), settings.flow_allow.end());
  return options;
}

Result<std::unique_ptr<Child>> ProcessLauncher::launch(ChildKind kind) {
  runtime::ProcessOptions options;
  options.file = options_.program.empty() ? "/proc/self/exe" : options_.program;
  if (options_.program.empty()) options.name = "packetboat";
  options.arguments = kind == ChildKind::Worker   ? options_.worker
                      : kind == ChildKind::Broker ? options_.broker
                                                  : options_.flow_worker;
  TRY_ASSIGN(const auto ends, net::socket_pair());
  options.inherit = {ends.second};
  Result<std::unique_ptr<runtime::Process>> process = runtime::Process::start(loop_, options);
  ::close(ends.second);
  if (!process) {
    ::close(ends.first);
    return tl::unexpected(process.error());
  }
  TRY_ASSIGN(net::StreamPtr wire, net::adopt_fd(loop_, ends.first));
  return std::unique_ptr<Child>(std::make_unique<ProcessChild>(*std::move(process), std::move(wire)));
}

}  // namespace proxy::gateway::dispatcher
