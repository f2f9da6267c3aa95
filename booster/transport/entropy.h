// Random bytes, injected: the real ones from booster/crypto, seeded ones in the simulator.
#pragma once
#include <cstddef>
#include <span>

namespace booster::transport {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::byte> into) = 0;
};

}  // namespace booster::transport
