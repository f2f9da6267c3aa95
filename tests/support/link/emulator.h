// Both directions of a link between two TUN devices, and everything that can be asked of it while it runs.
#pragma once
#include <string_view>

#include "codec/base/result.h"
#include "tests/support/link/pipe.h"
#include "tests/support/link/profile.h"
#include "tests/support/link/tun.h"

namespace support::link {

TimePoint monotonic_now();

// Reads the trace files that the profile names.  Errors  NotFound, Protocol
codec::Result<> load_traces(LinkProfile& profile);

class Emulator {
 public:
  Emulator(Fd client, Fd server, LinkProfile profile, std::uint64_t seed);

  // Starts the losses anew from the seed: the same profile and packets lose the same again.
  void configure(LinkProfile profile, std::uint64_t seed);
  void set_up(bool up);
  void reset_stats();

  const LinkProfile& profile() const { return profile_; }
  std::uint64_t seed() const { return seed_; }
  bool is_up() const { return up_; }
  const Pipe& up() const { return up_pipe_; }
  const Pipe& down() const { return down_pipe_; }

  int client_fd() const { return client_.get(); }
  int server_fd() const { return server_.get(); }
  void on_client_readable() { take(client_, up_pipe_); }
  void on_server_readable() { take(server_, down_pipe_); }
  void deliver();  // writes all that is due
  TimePoint next_deadline() const;

 private:
  static void take(const Fd& from, Pipe& pipe);
  static void give(Pipe& pipe, const Fd& to, TimePoint now);

  Fd client_, server_;
  LinkProfile profile_;
  std::uint64_t seed_;
  bool up_ = true;
  Pipe up_pipe_, down_pipe_;
};

}  // namespace support::link
