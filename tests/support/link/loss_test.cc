#include "tests/support/link/loss.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace support::link {
namespace {

std::vector<bool> draw(const LossSettings& settings, std::uint64_t seed, std::size_t count) {
  Loss loss(settings, seed);
  std::vector<bool> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(loss.next());
  return out;
}

double share(const std::vector<bool>& losses) {
  return static_cast<double>(std::count(losses.begin(), losses.end(), true)) / static_cast<double>(losses.size());
}

TEST(Loss, TheSameSeedLosesTheSamePackets) {
  const LossSettings settings{.in_good = .1};
  EXPECT_EQ(draw(settings, 7, 1000), draw(settings, 7, 1000));
  EXPECT_NE(draw(settings, 7, 1000), draw(settings, 8, 1000));
}

TEST(Loss, BernoulliLosesItsShare) {
  EXPECT_NEAR(share(draw({.in_good = .02}, 1, 200'000)), .02, .001);
  EXPECT_EQ(share(draw({}, 1, 10'000)), 0);
  EXPECT_EQ(share(draw({.in_good = 1}, 1, 10'000)), 1);
}

TEST(Loss, GilbertElliottLosesItsMeanShareInBursts) {
  const auto losses = draw({.in_bad = .6, .to_bad = .00658, .to_good = .125}, 3, 1'000'000);
  EXPECT_NEAR(share(losses), .6 * .00658 / (.00658 + .125), .002);
  std::size_t after_loss = 0;
  std::size_t both = 0;
  for (std::size_t i = 1; i < losses.size(); ++i) {
    if (!losses[i - 1]) continue;
    ++after_loss;
    both += losses[i] ? 1U : 0U;
  }
  // After a loss the state is bad and stays so with 1 - r.
  EXPECT_NEAR(static_cast<double>(both) / static_cast<double>(after_loss), .875 * .6, .02);
}

TEST(Loss, ALargerShareLosesASupersetOfTheSmaller) {
  const auto few = draw({.in_good = .01}, 5, 10'000);
  const auto many = draw({.in_good = .1}, 5, 10'000);
  for (std::size_t i = 0; i < few.size(); ++i) EXPECT_TRUE(!few[i] || many[i]);
}

}  // namespace
}  // namespace support::link
