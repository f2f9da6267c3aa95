// The gateway's other processes: exec'd by the front, each with one Unix socket to it on descriptor 3.
#include <CLI/CLI.hpp>

#include "proxy/cli/commands.h"
#include "proxy/flow/flow_worker.h"
#include "proxy/gateway/broker/broker.h"
#include "proxy/gateway/hosting/agents.h"
#include "proxy/gateway/worker/worker.h"

namespace proxy::cli {
namespace {

int run_worker() {
  booster::runtime::Loop loop;
  gateway::hosting::Agents agents(loop);
  return gateway::worker::worker_main(agents, loop);
}

}  // namespace

void add_children(CLI::App& program, int& status) {
  auto* worker = program.add_subcommand("worker", "")->group("");
  worker->callback([&status] { status = run_worker(); });
  auto* broker = program.add_subcommand("broker", "")->group("");
  broker->callback([&status] { status = gateway::broker::broker_main(); });
  auto* flows = program.add_subcommand("flow-worker", "")->group("");
  auto allowed = std::make_shared<std::vector<std::string>>();
  flows->add_option("RULE", *allowed, "");
  flows->callback([allowed, &status] { status = flow::flow_worker_main(*allowed); });
}

}  // namespace proxy::cli
