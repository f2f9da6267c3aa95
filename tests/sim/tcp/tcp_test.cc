#include <gtest/gtest.h>

#include "tests/sim/meters.h"
#include "tests/sim/tcp/bbr.h"
#include "tests/sim/tcp/cubic.h"
#include "tests/sim/tcp/receiver.h"
#include "tests/sim/tcp/sender.h"
#include "tests/sim/world.h"

namespace sim::tcp {
namespace {

using namespace std::chrono_literals;

enum class Kind { CubicFlow, BbrFlow };

// Flows from hosts of their own through one bottleneck; each has its receiver.
struct Flows {
  Flows(std::uint64_t seed, const LinkPair& pair) : world(seed), links(world.add_links("bottleneck", pair)) {}

  Sender& add(Kind kind, Duration start = {}, std::uint64_t segments = 0) {
    const std::string number = std::to_string(senders.size() + 1);
    const Address from = address(("10.0.0." + number).c_str(), 1000);
    const Address to = address(("10.0.1." + number).c_str(), 80);
    std::unique_ptr<Congestion> control = std::make_unique<Cubic>();
    if (kind == Kind::BbrFlow) control = std::make_unique<Bbr>(seed_of(world.seed(), "bbr " + number));
    const SenderSettings settings{.route = {from, to}, .segments = segments, .start = kEpoch + start};
    senders.push_back(std::make_unique<Sender>(settings, std::move(control)));
    receivers.push_back(std::make_unique<Receiver>());
    Host& host = world.add_node("sender " + number, *senders.back(), {from});
    world.add_node("receiver " + number, *receivers.back(), {to});
    world.connect(from, to, {&links.up}, {&links.down});
    host.wake();
    return *senders.back();
  }
  // Shares of the link's rate from `from` to `to`.
  std::vector<double> shares(Duration from, Duration to) {
    world.run_until(kEpoch + from);
    std::vector<double> before;
    for (const auto& receiver : receivers) before.push_back(static_cast<double>(receiver->in_order()));
    world.run_until(kEpoch + to);
    std::vector<double> result;
    for (std::size_t i = 0; i < receivers.size(); ++i) {
      const double segments = static_cast<double>(receivers[i]->in_order()) - before[i];
      result.push_back(segments * kPacket * 8 / seconds(to - from) / links.up.settings().bits_per_second);
    }
    return result;
  }

  World world;
  Duplex links;
  std::vector<std::unique_ptr<Sender>> senders;
  std::vector<std::unique_ptr<Receiver>> receivers;
};

// 10 Mbit/s, 100 ms, a queue of one bandwidth-delay product.
LinkPair ten_megabit(double loss = 0) {
  LinkSettings link{.bits_per_second = 10e6, .queue_bytes = 125'000, .loss = random_loss(loss), .delay = 50ms};
  LinkSettings back{.bits_per_second = 10e6, .queue_bytes = 125'000, .delay = 50ms};
  return {link, back};
}

double alone(Kind kind, double loss, std::uint64_t seed, Duration length = 60s) {
  Flows flows(seed, ten_megabit(loss));
  flows.add(kind);
  return flows.shares(0s, length)[0];
}

double mean_alone(Kind kind, double loss) {
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) sum += alone(kind, loss, seed);
  return sum / 5;
}

TEST(Tcp, EachAloneFillsACleanLink) {
  const double cubic = alone(Kind::CubicFlow, 0, 1);
  const double bbr = alone(Kind::BbrFlow, 0, 1);
  RecordProperty("cubic", std::to_string(cubic));
  RecordProperty("bbr", std::to_string(bbr));
  std::printf("cubic %.3f bbr %.3f\n", cubic, bbr);
  EXPECT_GE(cubic, .9);
  EXPECT_GE(bbr, .9);
}

TEST(Tcp, OnePercentLossBringsCubicDownAndLeavesBbr) {
  const double cubic = mean_alone(Kind::CubicFlow, .01);
  const double bbr = mean_alone(Kind::BbrFlow, .01);
  std::printf("cubic %.3f bbr %.3f\n", cubic, bbr);
  EXPECT_LT(cubic, .15);
  EXPECT_GT(cubic, .08);  // Reno's 1.22 / sqrt(p) would be .145
  EXPECT_GT(bbr, .85);
}

TEST(Tcp, TwoCubicsShareFairlyAlsoWhenOneComesLate) {
  for (const Duration start : {0s, 10s}) {
    Flows flows(3, ten_megabit());
    flows.add(Kind::CubicFlow);
    flows.add(Kind::CubicFlow, start + 37ms);
    const auto shares = flows.shares(30s, 180s);
    std::printf("%.3f %.3f\n", shares[0], shares[1]);
    EXPECT_GT(fairness(shares), .95);
    EXPECT_GT(shares[0] + shares[1], .9);
  }
}

}  // namespace
}  // namespace sim::tcp
