#include <CLI/CLI.hpp>

#include "proxy/cli/commands.h"
#include "proxy/cli/gateway_daemon.h"
#include "proxy/cli/output.h"

namespace proxy::cli {

void add_gateway(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("gateway", "Run the gateway, next to the mail server, until SIGTERM");
  auto config = std::make_shared<std::string>();
  command->add_option("--config", *config, "gateway.yaml")->required();
  command->callback([config, &status] {
    const auto loaded = config::load_gateway_config(*config);
    status = loaded ? finish(run_gateway(*loaded)) : print_error(loaded.error());
  });
}

}  // namespace proxy::cli
