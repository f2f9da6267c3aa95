// packetboat-link: joins two network namespaces by an emulated link until it is told to stop (SIGTERM, SIGINT).
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tests/support/link/control.h"
#include "tests/support/link/units.h"

namespace support::link {
namespace {

using codec::Errc;
using codec::fail;
using codec::Result;

constexpr char kUsage[] =
    "packetboat-link --client-ns PATH --server-ns PATH --control SOCKET [--profile P] [--seed N] [--mtu N]\n"
    "                [--client-address 10.77.0.2] [--server-address 10.77.0.1]\n"
    "packetboat-link --describe PROFILE     prints its settings as JSON\n"
    "Prints READY once the link stands. PATH is that of a network namespace, as /proc/PID/ns/net.\n";

struct Options {
  TunSettings client{{}, "link", "10.77.0.2", "fd77::2", 1500};
  TunSettings server{{}, "link", "10.77.0.1", "fd77::1", 1500};
  std::string control, profile = "lan", describe;
  std::uint64_t seed = 1;
};

Result<> take_option(Options& options, char key, const std::string& value) {
  switch (key) {
    case 'c':
      options.client.netns = value;
      break;
    case 's':
      options.server.netns = value;
      break;
    case 'C':
      options.client.address = value;
      break;
    case 'S':
      options.server.address = value;
      break;
    case 'u':
      options.control = value;
      break;
    case 'p':
      options.profile = value;
      break;
    case 'd':
      options.describe = value;
      break;
    case 'n': {
      TRY_ASSIGN(options.seed, parse_count(value));
      break;
    }
    case 'm': {
      TRY_ASSIGN(const std::uint64_t mtu, parse_count(value));
      if (mtu < 576 || mtu > 65535) return fail(Errc::Protocol, "MTU out of 576..65535");
      options.client.mtu = options.server.mtu = static_cast<int>(mtu);
      break;
    }
    default:
      return fail(Errc::Protocol, kUsage);
  }
  return {};
}

Result<Options> parse_options(int argc, char** argv) {
  static const option kOptions[] = {{"client-ns", 1, nullptr, 'c'},      {"server-ns", 1, nullptr, 's'},
                                    {"client-address", 1, nullptr, 'C'}, {"server-address", 1, nullptr, 'S'},
                                    {"control", 1, nullptr, 'u'},        {"profile", 1, nullptr, 'p'},
                                    {"seed", 1, nullptr, 'n'},           {"mtu", 1, nullptr, 'm'},
                                    {"describe", 1, nullptr, 'd'},       {nullptr, 0, nullptr, 0}};
  Options options;
  for (int key; (key = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;)
    TRY(take_option(options, static_cast<char>(key), optarg != nullptr ? optarg : ""));
  const bool runs = !options.client.netns.empty() && !options.server.netns.empty() && !options.control.empty();
  if (optind != argc || (options.describe.empty() && !runs)) return fail(Errc::Protocol, kUsage);
  return options;
}

tl::unexpected<codec::Error> system_error(const std::string& what) {
  const int error = errno;
  return fail(Errc::Io, what + ": " + std::strerror(error), error);
}

Result<Fd> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(Errc::Limit, "control socket " + path + ": path too long");
  path.copy(address.sun_path, path.size());
  Fd socket_fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  unlink(path.c_str());
  if (bind(socket_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket_fd.get(), 16) != 0)
    return system_error("control socket " + path);
  return socket_fd;
}

Fd stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return Fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

// The loop: packets, the timer of what is due, control peers, the signal to stop.
class Program {
 public:
  Program(Emulator& emulator, Fd listener)
      : emulator_(emulator),
        listener_(std::move(listener)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
        signals_(stop_signals()) {
    for (const int fd : {emulator.client_fd(), emulator.server_fd(), listener_.get(), timer_.get(), signals_.get()})
      watch(fd);
  }

  void run() {
    while (!stopped_) {
      arm();
      std::array<epoll_event, 16> events;
      const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) on_event(events[static_cast<std::size_t>(i)].data.fd);
      emulator_.deliver();
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  void arm() {
    const TimePoint deadline = emulator_.next_deadline();
    if (deadline == armed_) return;
    armed_ = deadline;
    itimerspec spec{};  // zero disarms
    if (deadline != TimePoint::max()) {
      const auto count = deadline.time_since_epoch().count();
      spec.it_value.tv_sec = count / 1'000'000'000;
      spec.it_value.tv_nsec = count % 1'000'000'000;
    }
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
  }

  void on_event(int fd) {
    if (fd == emulator_.client_fd()) return emulator_.on_client_readable();
    if (fd == emulator_.server_fd()) return emulator_.on_server_readable();
    if (fd == listener_.get()) return accept_peer();
    if (fd == signals_.get()) {
      stopped_ = true;
    } else if (fd == timer_.get()) {
      std::uint64_t expirations = 0;
      [[maybe_unused]] const ssize_t size = read(fd, &expirations, sizeof expirations);
      armed_ = TimePoint::min();
    } else {
      std::erase_if(peers_, [&](ControlPeer& peer) { return peer.fd.get() == fd && !peer.on_readable(emulator_); });
    }
  }

  void accept_peer() {
    Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd.get() < 0 || peers_.size() >= kMaxControlPeers) return;
    watch(fd.get());
    peers_.push_back({std::move(fd), {}});
  }

  Emulator& emulator_;
  Fd listener_, epoll_, timer_, signals_;
  std::list<ControlPeer> peers_;
  TimePoint armed_ = TimePoint::max();
  bool stopped_ = false;
};

Result<> run(int argc, char** argv) {
  TRY_ASSIGN(const Options options, parse_options(argc, argv));
  const bool describes = !options.describe.empty();
  TRY_ASSIGN(LinkProfile profile, parse_profile(describes ? options.describe : options.profile));
  TRY(load_traces(profile));
  if (describes) {
    std::fputs(profile_json(profile).c_str(), stdout);
    return {};
  }
  // Before the namespaces: a socket's path is looked up in the mount namespace we were started in either way.
  TRY_ASSIGN(Fd listener, listen_at(options.control));
  TRY_ASSIGN(Fd client, open_tun(options.client).context("client side"));
  TRY_ASSIGN(Fd server, open_tun(options.server).context("server side"));
  prctl(PR_SET_TIMERSLACK, 1UL);
  Emulator emulator(std::move(client), std::move(server), std::move(profile), options.seed);
  Program program(emulator, std::move(listener));
  std::puts("READY");
  std::fflush(stdout);
  program.run();
  unlink(options.control.c_str());
  return {};
}

}  // namespace
}  // namespace support::link

int main(int argc, char** argv) {
  const auto done = support::link::run(argc, argv);
  if (done) return 0;
  std::fprintf(stderr, "packetboat-link: %s\n", codec::to_string(done.error()).c_str());
  return 1;
}
