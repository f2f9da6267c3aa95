// Thousands of worlds from seeds: what must hold in each holds in all.
//   PACKETBOAT_WORLD=n    that one alone, with its trace      PACKETBOAT_WORLDS=n   so many (20,000)
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "tests/sim/worlds/drawn.h"
#include "tests/support/sanitized.h"

namespace sim {
namespace {

constexpr std::uint64_t kWorlds = support::kSanitized ? 100 : 20'000;
constexpr double kSlowShare = .0005;  // where the rate's estimate goes astray for a while
constexpr int kMostTold = 5;          // failures in full

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

void expect_well(std::uint64_t seed) {
  const Drawn world = draw(seed);
  const Fared fared = run(world, false);
  EXPECT_EQ(fared.broken, "") << text(world);
}

TEST(DrawnWorlds, EachHolds) {
  if (const std::uint64_t one = from_environment("PACKETBOAT_WORLD", 0); one != 0) {
    const Drawn world = draw(one);
    const Fared fared = run(world, true);
    std::cout << fared.trace << text(world) << fared.slow << "\n"
              << fared.seconds << " s, " << fared.link_octets << " octets\n";
    EXPECT_EQ(fared.broken, "");
    return;
  }
  const std::uint64_t worlds = from_environment("PACKETBOAT_WORLDS", kWorlds);
  std::string failed;
  std::string slow;
  int count = 0;
  double slow_count = 0;
  for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
    const Drawn world = draw(seed);
    const Fared fared = run(world, false);
    if (!fared.slow.empty()) slow += " " + std::to_string(seed);
    slow_count += fared.slow.empty() ? 0 : 1;
    if (fared.broken.empty()) continue;
    failed += " " + std::to_string(seed);
    if (++count <= kMostTold)
      ADD_FAILURE() << text(world) << "\n broken:" << fared.broken << "\n after " << fared.seconds << " s";
  }
  EXPECT_EQ(failed, "") << count << " of " << worlds;
  EXPECT_LE(slow_count, std::max(1.0, kSlowShare * static_cast<double>(worlds))) << slow;
}

TEST(DrawnWorlds, TheSameSeedIsTheSameWorld) {
  const Fared once = run(draw(7), false);
  const Fared again = run(draw(7), false);
  EXPECT_EQ(once.events, again.events);
  EXPECT_EQ(once.link_octets, again.link_octets);
  expect_well(7);
}

}  // namespace
}  // namespace sim
