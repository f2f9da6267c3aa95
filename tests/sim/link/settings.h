// What one direction of a link does to datagrams. All sizes are of IP packets, as in the link emulator.
#pragma once
#include <optional>
#include <vector>

#include "tests/sim/fabric/types.h"
#include "tests/support/link/settings.h"

namespace sim {

using support::link::LossSettings;
using support::link::OutageSettings;
using support::link::PoliceSettings;

struct RateStep {
  Duration from{};             // since the link's epoch; the first step is from 0
  double bits_per_second = 0;  // 0: nothing leaves, all waits (as in a radio outage)
};

struct Window {  // [from, to) since the link's epoch
  Duration from{};
  Duration to{};
};

struct ShapeSettings {  // token bucket that makes wait
  double bits_per_second = 0;
  std::size_t burst = 0;
};

struct CodelSettings {  // RFC 8289 §4.2, 4.3
  Duration target = std::chrono::milliseconds(5);
  Duration interval = std::chrono::milliseconds(100);
};

struct ReorderSettings {
  double share = 0;
  Duration late{};  // how much later such a datagram arrives; others overtake it meanwhile
};

// The epoch is the world's start or the last configure().
struct LinkSettings {
  double bits_per_second = 0;                      // 0: no bottleneck
  std::vector<RateStep> schedule{};                // not empty: instead of the rate
  std::vector<std::chrono::milliseconds> trace{};  // not empty: Mahimahi opportunities instead of both
  std::optional<ShapeSettings> shape{};            // before the rate

  std::size_t queue_bytes = 0;             // waiting and in service; 0: no limit
  Duration queue_time{};                   // the same as time at the present rate; zero: no limit
  std::optional<std::size_t> ecn_bytes{};  // what finds more than this waiting is marked CE, if it can be
  std::optional<CodelSettings> codel{};    // marks what can be marked, drops the rest

  std::optional<PoliceSettings> police{};
  LossSettings loss{};                     // independent or Gilbert-Elliott
  std::optional<OutageSettings> outage{};  // periodic: what leaves meanwhile is lost
  std::vector<Window> outages{};           // at given times
  double corrupt = 0;                      // share of datagrams with one to three flipped bits
  double duplicate = 0;

  Duration delay{};
  Duration jitter{};     // uniform in [-jitter, +jitter]
  bool reorder = false;  // false: jitter never lets a datagram overtake another
  std::optional<ReorderSettings> hold_back{};

  std::size_t mtu = 0;  // larger ones vanish; 0: no limit
};

// The emulator's profile of the same link.
LinkSettings from_pipe(const support::link::PipeSettings& pipe);

struct LinkPair {
  LinkSettings up;
  LinkSettings down;
};
LinkPair profile(const char* text);  // "lte", "sym:10M:100:1%,queue=64k"; a mistake, or a trace, stops the test

LossSettings random_loss(double share);
LossSettings burst_loss(double share, double mean_burst);  // in bursts of so many datagrams, all of them lost

}  // namespace sim
