// MixingPace: how fast a context mixer gives octets to the link, so that it is not what the link waits for.
#pragma once
#include <cstdint>
#include <optional>

#include "booster/runtime/clock.h"
#include "booster/session/types.h"

namespace proxy::messaging {

class MixingPace {
 public:
  void add(std::uint64_t coded, booster::runtime::Duration cpu);
  // Of the last seconds of processor time.   nullopt: less than one so far
  std::optional<booster::session::BitsPerSecond> value() const;

 private:
  double coded_ = 0;  // octets
  booster::runtime::Duration cpu_{};
};

}  // namespace proxy::messaging
