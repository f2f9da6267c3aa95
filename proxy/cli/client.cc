#include <CLI/CLI.hpp>

#include "proxy/cli/client_daemon.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"
#include "proxy/cli/side.h"

namespace proxy::cli {

void add_client(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("client", "Run the client, where the mail program is, until SIGTERM");
  auto config = std::make_shared<std::string>();
  command->add_option("--config", *config, "client.yaml");
  command->callback([config, &status] {
    const auto file = find_config(*config);
    if (!file) {
      status = print_error(file.error());
      return;
    }
    const auto loaded = config::load_client_config(*file);
    status = loaded ? finish(run_client(*loaded)) : print_error(loaded.error());
  });
}

}  // namespace proxy::cli
