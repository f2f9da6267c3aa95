// The logistic curve and its inverse in integers, the same on every machine.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace codec::compress::mix {

// Odds are ln(p / (1 - p)) * 256, from -2047 to 2047; probabilities that the next bit is 1 are in 4096ths.
constexpr int kOddsLimit = 2047;
constexpr int kOne = 4096;

namespace detail {

// The place of odds in a table of all of them.
constexpr std::size_t place_of(int odds) {
  const int place = kOddsLimit + odds;
  return static_cast<std::size_t>(place);
}

// exp(-1/256) * 2^31; powers of it come out within 2^-20 of the true ones.
constexpr std::uint64_t kDecay = 0x7f803feb;

constexpr std::array<std::int16_t, 2 * kOddsLimit + 1> make_squash() {
  std::array<std::int16_t, 2 * kOddsLimit + 1> table{};
  std::uint64_t power = std::uint64_t{1} << 31;
  for (int odds = 0; odds <= kOddsLimit; ++odds) {
    const auto likely = static_cast<int>((std::uint64_t{kOne} << 31) / ((std::uint64_t{1} << 31) + power));
    const int p = likely < kOne ? likely : kOne - 1;
    table[place_of(odds)] = static_cast<std::int16_t>(p);
    table[place_of(-odds)] = static_cast<std::int16_t>(kOne - p);
    power = power * kDecay >> 31;
  }
  return table;
}
inline constexpr auto kSquash = make_squash();

constexpr std::array<std::int16_t, kOne> make_stretch() {
  std::array<std::int16_t, kOne> table{};
  int next = 0;
  for (int odds = -kOddsLimit; odds <= kOddsLimit; ++odds) {
    const int p = kSquash[place_of(odds)];
    for (; next <= p && next < kOne; ++next) table[static_cast<std::size_t>(next)] = static_cast<std::int16_t>(odds);
  }
  for (; next < kOne; ++next) table[static_cast<std::size_t>(next)] = kOddsLimit;
  return table;
}
inline constexpr auto kStretch = make_stretch();

}  // namespace detail

constexpr int squash(int odds) {
  const int within = odds > kOddsLimit ? kOddsLimit : odds < -kOddsLimit ? -kOddsLimit : odds;
  return detail::kSquash[detail::place_of(within)];
}
constexpr int stretch(int p) {
  return detail::kStretch[static_cast<std::size_t>(p)];
}

}  // namespace codec::compress::mix
