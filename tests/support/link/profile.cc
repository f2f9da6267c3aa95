#include "tests/support/link/profile.h"

#include <algorithm>
#include <array>
#include <string>

#include "tests/support/link/units.h"

namespace support::link {

using codec::Errc;
using codec::fail;
using codec::Result;
using namespace std::chrono_literals;

namespace {

struct Named {
  std::string_view name;
  double up, down;       // bits per second
  double delay, jitter;  // one way, milliseconds
  LossSettings loss{};   // each way
  std::size_t up_queue, down_queue;
  std::optional<OutageSettings> outage;
};

constexpr LossSettings bernoulli(double share) {
  return {.in_good = share};
}

const std::array<Named, 8>& table() {
  static const std::array<Named, 8> kTable{{
      {"gprs", 20e3, 40e3, 300, 0, bernoulli(.01), 10'000, 20'000, {}},
      {"edge", 100e3, 200e3, 200, 0, bernoulli(.01), 16'000, 32'000, {}},
      {"3g", 500e3, 2e6, 75, 5, bernoulli(.005), 48'000, 128'000, {}},
      {"lte", 5e6, 20e6, 30, 3, bernoulli(.001), 128'000, 400'000, {}},
      // 3 % lost on average, in bursts of 8 packets.
      {"lte-edge-of-cell", 1e6, 4e6, 60, 10, {.in_bad = .6, .to_bad = .00658, .to_good = .125}, 64'000, 160'000, {}},
      {"geo-sat", 2e6, 10e6, 300, 0, bernoulli(.005), 192'000, 768'000, {}},
      {"leo", 10e6, 50e6, 22.5, 3, bernoulli(.01), 128'000, 512'000, OutageSettings{1s, 15s}},
      {"lan", 1e9, 1e9, .1, 0, {}, 1'000'000, 1'000'000, {}},
  }};
  return kTable;
}

Duration milliseconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(value));
}

LinkProfile from_table(const Named& row) {
  PipeSettings both;
  both.delay = milliseconds(row.delay);
  both.jitter = milliseconds(row.jitter);
  both.loss = row.loss;
  both.outage = row.outage;
  LinkProfile profile{std::string(row.name), both, both};
  profile.up.bits_per_second = row.up;
  profile.up.queue_bytes = row.up_queue;
  profile.down.bits_per_second = row.down;
  profile.down.queue_bytes = row.down_queue;
  return profile;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Result<LinkProfile> symmetric(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3) return fail(Errc::Protocol, "sym needs RATE:RTT_MS:LOSS");
  PipeSettings both;
  TRY_ASSIGN(both.bits_per_second, parse_scaled(parts[0]));
  TRY_ASSIGN(const Duration round_trip, parse_milliseconds(parts[1]));
  TRY_ASSIGN(both.loss.in_good, parse_share(parts[2]));
  if (both.bits_per_second <= 0) return fail(Errc::Protocol, "sym: the rate must be more than 0");
  both.delay = round_trip / 2;
  const double product = both.bits_per_second / 8 * std::chrono::duration<double>(round_trip).count();
  both.queue_bytes = std::max<std::size_t>(static_cast<std::size_t>(product), 3000);  // never less than two packets
  return LinkProfile{{}, both, both};
}

// Mahimahi's own shells have an unlimited queue by default; half a second at a usual rate keeps results comparable.
constexpr std::size_t kTraceQueue = 512'000;

Result<LinkProfile> traced(std::string_view up, std::string_view down) {
  if (up.empty() || down.empty()) return fail(Errc::Protocol, "trace needs UP,DOWN");
  LinkProfile profile;
  profile.up.trace_file = up;
  profile.down.trace_file = down;
  profile.up.queue_bytes = profile.down.queue_bytes = kTraceQueue;
  return profile;
}

Result<std::size_t> parse_bytes(std::string_view text) {
  TRY_ASSIGN(const double value, parse_scaled(text));
  return static_cast<std::size_t>(value);
}

Result<> set_loss_chain(PipeSettings& pipe, std::string_view value) {
  const auto parts = split(value, ':');
  if (parts.size() != 3) return fail(Errc::Protocol, "ge needs P:R:BAD");
  pipe.loss.in_good = 0;
  TRY_ASSIGN(pipe.loss.to_bad, parse_share(parts[0]));
  TRY_ASSIGN(pipe.loss.to_good, parse_share(parts[1]));
  TRY_ASSIGN(pipe.loss.in_bad, parse_share(parts[2]));
  return {};
}

