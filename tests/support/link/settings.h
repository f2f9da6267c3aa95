// What a link is set to: one PipeSettings for each direction.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace support::link {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Two states; a packet first moves the state (good to bad with `to_bad`, back with `to_good`), then is lost with the
// state's own probability. Bernoulli loss is the case that never leaves the good state.
struct LossSettings {
  double in_good = 0;
  double in_bad = 0;
  double to_bad = 0;
  double to_good = 1;
  bool operator==(const LossSettings&) const = default;
};

// Token bucket that drops what does not conform, as carriers' policers do: no queue.
struct PoliceSettings {
  double bits_per_second = 0;
  std::size_t burst = 0;
  bool operator==(const PoliceSettings&) const = default;
};

// The last `length` of every `every` loses all packets.
struct OutageSettings {
  Duration length{};
  Duration every{};
  bool operator==(const OutageSettings&) const = default;
};

struct PipeSettings {
  double bits_per_second = 0;                      // 0: no bottleneck
  std::string trace_file{};                        // set: opportunities of `trace` instead of the rate
  std::vector<std::chrono::milliseconds> trace{};  // Mahimahi: at each of these instants 1500 bytes may leave; repeats
  std::size_t queue_bytes = 0;                     // waiting and in service; 0: no limit but the emulator's own
  std::optional<std::size_t> ecn_bytes{};          // packets that find more than this waiting are marked CE
  std::optional<PoliceSettings> police{};
  LossSettings loss{};
  std::optional<OutageSettings> outage{};
  Duration delay{};
  Duration jitter{};     // uniform in [-jitter, +jitter]
  bool udp = true;       // false: all of it is lost, as behind a firewall that knows TCP only
  bool reorder = false;  // false: jitter never lets a packet overtake another
  bool operator==(const PipeSettings&) const = default;
};

struct LinkProfile {
  std::string name;
  PipeSettings up;    // client to server
  PipeSettings down;  // server to client
};

}  // namespace support::link
