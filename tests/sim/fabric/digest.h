// A running hash of everything that happened: two runs are the same if and only if (but for 2^-64) it is.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace sim {

class Digest {
 public:
  void add(std::uint64_t word) {
    state_ = (state_ ^ word) * kFactor;
    state_ ^= state_ >> 29U;
  }
  // Four lanes: one chain of multiplications through all bytes would cost more than the rest of the network.
  void add(std::span<const std::byte> bytes) {
    add(bytes.size());
    std::array<std::uint64_t, 4> lanes{1, 2, 3, 4};
    for (; bytes.size() >= sizeof lanes; bytes = bytes.subspan(sizeof lanes)) {
      std::array<std::uint64_t, 4> words;
      std::memcpy(words.data(), bytes.data(), sizeof words);
      for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = std::rotl((lanes[i] ^ words[i]) * kFactor, 31);
    }
    std::array<std::uint64_t, 4> rest{};
    if (!bytes.empty()) std::memcpy(rest.data(), bytes.data(), bytes.size());
    for (std::size_t i = 0; i < lanes.size(); ++i) add(lanes[i] ^ std::rotl(rest[i], 17));
  }
  std::uint64_t value() const { return state_; }

 private:
  static constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15U;

  std::uint64_t state_ = 0x6a09e667f3bcc908U;
};

}  // namespace sim
