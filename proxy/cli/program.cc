#include "proxy/cli/program.h"

#include <CLI/CLI.hpp>
#include <clocale>

#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"

namespace proxy::cli {

int run_program(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  CLI::App program(
      "Packetboat carries mail over slow, dear and broken links.\nExit status: 0 done, 1 failed, 2 usage or "
      "configuration.",
      "packetboat");
  program.require_subcommand(1);
  int status = kFailed;
  add_gateway(program, status);
  add_client(program, status);
  add_check(program, status);
  add_status(program, status);
  add_link(program, status);
  add_queue(program, status);
  add_refresh(program, status);
  add_pair(program, status);
  add_devices(program, status);
  add_account(program, status);
  add_version(program, status);
  add_children(program, status);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? kOk : kUsage;
  }
  return status;
}

}  // namespace proxy::cli
