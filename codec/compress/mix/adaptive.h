// The small learners of the predictor: a probability for each state, a mixer of opinions, a correction by what came of
// them. Integer arithmetic only.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/compress/mix/bit_history.h"
#include "codec/compress/mix/logistic.h"

namespace codec::compress::mix {

namespace detail {

// 1 / (count + 1.5): what the newest bit weighs.
constexpr std::int64_t kShareOne = 65536;
constexpr std::array<std::int32_t, 1024> make_share() {
  std::array<std::int32_t, 1024> shares{};
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i] = static_cast<std::int32_t>(2 * kShareOne / static_cast<std::int64_t>(2 * i + 3));
  }
  return shares;
}
inline constexpr std::array<std::int32_t, 1024> kShare = make_share();

}  // namespace detail

// A probability that learns fast at first and ever more slowly: 22 bits of it, 10 of a count.
class Chance {
 public:
  constexpr Chance() = default;
  constexpr explicit Chance(std::uint32_t p22) : held_(p22 << kCountBits) {}

  int p() const { return static_cast<int>(held_ >> (32 - 12)); }
  void learn(int bit, std::uint32_t limit) {
    const std::uint32_t count = held_ & kCountMask;
    const auto p22 = static_cast<std::int64_t>(held_ >> kCountBits);
    const std::int64_t target = bit != 0 ? (std::int64_t{1} << 22) - 1 : 0;
    const std::int64_t moved = p22 + (target - p22) * detail::kShare[count] / detail::kShareOne;
    held_ = static_cast<std::uint32_t>(moved) << kCountBits | (count < limit ? count + 1 : count);
  }

 private:
  static constexpr unsigned kCountBits = 10;
  static constexpr std::uint32_t kCountMask = (1U << kCountBits) - 1;
  std::uint32_t held_ = 1U << 31;
};

// Bit history -> probability, learned; begins with what the counts say.
class HistoryMap {
 public:
  HistoryMap() {
    for (std::size_t i = 0; i < chances_.size(); ++i) {
      const History history = history_of(static_cast<HistoryState>(i));
      const std::uint32_t ones = 2U * history.ones + 1;
      const std::uint32_t all = 2U * (history.ones + history.zeros) + 2;
      chances_[i] = Chance((ones << 22) / all);
    }
  }
  int p(HistoryState state) const { return chances_[state].p(); }
  void learn(HistoryState state, int bit) { chances_[state].learn(bit, kLimit); }

 private:
  static constexpr std::uint32_t kLimit = 255;
  std::array<Chance, 256> chances_;
};

// Weighs opinions (odds) by what they were worth in this selection so far. 16 bits each, for the sake of speed.
//   kRate   how much of an error is learned from: at most 7, or it would not fit in 16 bits
//   kBegin  weights, of kWeightOne
constexpr int kWeightBits = 13;
constexpr int kWeightOne = 1 << kWeightBits;

template <std::size_t kInputs, int kRate, int kBegin>
class Mixer {
 public:
  using Inputs = std::array<std::int16_t, kInputs>;

  explicit Mixer(std::size_t selections) : weights_(selections) {
    for (Inputs& set : weights_) set.fill(kBegin);
  }
  // The odds; `selection` decides which weights.
  std::int16_t mix(const Inputs& inputs, std::size_t selection) {
    chosen_ = selection;
    const Inputs& set = weights_[selection];
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < kInputs; ++i) sum += std::int32_t{inputs[i]} * set[i];
    odds_ = static_cast<std::int16_t>(std::clamp(sum >> kWeightBits, -kOddsLimit, kOddsLimit));
    return odds_;
  }
  void learn(const Inputs& inputs, int bit) {
    static_assert(kRate <= 7 && kRateBits == 17);
    const auto error = static_cast<std::int16_t>(((bit << 12) - squash(odds_)) * kRate);
    Inputs& set = weights_[chosen_];
    // Each step in 16 bits, eight at a time: the product over 2^17, rounded, is added within the bounds.
    for (std::size_t i = 0; i < kInputs; ++i) {
      const auto high = static_cast<std::int16_t>((std::int32_t{inputs[i]} * error) >> 16);
      const auto moved = static_cast<std::int16_t>(static_cast<std::int16_t>(high + 1) >> 1);
      const auto most = static_cast<std::int16_t>(kMostWeight - std::max(moved, kNone));
      const auto least = static_cast<std::int16_t>(-kMostWeight - std::min(moved, kNone));
      set[i] = static_cast<std::int16_t>(std::max(std::min(set[i], most), least) + moved);
    }
  }

 private:
  static constexpr std::int16_t kMostWeight = 32767;
  static constexpr std::int16_t kNone = 0;
  static constexpr int kRateBits = 17;

  std::vector<Inputs> weights_;
  std::size_t chosen_ = 0;
  std::int16_t odds_ = 0;
};

// Corrects odds by what came of such odds in this context: 33 steps of the curve, the two nearest weighed.
class Correction {
 public:
  explicit Correction(std::size_t contexts) : chances_(contexts * kSteps) {
    for (std::size_t i = 0; i < chances_.size(); ++i) {
      const int odds = (static_cast<int>(i % kSteps) - kMiddle) * kStep;
      chances_[i] = static_cast<std::uint16_t>(squash(odds) * 16);
    }
  }
  // In 65536ths.
  int p(int odds, std::size_t context) {
    const int place = std::clamp(odds, -kOddsLimit, kOddsLimit) + kMiddle * kStep;
    const auto low = static_cast<std::size_t>(place / kStep);
    const int weight = place % kStep;
    at_ = context * kSteps + low + (weight >= kStep / 2 ? 1 : 0);
    const std::size_t begin = context * kSteps + low;
    return (chances_[begin] * (kStep - weight) + chances_[begin + 1] * weight) / kStep;
  }
  void learn(int bit) {
    const int target = bit != 0 ? 65535 : 0;
    chances_[at_] = static_cast<std::uint16_t>(chances_[at_] + (target - chances_[at_]) / kSlowness);
  }

 private:
  static constexpr std::size_t kSteps = 33;
  static constexpr int kMiddle = 16;
  static constexpr int kStep = 128;
  static constexpr int kSlowness = 64;

  std::vector<std::uint16_t> chances_;
  std::size_t at_ = 0;
};

}  // namespace codec::compress::mix
