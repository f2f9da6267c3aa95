#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "proxy/admin/control_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/link_view.h"
#include "proxy/cli/output.h"
#include "proxy/cli/side.h"

namespace proxy::cli {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void on_interrupt(int) {
  g_interrupted = 1;
}

// Without SA_RESTART: what waits is woken.
void end_at_interrupt() {
  struct sigaction action {};
  action.sa_handler = &on_interrupt;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

struct WatchOptions {
  std::string config;
  bool json = false;
  int every = 200;          // milliseconds
  std::uint64_t times = 0;  // 0: until interrupted
};

// A screen of its own while it lives; what stood there before comes back.
class Screen {
 public:
  Screen() { put("\x1b[?1049h\x1b[?25l"); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen() { put("\x1b[?25h\x1b[?1049l"); }

  void draw(const LinkView& view) const {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    std::string frame = "\x1b[H";
    for (const std::string& line : view.screen(known ? size.ws_col : 80, known ? size.ws_row - 1U : 23)) {
      frame += line + "\x1b[K\r\n";
    }
    put(frame + "\x1b[J");
  }

 private:
  static void put(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
};

bool can_draw() {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::string(terminal) != "dumb";
}

void show(const LinkView& view, const Json& snapshot, const WatchOptions& options, const Screen* screen) {
  if (options.json) {
    print(snapshot.dump());
  } else if (screen != nullptr) {
    screen->draw(view);
  } else {
    for (const std::string& line : view.lines()) print(line);
  }
  std::fflush(stdout);
}

// Errors  of the daemon: it cannot be asked (any more)
Result<> watch_until_end(const std::string& control, const WatchOptions& options) {
  LinkView view;
  std::unique_ptr<Screen> screen;
  for (std::uint64_t n = 0; options.times == 0 || n < options.times; ++n) {
    if (n > 0) ::poll(nullptr, 0, options.every);
    if (g_interrupted != 0) return {};
    const Result<Json> snapshot = admin::control_get(control, "/v1/link");
    if (g_interrupted != 0) return {};
    if (!snapshot) return tl::unexpected(snapshot.error());
    if (n == 0 && !options.json && can_draw()) screen = std::make_unique<Screen>();
    view.take(*snapshot);
    show(view, *snapshot, options, screen.get());
    if (std::ferror(stdout) != 0) return {};  // nobody reads any more
  }
  return {};
}

int watch(const WatchOptions& options) {
  const Result<Place> place = find_place(options.config);
  if (!place) return print_error(place.error());
  end_at_interrupt();
  std::signal(SIGPIPE, SIG_IGN);
  return finish(watch_until_end(place->control, options));
}

int start_trace(const std::string& config, const std::string& file, std::uint64_t size) {
  const Result<Place> place = find_place(config);
  if (!place) return print_error(place.error());
  Json body = Json::object();
  if (!file.empty()) body["file"] = std::filesystem::absolute(file).lexically_normal().native();
  if (size > 0) body["size"] = size;
  const Result<Json> started = admin::control_post(place->control, "/v1/link/trace/start", body);
  if (!started) return print_error(started.error());
  print("writing " + started->value("file", ""));
  return kOk;
}

int stop_trace(const std::string& config) {
  const Result<Place> place = find_place(config);
  if (!place) return print_error(place.error());
  const Result<Json> stopped = admin::control_post(place->control, "/v1/link/trace/stop", Json::object());
  if (!stopped) return print_error(stopped.error());
  print(stopped->value("file", "") + ": " + std::to_string(stopped->value("events", std::uint64_t{0})) + " events, " +
        std::to_string(stopped->value("dropped", std::uint64_t{0})) + " dropped");
  return kOk;
}

void add_watch(CLI::App& to, int& status) {
  auto* command = to.add_subcommand("watch", "Draw rate, round trip, queue and loss of each path, live");
  auto options = std::make_shared<WatchOptions>();
  command->add_option("--config", options->config, "configuration file of the daemon asked");
  command->add_flag("--json", options->json, "each look as a line of JSON");
  command->add_option("--every", options->every, "milliseconds from look to look")->check(CLI::Range(20, 3'600'000));
  command->add_option("--times", options->times, "so many looks; else until interrupted");
  command->callback([options, &status] { status = watch(*options); });
}

void add_trace(CLI::App& to, int& status) {
  auto* command = to.add_subcommand("trace", "Write what the tunnel over UDP does, packet by packet, to a file");
  command->require_subcommand(1);
  auto config = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  auto size = std::make_shared<std::uint64_t>(0);
  auto* start = command->add_subcommand("start", "Begin; FILE and FILE.1 hold the newest");
  start->add_option("--config", *config, "configuration file of the daemon asked");
  start->add_option("--size", *size, "octets of both files, at most")->transform(CLI::AsSizeValue(false));
  start->add_option("FILE", *file, "where the daemon may write; else link.trace, or link.sqlog in its state_dir");
  start->callback([config, file, size, &status] { status = start_trace(*config, *file, *size); });
  auto* stop = command->add_subcommand("stop", "End it; everything is in the file then");
  stop->add_option("--config", *config, "configuration file of the daemon asked");
  stop->callback([config, &status] { status = stop_trace(*config); });
}

}  // namespace

void add_link(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("link", "Watch what carries the tunnel, or trace it");
  command->require_subcommand(1);
  add_watch(*command, status);
  add_trace(*command, status);
}

}  // namespace proxy::cli
