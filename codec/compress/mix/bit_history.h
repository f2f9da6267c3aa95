// What has followed a context so far, in one octet: how often 0, how often 1, and which of them last. Counts are kept
// small: the surer side is forgotten down when the other one comes.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace codec::compress::mix {

struct History {
  std::uint8_t zeros = 0;
  std::uint8_t ones = 0;
  std::uint8_t last = 0;  // the last bit, where both have come
  constexpr bool operator==(const History&) const = default;
};

namespace detail {

// The most of one bit that is told apart, by how many of the other have come.
constexpr std::array<std::uint8_t, 6> kMostBeside = {40, 24, 12, 8, 6, 5};
constexpr std::size_t kMostStates = 256;

constexpr History after(History history, int bit) {
  std::uint8_t& same = bit == 0 ? history.zeros : history.ones;
  std::uint8_t& other = bit == 0 ? history.ones : history.zeros;
  ++same;
  // A surprise makes the past count less.
  if (other > 2) other = static_cast<std::uint8_t>(other < 6 ? other - 1 : 4 + other / 8);
  const auto beside = [](std::uint8_t less) {
    return kMostBeside[less < kMostBeside.size() ? less : kMostBeside.size() - 1];
  };
  const std::uint8_t less = same < other ? same : other;
  const std::uint8_t most = beside(less);
  if (same > most) same = most;
  if (other > most) other = most;
  // Coarse steps where a count is high; the way up is then slower than one to one, which only sharpens it.
  history.last = history.zeros != 0 && history.ones != 0 ? static_cast<std::uint8_t>(bit) : std::uint8_t{0};
  return history;
}

struct States {
  std::array<History, kMostStates> histories{};
  std::array<std::array<std::uint8_t, 2>, kMostStates> next{};
  std::size_t count = 0;
};

// All that can be come to from nothing. A history that finds no room any more leads to the nearest smaller one.
constexpr States make_states() {
  States states;
  states.count = 1;
  for (std::size_t at = 0; at < states.count; ++at) {
    for (int bit = 0; bit < 2; ++bit) {
      const History wanted = after(states.histories[at], bit);
      std::size_t found = states.count;
      for (std::size_t i = 0; i < states.count; ++i) {
        if (states.histories[i] == wanted) found = i;
      }
      if (found == kMostStates) found = at;
      if (found == states.count) states.histories[states.count++] = wanted;
      states.next[at][static_cast<std::size_t>(bit)] = static_cast<std::uint8_t>(found);
    }
  }
  return states;
}
inline constexpr States kStates = make_states();

}  // namespace detail

using HistoryState = std::uint8_t;  // 0: nothing has come yet

constexpr HistoryState next_state(HistoryState state, int bit) {
  return detail::kStates.next[state][static_cast<std::size_t>(bit)];
}
constexpr History history_of(HistoryState state) {
  return detail::kStates.histories[state];
}

}  // namespace codec::compress::mix
