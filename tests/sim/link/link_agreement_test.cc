// The simulator's link against the emulator's: the same transfer over the Pipe that the TUN emulator runs, wrapped as a
// hop, and over a Link of the same settings. The link is no wrapper itself: it needs what a Pipe of IP packets cannot
// do.
#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include "tests/sim/link/link.h"
#include "tests/sim/toy.h"
#include "tests/sim/world.h"
#include "tests/support/link/pipe.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using support::link::PipeSettings;

class PipeHop : public Hop, private Element {
 public:
  PipeHop(World& world, std::string_view name, const PipeSettings& settings)
      : fabric_(world.fabric()), pipe_(settings, seed_of(seed_of(world.seed(), name), "loss"), kEpoch) {}

  void on_datagram(Datagram& datagram, TimePoint now) override {
    support::link::Packet packet(datagram.wire());  // not of IPv4 or IPv6: its first byte is a pointer's
    const auto place = std::bit_cast<std::uint64_t>(&datagram);
    std::memcpy(packet.data() + 1, &place, sizeof place);
    pipe_.on_packet(std::move(packet), now);
    fabric_.schedule(pipe_.next_deadline(), *this, 0);
  }
  const support::link::PipeStats& stats() const { return pipe_.stats(); }

 private:
  void on_event(std::uint64_t, TimePoint now) override {
    pipe_.on_deadline(now);
    while (const auto packet = pipe_.next_packet(now)) {
      std::uint64_t place = 0;
      std::memcpy(&place, packet->data() + 1, sizeof place);
      fabric_.forward(*std::bit_cast<Datagram*>(place));
    }
    fabric_.schedule(pipe_.next_deadline(), *this, 0);
  }

  Fabric& fabric_;
  support::link::Pipe pipe_;
};

struct Outcome {
  double time = 0;
  double up = 0;
  double down = 0;
  std::uint64_t lost = 0;
};

const Address kHere = address("10.0.0.1", 1);
const Address kThere = address("10.0.0.2", 2);

ToySettings transfer(std::uint64_t seed) {
  return {.route = {kHere, kThere}, .datagrams = 600, .bytes = 1000, .window = 5 + seed % 7 * 10, .retry = 700ms};
}

template <typename MakeHops>
Outcome run(std::uint64_t seed, const MakeHops& make_hops) {
  World world(seed);
  ToySender sender(transfer(seed));
  ToyReceiver receiver;
  Host& client = world.add_node("client", sender, {kHere});
  world.add_node("server", receiver, {kThere});
  Outcome outcome;
  const auto read = make_hops(world, outcome);
  client.wake();
  EXPECT_TRUE(world.run_until([&] { return sender.done(); }, 3600s));
  outcome.time = seconds(world.elapsed());
  read();
  return outcome;
}

Outcome over_pipes(std::uint64_t seed, const PipeSettings& up, const PipeSettings& down) {
  std::unique_ptr<PipeHop> there;
  std::unique_ptr<PipeHop> back;
  return run(seed, [&](World& world, Outcome& outcome) {
    there = std::make_unique<PipeHop>(world, "up", up);
    back = std::make_unique<PipeHop>(world, "down", down);
    world.connect(kHere, kThere, {there.get()}, {back.get()});
    return [&] {
      outcome.up = static_cast<double>(there->stats().delivered.bytes);
      outcome.down = static_cast<double>(back->stats().delivered.bytes);
      outcome.lost =
          there->stats().lost.packets + there->stats().queue_dropped.packets + there->stats().policed.packets;
    };
  });
}

Outcome over_links(std::uint64_t seed, const PipeSettings& up, const PipeSettings& down) {
  return run(seed, [&](World& world, Outcome& outcome) {
    Link& there = world.add_link("up", from_pipe(up));
    Link& back = world.add_link("down", from_pipe(down));
    world.connect(kHere, kThere, {&there}, {&back});
    return [&outcome, up_link = &there, down_link = &back] {
      outcome.up = static_cast<double>(up_link->statistics().delivered.bytes);
      outcome.down = static_cast<double>(down_link->statistics().delivered.bytes);
      outcome.lost = up_link->statistics().dropped().packets;
    };
  });
}

PipeSettings drawn(Random& random) {
  PipeSettings settings;
  settings.bits_per_second = 2e5 * (1 + random.unit() * 40);
  if (random.unit() < .2)
    for (int i = 0, at = 0; i < 50; ++i) settings.trace.emplace_back(at += 1 + static_cast<int>(random.next() % 20));
  settings.queue_bytes = 3000 + random.next() % 60'000;
  settings.delay = 1ms * (1 + random.next() % 300);
  if (random.unit() < .4) settings.jitter = settings.delay / 5;
  settings.reorder = random.unit() < .5;
  settings.loss.in_good = random.unit() * .05;
  if (random.unit() < .4) settings.loss = {.in_bad = .6, .to_bad = .00658, .to_good = .125};
  if (random.unit() < .2) settings.police = support::link::PoliceSettings{settings.bits_per_second * .8, 20'000};
  if (random.unit() < .2) settings.outage = OutageSettings{200ms, 5s};
  return settings;
}

TEST(LinkAgreement, TwentySettingsTakeTheTimeAndTheBytesOfTheEmulator) {
  std::uint64_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const PipeSettings up = drawn(random);
    const PipeSettings down = drawn(random);
    const Outcome pipes = over_pipes(seed, up, down);
    const Outcome links = over_links(seed, up, down);
    EXPECT_NEAR(links.time, pipes.time, pipes.time * .05) << "seed " << seed;
    EXPECT_NEAR(links.up, pipes.up, pipes.up * .05) << "seed " << seed;
    EXPECT_NEAR(links.down, pipes.down, pipes.down * .05) << "seed " << seed;
    if (up.jitter == 0ms && down.jitter == 0ms) {
      EXPECT_DOUBLE_EQ(links.time, pipes.time) << "seed " << seed;
      EXPECT_EQ(links.lost, pipes.lost) << "seed " << seed;
    }
    lost += links.lost;
  }
  EXPECT_GT(lost, 500U);  // the settings were no easy ones
}

TEST(LinkAgreement, ANamedProfileIsTheEmulators) {
  const LinkPair pair = profile("leo");
  EXPECT_EQ(pair.up.bits_per_second, 10e6);
  EXPECT_EQ(pair.down.queue_bytes, 512'000U);
  EXPECT_EQ(pair.down.delay, 22'500us);
  ASSERT_TRUE(pair.up.outage);
  EXPECT_EQ(pair.up.outage->every, 15s);
}

}  // namespace
}  // namespace sim
