#include "tests/support/link/emulator.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "tests/support/link/ip.h"

namespace support::link {

using codec::Errc;
using codec::fail;
using codec::Result;

namespace {

constexpr std::size_t kMaxPacket = 65536;                 // IPv4's own limit; a TUN never gives more
constexpr int kReadsPerTurn = 64;                         // then the other direction and what is due get their turn
constexpr std::uint64_t kDownSalt = 0xbb67ae8584caa73bU;  // the two directions lose independently

Result<> load(PipeSettings& pipe) {
  if (pipe.trace_file.empty()) return {};
  std::ifstream file(pipe.trace_file, std::ios::binary);
  if (!file) return fail(Errc::NotFound, "trace " + pipe.trace_file + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  TRY_ASSIGN(pipe.trace, parse_trace(text.view()).context(pipe.trace_file));
  return {};
}

}  // namespace

TimePoint monotonic_now() {
  return std::chrono::steady_clock::now();
}

Result<> load_traces(LinkProfile& profile) {
  TRY(load(profile.up));
  TRY(load(profile.down));
  return {};
}

Emulator::Emulator(Fd client, Fd server, LinkProfile profile, std::uint64_t seed)
    : client_(std::move(client)),
      server_(std::move(server)),
      profile_(std::move(profile)),
      seed_(seed),
      up_pipe_(profile_.up, seed, monotonic_now()),
      down_pipe_(profile_.down, seed ^ kDownSalt, monotonic_now()) {
  configure(profile_, seed);  // one epoch for both
}

void Emulator::configure(LinkProfile profile, std::uint64_t seed) {
  const TimePoint now = monotonic_now();
  profile_ = std::move(profile);
  seed_ = seed;
  up_pipe_.configure(profile_.up, seed, now);
  down_pipe_.configure(profile_.down, seed ^ kDownSalt, now);
}

void Emulator::set_up(bool up) {
  up_ = up;
  const TimePoint now = monotonic_now();
  up_pipe_.set_up(up, now);
  down_pipe_.set_up(up, now);
}

void Emulator::reset_stats() {
  up_pipe_.reset_stats();
  down_pipe_.reset_stats();
}

void Emulator::take(const Fd& from, Pipe& pipe) {
  std::array<std::byte, kMaxPacket> buffer;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const ssize_t size = read(from.get(), buffer.data(), buffer.size());
    if (size <= 0) return;  // EAGAIN; anything else shows up again at the next turn
    const std::span packet(buffer.data(), static_cast<std::size_t>(size));
    if (!is_multicast(packet)) pipe.on_packet(Packet(packet.begin(), packet.end()), monotonic_now());
  }
}

void Emulator::give(Pipe& pipe, const Fd& to, TimePoint now) {
  pipe.on_deadline(now);
  while (auto packet = pipe.next_packet(now)) {
    // A TUN takes a packet at once or never (its namespace is going away); there is nobody to tell.
    [[maybe_unused]] const ssize_t written = write(to.get(), packet->data(), packet->size());
  }
}

void Emulator::deliver() {
  const TimePoint now = monotonic_now();
  give(up_pipe_, server_, now);
  give(down_pipe_, client_, now);
}

TimePoint Emulator::next_deadline() const {
  return std::min(up_pipe_.next_deadline(), down_pipe_.next_deadline());
}

}  // namespace support::link
