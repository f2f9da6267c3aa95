#include <CLI/CLI.hpp>

#include "proxy/admin/control_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"
#include "proxy/cli/queue_text.h"
#include "proxy/cli/side.h"

namespace proxy::cli {
namespace {

struct Verb {
  const char* name;
  const char* help;
};
constexpr Verb kVerbs[] = {
    {"raise", "Move an entry one class up, in front"},
    {"lower", "Move an entry one class down, behind"},
    {"hold", "Keep an entry back until it is released; what a program opens comes all the same"},
    {"release", "Let a held entry go"},
    {"cancel", "Withdraw a mail that is not being sent yet; of what comes down: only when a program opens it"},
    {"send-again", "Of a mail whose fate is unknown: send it once more"},
    {"take-as-sent", "Of a mail whose fate is unknown: regard it as sent"},
};

int list_queue(const std::string& config, bool json) {
  const Result<Place> place = find_place(config);
  if (!place) return print_error(place.error());
  const Result<Json> entries = admin::control_get(place->control, "/v1/queue");
  if (!entries) return print_error(entries.error());
  if (json) {
    print(entries->dump(2));
    return kOk;
  }
  for (const std::string& line : queue_lines(*entries)) print(line);
  return kOk;
}

int act(const std::string& config, const std::string& verb, const std::string& id) {
  const Result<Place> place = find_place(config);
  if (!place) return print_error(place.error());
  const Result<Json> done = admin::control_post(place->control, "/v1/queue/" + verb, Json{{"id", id}});
  if (!done) return print_error(done.error());
  if (const std::string said = done->value("text", ""); !said.empty()) print(said);
  return kOk;
}

}  // namespace

void add_queue(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("queue", "Show and order what waits for the link, up and down");
  command->require_subcommand(1);
  auto config = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto* lister = command->add_subcommand("list", "Everything that waits, in order");
  lister->add_option("--config", *config, "the client's configuration file");
  lister->add_flag("--json", *json, "as JSON");
  lister->callback([config, json, &status] { status = list_queue(*config, *json); });
  for (const Verb& verb : kVerbs) {
    auto id = std::make_shared<std::string>();
    auto* sub = command->add_subcommand(verb.name, verb.help);
    sub->add_option("--config", *config, "the client's configuration file");
    sub->add_option("ID", *id, "as `queue list` shows it")->required();
    const std::string name = verb.name;
    sub->callback([config, id, name, &status] { status = act(*config, name, *id); });
  }
}

}  // namespace proxy::cli
