// What the simulated network itself costs: datagrams that pass a link, and whole small worlds.
#include <benchmark/benchmark.h>

#include "tests/sim/toy.h"
#include "tests/sim/world.h"

namespace {

using namespace std::chrono_literals;

const sim::Address kHere = sim::address("10.0.0.1", 1);
const sim::Address kThere = sim::address("10.0.0.2", 2);

// Returns the datagrams that passed a link.
std::uint64_t run_world(std::uint64_t seed, const sim::LinkPair& pair, std::uint64_t datagrams) {
  sim::World world(seed);
  sim::ToySender sender({.route = {kHere, kThere}, .datagrams = datagrams, .window = 50});
  sim::ToyReceiver receiver;
  sim::Host& client = world.add_node("client", sender, {kHere});
  world.add_node("server", receiver, {kThere});
  const sim::Duplex path = world.connect("path", kHere, kThere, pair);
  client.wake();
  world.run_until([&] { return sender.done(); }, 3600s);
  return path.up.statistics().offered.packets + path.down.statistics().offered.packets;
}

// 200 kB there, its acknowledgements back.
void BM_small_worlds(benchmark::State& state) {
  const sim::LinkPair pair = sim::profile("lte-edge-of-cell");
  std::uint64_t seed = 0;
  std::int64_t passed = 0;
  for (auto _ : state) passed += static_cast<std::int64_t>(run_world(++seed, pair, 170));
  state.SetItemsProcessed(passed);
}
BENCHMARK(BM_small_worlds);

void BM_long_transfer(benchmark::State& state) {
  const sim::LinkPair pair = sim::profile("sym:100M:50:.1%,queue=1M");
  std::int64_t passed = 0;
  for (auto _ : state) passed += static_cast<std::int64_t>(run_world(1, pair, 20'000));
  state.SetItemsProcessed(passed);
}
BENCHMARK(BM_long_transfer)->Unit(benchmark::kMillisecond);

}  // namespace
