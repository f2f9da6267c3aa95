#include <CLI/CLI.hpp>

#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"
#include "proxy/cli/side.h"
#include "proxy/config/client_config.h"
#include "proxy/config/gateway_config.h"

namespace proxy::cli {
namespace {

Result<std::string> check(const std::string& file) {
  TRY_ASSIGN(const Side side, side_of(file));
  if (side == Side::Gateway) {
    TRY(config::load_gateway_config(file));
    return std::string("a good gateway configuration");
  }
  TRY(config::load_client_config(file));
  return std::string("a good client configuration");
}

}  // namespace

void add_check(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("check", "Tell every mistake in a configuration file, with its place and remedy");
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "gateway.yaml or client.yaml")->required();
  command->callback([file, &status] {
    const auto verdict = check(*file);
    if (!verdict) {
      std::fprintf(stderr, "%s\n", verdict.error().what.c_str());
      status = verdict.error().code == Errc::Protocol ? kUsage : kFailed;
      return;
    }
    print(*file + ": " + *verdict);
    status = kOk;
  });
}

}  // namespace proxy::cli