Result<> set_police(PipeSettings& pipe, std::string_view value) {
  const auto parts = split(value, ':');
  if (parts.size() != 2) return fail(Errc::Protocol, "police needs RATE:BURST");
  PoliceSettings police;
  TRY_ASSIGN(police.bits_per_second, parse_scaled(parts[0]));
  TRY_ASSIGN(police.burst, parse_bytes(parts[1]));
  pipe.police = police;
  return {};
}

Result<> set_outage(PipeSettings& pipe, std::string_view value) {
  const auto parts = split(value, ':');
  if (parts.size() != 2) return fail(Errc::Protocol, "outage needs MS:EVERY_MS");
  OutageSettings outage;
  TRY_ASSIGN(outage.length, parse_milliseconds(parts[0]));
  TRY_ASSIGN(outage.every, parse_milliseconds(parts[1]));
  if (outage.every <= Duration::zero() || outage.length > outage.every)
    return fail(Errc::Protocol, "outage: longer than its period");
  pipe.outage = outage;
  return {};
}

Result<> set_rate(PipeSettings& pipe, std::string_view value) {
  TRY_ASSIGN(pipe.bits_per_second, parse_scaled(value));
  pipe.trace_file.clear();
  return {};
}

Result<> set_one(PipeSettings& pipe, std::string_view key, std::string_view value) {
  if (key == "rate") return set_rate(pipe, value);
  if (key == "ge") return set_loss_chain(pipe, value);
  if (key == "police") return set_police(pipe, value);
  if (key == "outage") return set_outage(pipe, value);
  if (key == "delay") {
    TRY_ASSIGN(pipe.delay, parse_milliseconds(value));
  } else if (key == "jitter") {
    TRY_ASSIGN(pipe.jitter, parse_milliseconds(value));
  } else if (key == "loss") {
    pipe.loss = {};
    TRY_ASSIGN(pipe.loss.in_good, parse_share(value));
  } else if (key == "queue") {
    TRY_ASSIGN(pipe.queue_bytes, parse_bytes(value));
  } else if (key == "ecn") {
    TRY_ASSIGN(pipe.ecn_bytes, parse_bytes(value));
  } else if (key == "reorder" && (value == "yes" || value == "no")) {
    pipe.reorder = value == "yes";
  } else if (key == "udp" && (value == "yes" || value == "no")) {
    pipe.udp = value == "yes";
  } else {
    return fail(Errc::Protocol, "unknown setting");
  }
  return {};
}

Result<> apply(LinkProfile& profile, std::string_view setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos) return fail(Errc::Protocol, "no key=value");
  std::string_view key = setting.substr(0, equals);
  const std::string_view value = setting.substr(equals + 1);
  const bool up_only = key.starts_with("up.");
  const bool down_only = key.starts_with("down.");
  key.remove_prefix(up_only ? 3U : down_only ? 5U : 0U);
  if (!down_only) TRY(set_one(profile.up, key, value));
  if (!up_only) TRY(set_one(profile.down, key, value));
  return {};
}

Result<LinkProfile> parse_base(std::string_view base, std::string_view second) {
  if (base.starts_with("sym:")) return symmetric(base.substr(4));
  if (base.starts_with("trace:")) return traced(base.substr(6), second);
  const auto found = std::find_if(table().begin(), table().end(), [&](const Named& row) { return row.name == base; });
  if (found == table().end()) return fail(Errc::NotFound, "link profile " + std::string(base) + ": unknown");
  return from_table(*found);
}

}  // namespace

Result<LinkProfile> parse_profile(std::string_view text) {
  if (text.size() > kMaxProfileText) return fail(Errc::Limit, "link profile: too long");
  const auto parts = split(text, ',');
  const bool two = parts[0].starts_with("trace:");
  TRY_ASSIGN(LinkProfile profile, parse_base(parts[0], two && parts.size() > 1 ? parts[1] : std::string_view()));
  profile.name = text;
  for (std::size_t i = two ? 2 : 1; i < parts.size(); ++i)
    TRY(apply(profile, parts[i]).context("link setting " + std::string(parts[i])));
  return profile;
}

std::vector<std::string_view> profile_names() {
  std::vector<std::string_view> names;
  for (const Named& row : table()) names.push_back(row.name);
  return names;
}

}  // namespace support::link
