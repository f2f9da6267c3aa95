// What a process spends on context mixing: coders at a time, and a share of a core over time.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "booster/runtime/clock.h"

namespace proxy::messaging {

using booster::runtime::Duration;
using booster::runtime::TimePoint;

// A bucket of processor time that fills as fast as the share says. Empty, there is no headroom until it is half full
// again: who changes its coder at every item loses what it learned at every item.
class CpuShare {
 public:
  explicit CpuShare(std::uint32_t percent) : percent_(percent), left_(most()) {}  // of one core

  void spend(Duration cpu, TimePoint now);
  bool has_headroom(TimePoint now);

 private:
  Duration most() const;
  void fill(TimePoint now);

  std::uint32_t percent_;
  Duration left_;  // less than nothing: what one long piece of work took too much
  std::optional<TimePoint> filled_;
  bool empty_ = false;
};

// How many context-mixing coders a process runs at a time: each takes mix::kMemory, and a core while it works.
//   Owns    outlives its permits
class MixingPermits {
 public:
  using Now = std::function<TimePoint()>;
  explicit MixingPermits(std::uint32_t most = 0) : most_(most) {}
  MixingPermits(const MixingPermits&) = delete;
  MixingPermits& operator=(const MixingPermits&) = delete;

  void set_most(std::uint32_t most) { most_ = most; }  // those given stay
  // Percent of a core, all together; without it there is no limit.
  void limit(std::uint32_t percent, Now now);
  std::uint32_t given() const { return given_; }
  bool has_headroom();
  void spend(Duration cpu);

 private:
  friend class CodingChoice;
  bool take();
  void give_back() { --given_; }

  std::uint32_t most_;
  std::uint32_t given_ = 0;
  std::uint32_t percent_ = 0;
  std::optional<CpuShare> share_;
  Now now_;
};

}  // namespace proxy::messaging
