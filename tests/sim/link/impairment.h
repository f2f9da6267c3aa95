// What the air does to a packet that has left the queue: loses, corrupts, doubles, delays it. Each from its own random
// sequence: turning one on leaves the others as they were.
#pragma once
#include "tests/sim/fabric/random.h"
#include "tests/sim/link/settings.h"
#include "tests/support/link/loss.h"

namespace sim {

class Impairment {
 public:
  Impairment(const LinkSettings& settings, std::uint64_t seed, TimePoint epoch);

  void configure(const LinkSettings& settings, TimePoint epoch);  // keeps the places in the random sequences

  bool lost();  // once for each packet, also during outages
  bool in_outage(TimePoint at) const;
  bool doubled();
  bool corrupts(std::span<std::byte> bytes);  // true: flipped some bits
  bool held_back();
  // When what left at `at` arrives. In order of departure.
  TimePoint arrival(TimePoint at, bool held_back);

 private:
  struct Settings {
    std::optional<OutageSettings> outage;
    std::vector<Window> outages;
    double corrupt;
    double duplicate;
    Duration delay;
    Duration jitter;
    bool reorder;
    std::optional<ReorderSettings> hold_back;
  };
  static Settings part_of(const LinkSettings& settings);

  Settings settings_;
  TimePoint epoch_;
  support::link::Loss loss_;
  Random jitter_;
  Random corruption_;
  Random duplication_;
  Random holding_;
  TimePoint last_arrival_ = TimePoint::min();
};

}  // namespace sim
