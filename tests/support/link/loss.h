// Which packets a link loses, from a seed: the n-th decision depends on the seed and n only.
#pragma once
#include "tests/support/link/random.h"
#include "tests/support/link/settings.h"

namespace support::link {

class Loss {
 public:
  Loss(const LossSettings& settings, std::uint64_t seed) : settings_(settings), random_(seed) {}

  void configure(const LossSettings& settings);  // keeps the place in the random sequence
  bool next();                                   // true: this packet is lost

 private:
  LossSettings settings_;
  Random random_;
  bool bad_ = false;
};

}  // namespace support::link
