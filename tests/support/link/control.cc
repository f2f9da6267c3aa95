#include "tests/support/link/control.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

namespace support::link {

using codec::Errc;
using codec::fail;
using codec::Result;
using nlohmann::json;

namespace {

void put(json& into, const std::string& name, const Count& count) {
  into[name + "_bytes"] = count.bytes;
  into[name + "_packets"] = count.packets;
}

json counts(const Pipe& pipe) {
  json out;
  const PipeStats& stats = pipe.stats();
  put(out, "offered", stats.offered);
  put(out, "delivered", stats.delivered);
  put(out, "queue_dropped", stats.queue_dropped);
  put(out, "policed", stats.policed);
  put(out, "lost", stats.lost);
  put(out, "swallowed", stats.swallowed);
  out["ecn_marked_packets"] = stats.marked;
  out["queue_bytes"] = pipe.queued_bytes();
  out["queue_peak_bytes"] = stats.queue_peak;
  return out;
}

json state_of(const Emulator& emulator) {
  return {{"ok", true},
          {"profile", emulator.profile().name},
          {"seed", emulator.seed()},
          {"state", emulator.is_up() ? "up" : "down"},
          {"up", counts(emulator.up())},
          {"down", counts(emulator.down())}};
}

Result<> change_profile(Emulator& emulator, const json& request) {
  const auto name = request.find("profile");
  if (name == request.end() || !name->is_string()) return fail(Errc::Protocol, "profile: missing");
  std::uint64_t seed = emulator.seed();
  if (const auto given = request.find("seed"); given != request.end()) {
    if (!given->is_number_unsigned()) return fail(Errc::Protocol, "seed: no whole number");
    seed = given->get<std::uint64_t>();
  }
  TRY_ASSIGN(LinkProfile profile, parse_profile(name->get_ref<const std::string&>()));
  TRY(load_traces(profile));
  emulator.configure(std::move(profile), seed);
  return {};
}

Result<json> run(Emulator& emulator, std::string_view line) {
  const json request = json::parse(line, nullptr, false);
  if (!request.is_object() || !request.contains("cmd") || !request["cmd"].is_string())
    return fail(Errc::Protocol, "no JSON object with a cmd");
  const std::string cmd = request["cmd"];
  json answer;
  if (cmd == "stats-reset") {
    answer = state_of(emulator);
    emulator.reset_stats();
    return answer;
  }
  if (cmd == "down" || cmd == "up") {
    emulator.set_up(cmd == "up");
  } else if (cmd == "profile") {
    TRY(change_profile(emulator, request));
  } else if (cmd != "stats") {
    return fail(Errc::Unsupported, "unknown cmd");
  }
  return state_of(emulator);
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json settings_json(const PipeSettings& pipe) {
  const auto seconds = [](Duration value) { return std::chrono::duration<double>(value).count(); };
  const LossSettings& loss = pipe.loss;
  const double bad = loss.to_bad + loss.to_good > 0 ? loss.to_bad / (loss.to_bad + loss.to_good) : 0;
  double rate = pipe.bits_per_second;
  if (!pipe.trace.empty())
    rate = static_cast<double>(pipe.trace.size() * kOpportunityBytes) * 8 / seconds(pipe.trace.back());
  return {{"bits_per_second", rate},
          {"delay", seconds(pipe.delay)},
          {"jitter", seconds(pipe.jitter)},
          {"mean_loss", loss.in_bad * bad + loss.in_good * (1 - bad)},
          {"queue_bytes", pipe.queue_bytes}};
}

}  // namespace

std::string profile_json(const LinkProfile& profile) {
  return dump({{"name", profile.name}, {"up", settings_json(profile.up)}, {"down", settings_json(profile.down)}});
}

std::string stats_json(const Emulator& emulator) {
  return dump(state_of(emulator));
}

std::string answer_control(Emulator& emulator, std::string_view line) {
  auto answer = run(emulator, line);
  if (!answer) return dump({{"ok", false}, {"error", answer.error().what}});
  return dump(*answer);
}

bool ControlPeer::on_readable(Emulator& emulator) {
  std::array<char, 4096> buffer;
  const ssize_t size = recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0) return false;
  input.append(buffer.data(), static_cast<std::size_t>(size));
  for (std::size_t end; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1)) {
    const std::string answer = answer_control(emulator, std::string_view(input).substr(0, end));
    // Answers are far below a socket's buffer: a peer that does not read them is dropped, not waited for.
    if (send(fd.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL) !=
        static_cast<ssize_t>(answer.size()))
      return false;
  }
  return input.size() <= kMaxControlLine;
}

}  // namespace support::link
