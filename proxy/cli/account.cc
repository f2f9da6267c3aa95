#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "proxy/admin/control_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/output.h"
#include "proxy/cli/side.h"

namespace proxy::cli {
namespace {

struct AccountOptions {
  std::string config;
  std::string address;
  std::string user;
  std::string password_file;
  bool json = false;
  bool force = false;
};

// From a file ("-": standard input), else asked for without echo.
Result<std::string> read_password(const std::string& file, const std::string& address) {
  std::string password;
  if (file == "-") {
    std::getline(std::cin, password);
  } else if (!file.empty()) {
    std::ifstream in(file);
    if (!in) return fail(Errc::NotFound, "open " + file + ": no such file, or not readable");
    std::getline(in, password);
  } else {
    if (::isatty(STDIN_FILENO) == 0)
      return fail(Errc::Protocol,
                  "no terminal to ask for the password: use --password-file FILE (- is standard input)");
    std::fprintf(stderr, "Password of %s at its mail server: ", address.c_str());
    termios before{};
    ::tcgetattr(STDIN_FILENO, &before);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    std::getline(std::cin, password);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    std::fprintf(stderr, "\n");
  }
  if (!password.empty() && password.back() == '\r') password.pop_back();
  if (password.empty()) return fail(Errc::Protocol, "the password is empty");
  return password;
}

Result<Json> ask(const AccountOptions& options, const std::string& path, Json body) {
  TRY_ASSIGN(const Place place, find_place(options.config));
  return admin::control_post(place.control, path, body);
}

int add(const AccountOptions& options) {
  const auto password = read_password(options.password_file, options.address);
  if (!password) return print_error(password.error());
  const Json body{{"address", options.address}, {"user", options.user}, {"password", *password}};
  const Result<Json> done = ask(options, "/v1/accounts/add", body);
  if (!done) return print_error(done.error());
  const std::string server = done->value("server", "");
  print(options.address +
        (server.empty() ? " added; the gateway has not been asked yet" : " added, served by " + server));
  print("Now: packetboat account show " + options.address);
  return kOk;
}

int renew(const AccountOptions& options) {
  const auto password = read_password(options.password_file, options.address);
  if (!password) return print_error(password.error());
  const Result<Json> done =
      ask(options, "/v1/accounts/password", Json{{"address", options.address}, {"password", *password}});
  if (!done) return print_error(done.error());
  print("stored; the login is tried with it now");
  return kOk;
}

int remove(const AccountOptions& options) {
  const Result<Json> done =
      ask(options, "/v1/accounts/remove", Json{{"address", options.address}, {"force", options.force}});
  if (!done) return print_error(done.error());
  print(options.address + " removed");
  return kOk;
}

int list_accounts(const AccountOptions& options) {
  const Result<Place> place = find_place(options.config);
  if (!place) return print_error(place.error());
  const Result<Json> accounts = admin::control_get(place->control, "/v1/accounts");
  if (!accounts) return print_error(accounts.error());
  if (options.json) print(accounts->dump(2));
  if (!options.json && accounts->empty()) print("no account yet: packetboat account add ADDRESS");
  if (!options.json)
    for (const Json& account : *accounts) print(account.value("address", "") + "  " + account.value("server", ""));
  return kOk;
}

int tell_account(const AccountOptions& options) {
  const Result<Json> shown = ask(options, "/v1/accounts/show", Json{{"address", options.address}});
  if (!shown) return print_error(shown.error());
  if (options.json) {
    print(shown->dump(2));
    return kOk;
  }
  const std::string security =
      shown->value("tls", "") == "starttls" ? "STARTTLS" : "none (it never leaves this machine)";
  print(fmt::format("In your mail program, for {}:\n", options.address));
  print(fmt::format("  Incoming  IMAP   server {}, port {}, connection security {}", shown->value("imap_host", ""),
                    shown->value("imap_port", 0), security));
  print(fmt::format("  Outgoing  SMTP   server {}, port {}, connection security {}",
                    shown->value("submission_host", ""), shown->value("submission_port", 0), security));
  print(fmt::format("  User name        {}", shown->value("user", "")));
  print(
      fmt::format("  Password         {}      (normal password; of this machine only)", shown->value("password", "")));
  return kOk;
}

}  // namespace

void add_account(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("account", "Mail accounts that this client serves");
  command->require_subcommand(1);
  auto options = std::make_shared<AccountOptions>();
  auto sub = [&](const char* name, const char* help, int (*run)(const AccountOptions&)) {
    auto* made = command->add_subcommand(name, help);
    made->add_option("--config", options->config, "the client's configuration file");
    made->callback([options, run, &status] { status = run(*options); });
    return made;
  };
  auto* adder = sub("add", "Serve a mail address; the gateway knows its server", &add);
  adder->add_option("ADDRESS", options->address, "user@domain")->required();
  adder->add_option("--user", options->user, "login name at the mail server where it is not the address");
  adder->add_option("--password-file", options->password_file,
                    "first line is the mailbox password; - is standard input");
  sub("list", "The accounts", &list_accounts)->add_flag("--json", options->json, "as JSON");
  auto* shower = sub("show", "What to type into the mail program", &tell_account);
  shower->add_option("ADDRESS", options->address, "user@domain")->required();
  shower->add_flag("--json", options->json, "as JSON");
  auto* renewer = sub("password", "Store another mailbox password; queue and mail stay", &renew);
  renewer->add_option("ADDRESS", options->address, "user@domain")->required();
  renewer->add_option("--password-file", options->password_file,
                      "first line is the mailbox password; - is standard input");
  auto* remover = sub("remove", "Stop serving an address and delete what this client holds of it", &remove);
  remover->add_option("ADDRESS", options->address, "user@domain")->required();
  remover->add_flag("--force", options->force, "even if something is unsent");
}

}  // namespace proxy::cli
