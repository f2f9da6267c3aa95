// A competing flow in a world: a model TCP from one host to another over a chain of links.
#pragma once
#include "tests/sim/tcp/receiver.h"
#include "tests/sim/tcp/sender.h"
#include "tests/sim/world.h"

namespace sim::tcp {

enum class Control : std::uint8_t { Cubic, Bbr };

struct FlowSettings {
  Control control = Control::Cubic;
  Address from{};  // hosts of its own
  Address to{};
  std::uint64_t segments = 0;  // 0: for ever
  Duration start{};            // since the world's epoch
  Duration stop = Duration::max();
};

// Outlives the world's runs.
class Flow {
 public:
  Flow(World& world, const std::string& name, const FlowSettings& settings, Chain there, Chain back);

  const Sender& sender() const { return sender_; }
  const Receiver& receiver() const { return receiver_; }
  bool done() const { return sender_.done(); }
  // In order at the receiver since the last call; as packets on the wire.
  double bits_per_second();

 private:
  World& world_;
  Sender sender_;
  Receiver receiver_;
  TimePoint since_;
  std::uint64_t before_ = 0;
};

}  // namespace sim::tcp
