#include "booster/transport/rate/held.h"

#include <algorithm>
#include <cmath>

namespace booster::transport::rate {
namespace {

constexpr Duration kFirstHold = seconds(2);
constexpr Duration kLongestHold = seconds(30);
constexpr double kEnoughToJudge = 24;  // packets
constexpr double kGrossExcess = .1;    // of loss over the radio's: the rate is far too high
constexpr double kSmallExcess = .015;
constexpr double kLeastShare = .01;  // for the error of a share of nothing

constexpr int kProof = 2;  // excesses: the one it begins with may have been chance

struct Creep {
  double first, growth, most;
};
constexpr Creep kDoubtful{.05, 2, .2};
constexpr Creep kConfirmed{.01, 1.5, .04};  // the excess it costs is small

}  // namespace

void Held::begin(BitsPerSecond rate, TimePoint now) {
  length_ = length_ == Duration{} ? kFirstHold : std::min<Duration>(length_ * 2, kLongestHold);
  now_ = true;
  until_ = now + length_;
  began_at_ = rate;
  excesses_ = std::min(excesses_, kProof);  // what was proved once is likely the same again
  creep_ = excesses_ < kProof ? kDoubtful.first : kConfirmed.first;
  arrived_ = 0;
  lost_ = 0;
}

void Held::on_outcome(std::uint64_t arrived, std::uint64_t lost) {
  arrived_ += static_cast<double>(arrived);
  lost_ += static_cast<double>(lost);
}

Held::Step Held::next_step(const LossKinds& loss, bool app_limited) {
  const double total = arrived_ + lost_;
  if (total < kEnoughToJudge) return {};
  const double share = lost_ / total;
  const double error = std::sqrt(std::max(share, kLeastShare) * (1 - share) / total * loss.burst());
  const double excess = share - loss.when_slow();
  arrived_ = 0;
  lost_ = 0;
  if (excess > std::max(kSmallExcess, error)) {
    creep_ = kConfirmed.first;
    ++excesses_;
    const bool gross = excess > std::max(kGrossExcess, 3 * error);
    // By half, since more of this rate is still under way.
    return {gross ? 1 - excess : 1 - excess / 2, gross, loss.when_slow() > excess};
  }
  if (app_limited) return {};
  const double factor = 1 + creep_;
  const Creep& creep = excesses_ >= kProof ? kConfirmed : kDoubtful;
  creep_ = std::min(std::max(creep_ * creep.growth, creep.first), creep.most);
  return {factor};
}

bool Held::over(BitsPerSecond rate, TimePoint now) {
  const bool chance = rate > began_at_;
  if (chance) {
    length_ = {};
    excesses_ = 0;
  }
  return chance || now >= until_;
}

}  // namespace booster::transport::rate
