// A cell's rate goes up and down within a round trip, as recorded drives show it: nearly as much as BBR gets, with half
// its queue.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/fabric/random.h"
#include "tests/sim/worlds/rate_links.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDrive = 40s;
constexpr auto kStep = 40ms;  // between two rates
constexpr double kMedian = 4e6;
constexpr double kKept = .8;    // of a step's deviation in the next
constexpr double kSpread = .6;  // of the logarithm of the rate

// Mahimahi opportunities of a rate that wanders around its median.
std::vector<std::chrono::milliseconds> drive(std::uint64_t seed) {
  Random random(seed);
  std::vector<std::chrono::milliseconds> opportunities;
  double deviation = 0;
  double credit = 0;
  for (std::chrono::milliseconds now = 1ms; now <= kDrive; now += 1ms) {
    if (now % kStep == 0ms) {
      double normal = -6;  // of twelve uniform ones, near enough
      for (int i = 0; i < 12; ++i) normal += random.unit();
      deviation = kKept * deviation + std::sqrt(1 - kKept * kKept) * kSpread * normal;
    }
    credit += kMedian * std::exp(deviation) / 8 / 1000;
    for (; credit >= 1500; credit -= 1500) opportunities.push_back(now);
  }
  return opportunities;
}

struct Got {
  double octets = 0;
  double queue = 0;  // octets, mean
};

Got take(std::uint64_t seed, std::optional<tcp::Control> instead) {
  LinkPair pair;
  pair.up = {.bits_per_second = 20e6, .delay = 30ms};
  pair.down = {.trace = drive(seed), .queue_bytes = 750'000, .delay = 30ms};
  RateStory story(seed, pair);
  tcp::Flow* const flow = instead ? &story.add_flow(*instead) : nullptr;
  if (flow == nullptr) story.transfer().send(kEndless);
  Got got;
  constexpr auto kLookEach = 10ms;
  for (Duration at = kLookEach; at <= kDrive; at += kLookEach) {
    story.run_to(at);
    got.queue += static_cast<double>(story.link().queued_bytes()) / (kDrive / kLookEach);
  }
  EXPECT_TRUE(flow != nullptr || story.transfer().intact());
  got.octets = flow == nullptr ? static_cast<double>(story.transfer().received())
                               : flow->bits_per_second() / 8 * seconds(kDrive) * 1448 / 1500;
  return got;
}

// One drive more or less is chance: a swing that is met a little earlier leads to another drive.
TEST(RateSwings, NearlyAsMuchAsBbrAndLittleMoreThanHalfWaits) {
  double of_bbr = 0;
  double queue_of_bbr = 0;
  for (std::uint64_t seed = 1; seed <= seeds(4); ++seed) {
    const Got ours = take(seed, std::nullopt);
    const Got bbr = take(seed, tcp::Control::Bbr);
    EXPECT_GT(ours.octets, .8 * bbr.octets) << seed;
    queue_of_bbr += ours.queue / bbr.queue / static_cast<double>(seeds(4));
    of_bbr += ours.octets / bbr.octets / static_cast<double>(seeds(4));
  }
  EXPECT_GT(of_bbr, .9);
  EXPECT_LT(queue_of_bbr, .65);
}

}  // namespace
}  // namespace sim
