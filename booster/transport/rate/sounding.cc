#include "booster/transport/rate/sounding.h"

#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {
namespace {

constexpr Duration kSamplesKept = seconds(4);
constexpr std::size_t kMostSamples = 512;
constexpr double kClearLoss = .02;
constexpr double kLeastPassed = .1;

}  // namespace

double Sounding::Count::passed() const {
  return arrived + lost < 1 ? 1 : std::max(arrived / (arrived + lost), kLeastPassed);
}

void Sounding::on_sample(TimePoint left, Duration delay) {
  samples_.push_back({left, delay});
  while (samples_.size() > kMostSamples || left - samples_.front().left > kSamplesKept) samples_.pop_front();
}

void Sounding::begin(TimePoint now, double depth) {
  state_ = State::Begun;
  depth_ = depth;
  less_ = {};
  began_ = now;
}

void Sounding::end(TimePoint now) {
  if (state_ != State::Begun) return;
  state_ = State::Ended;
  ended_ = now;
}

void Sounding::on_outcome(bool below, std::uint64_t arrived, std::uint64_t lost) {
  Count& count = below && state_ != State::None ? less_ : level_;
  count.arrived += static_cast<double>(arrived);
  count.lost += static_cast<double>(lost);
  if (count.arrived + count.lost < kMemoryPackets) return;
  count.arrived /= 2;
  count.lost /= 2;
}

void Sounding::start_over() {
  state_ = State::None;
  level_ = {};
  less_ = {};
}

bool Sounding::loses() const {
  return level_.passed() < 1 - kClearLoss;
}

std::optional<Duration> Sounding::mean(TimePoint after, TimePoint to) const {
  Duration sum{};
  int many = 0;
  for (const Sample& each : samples_) {
    if (each.left <= after || each.left > to) continue;
    sum += each.delay;
    ++many;
  }
  if (many == 0) return std::nullopt;
  return sum / many;
}

std::optional<double> Sounding::share() {
  const Duration length = ended_ - began_;
  if (state_ != State::Ended || samples_.empty() || samples_.back().left <= ended_ + length / 4) return std::nullopt;
  drop();
  const auto before = mean(began_ - length / 2, began_);
  const auto after = mean(ended_ - length / 8, ended_ + length / 4);
  if (!before || !after || length <= Duration{}) return std::nullopt;
  // What a full queue turns away comes in all the same.
  const double fell = in_seconds(*before - *after) / in_seconds(length);
  const double share = (1 / level_.passed() - (1 - fell) / less_.passed()) / depth_;
  start_over();
  return share;
}

}  // namespace booster::transport::rate
