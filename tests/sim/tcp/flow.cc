#include "tests/sim/tcp/flow.h"

#include "tests/sim/tcp/bbr.h"
#include "tests/sim/tcp/cubic.h"

namespace sim::tcp {
namespace {

std::unique_ptr<Congestion> make_control(Control control, std::uint64_t seed) {
  if (control == Control::Bbr) return std::make_unique<Bbr>(seed);
  return std::make_unique<Cubic>();
}

SenderSettings sender_settings(const FlowSettings& settings) {
  const bool forever = settings.stop == Duration::max();
  return {{settings.from, settings.to},
          settings.segments,
          kEpoch + settings.start,
          forever ? kNever : kEpoch + settings.stop};
}

}  // namespace

Flow::Flow(World& world, const std::string& name, const FlowSettings& settings, Chain there, Chain back)
    : world_(world),
      sender_(sender_settings(settings), make_control(settings.control, seed_of(world.seed(), name))),
      since_(world.now()) {
  Host& host = world.add_node(name + " sender", sender_, {settings.from});
  world.add_node(name + " receiver", receiver_, {settings.to});
  world.connect(settings.from, settings.to, std::move(there), std::move(back));
  host.wake();
}

double Flow::bits_per_second() {
  const std::uint64_t segments = receiver_.in_order() - before_;
  const double passed = seconds(world_.now() - since_);
  before_ = receiver_.in_order();
  since_ = world_.now();
  return passed > 0 ? static_cast<double>(segments * kPacket) * 8 / passed : 0;
}

}  // namespace sim::tcp
