#include "tests/sim/link/feed.h"

#include <cstring>

namespace sim {
namespace {

const Address kFrom = address("10.0.0.1", 1);
const Address kTo = address("10.0.0.2", 2);

}  // namespace

DatagramRun Feeder::next_datagrams(std::span<std::byte> into, TimePoint now) {
  if (next_ >= items_.size() || kEpoch + items_[next_].at > now) return {};
  const Item& item = items_[next_];
  const std::size_t size = item.wire - kHeaders;
  std::memset(into.data(), 0, size);
  const std::uint64_t number = next_++;
  if (size >= sizeof number) std::memcpy(into.data(), &number, sizeof number);
  return {route_, size, size, item.ecn};
}

std::vector<Fed> Collector::fed() const {
  std::vector<Fed> all;
  for (const Arrival& arrival : arrivals) {
    std::uint64_t number = 0;
    std::memcpy(&number, arrival.bytes.data(), std::min(sizeof number, arrival.bytes.size()));
    all.push_back({arrival.at - kEpoch, number});
  }
  return all;
}

FedLink::FedLink(LinkSettings settings, std::uint64_t seed)
    : world(seed),
      feeder({kFrom, kTo}),
      link(world.add_link("link", std::move(settings))),
      source(world.add_node("feeder", feeder, {kFrom})) {
  world.add_node("collector", collector, {kTo});
  world.route(kFrom, kTo, {&link});
}

std::vector<Fed> FedLink::run(Duration length) {
  source.wake();
  world.run_for(length);
  return collector.fed();
}

}  // namespace sim
