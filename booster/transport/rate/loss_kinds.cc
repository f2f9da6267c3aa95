#include "booster/transport/rate/loss_kinds.h"

#include <algorithm>
#include <cmath>

namespace booster::transport::rate {
namespace {

constexpr double kEnough = 20;         // packets, to speak of a share
constexpr double kBurstMemory = 200;   // lost packets
constexpr double kWild = 1.5;          // one round among hundreds: bursts are no normal distribution
constexpr double kLeastExcess = .025;  // a test at kTestDepth above a policer's rate loses nine parts in a hundred

}  // namespace

void LossKinds::on_outcome(Pace pace, std::uint64_t arrived, std::uint64_t lost) {
  Count& count = pace == Pace::Below ? below_ : pace == Pace::Level ? level_ : above_;
  count.arrived += static_cast<double>(arrived);
  count.lost += static_cast<double>(lost);
  lost_ += static_cast<double>(lost);
  if (lost_ > kBurstMemory) {
    lost_ /= 2;
    bursts_ /= 2;
  }
  if (count.total() < kMemoryPackets) return;
  count.arrived /= 2;
  count.lost /= 2;
}

void LossKinds::on_regret(std::uint64_t returned) {
  for (Count* count : {&level_, &above_, &below_}) {
    const double taken = std::min(count->lost, static_cast<double>(returned));
    count->lost -= taken;
    count->arrived += taken;
    if (taken >= static_cast<double>(returned)) return;
    returned -= static_cast<std::uint64_t>(taken);
  }
}

void LossKinds::start_over() {
  below_ = {};
  level_ = {};
  above_ = {};
}

double LossKinds::all() const {
  const double total = below_.total() + level_.total() + above_.total();
  return total > 0 ? (below_.lost + level_.lost + above_.lost) / total : 0;
}

double LossKinds::burst() const {
  if (bursts_ < 1) return 1;
  // At a high loss even independent ones stand near to each other.
  const double by_chance = std::pow(1 - all(), static_cast<double>(kBurstGap));
  return std::max(1.0, lost_ / bursts_ * by_chance);
}

double LossKinds::doubt(const Count& one, const Count& other) const {
  const double share = (one.lost + other.lost + 1) / (one.total() + other.total() + 2);
  const double seen = 1 / std::max(one.total(), 1.0) + 1 / std::max(other.total(), 1.0);
  return 3 * std::sqrt(share * (1 - share) * seen * burst());
}

double LossKinds::radio() const {
  if (below_.total() < kEnough) return std::min(all(), kMostUnproved);
  // What was sent at the level says the same unless it lost clearly more.
  if (level_.share() > below_.share() + doubt(level_, below_)) return below_.share();
  return (below_.lost + level_.lost) / (below_.total() + level_.total());
}

bool LossKinds::knows_slow() const {
  return below_.total() >= kEnough;
}

double LossKinds::when_slow() const {
  return knows_slow() ? below_.share() : std::min(all(), kMostUnproved);
}

bool LossKinds::follows_rate() const {
  const auto more = [&](const Count& faster) {
    return faster.total() >= kEnough && faster.share() > below_.share() + std::max(doubt(faster, below_), kLeastExcess);
  };
  return below_.total() >= kEnough && (more(above_) || more(level_));
}

bool LossKinds::exceeds_radio(std::uint64_t arrived, std::uint64_t lost) const {
  const Count round{static_cast<double>(arrived), static_cast<double>(lost)};
  Count quiet = below_;
  quiet.arrived += level_.arrived;
  quiet.lost += level_.lost;
  return round.total() >= kEnough && round.share() > radio() + std::max(kWild * doubt(round, quiet), kLeastExcess);
}

}  // namespace booster::transport::rate
