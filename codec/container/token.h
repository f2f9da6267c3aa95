// The words of a deflate stream: tokens, and the alphabets they are written in.           Source: RFC 1951 §3.2.5
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace codec::container {

constexpr std::size_t kLiteralCodes = 286;
constexpr std::size_t kDistanceCodes = 30;
constexpr std::size_t kLengthCodes = 19;  // the alphabet that code lengths are written in
constexpr std::size_t kEndOfBlock = 256;

struct Token {
  std::uint16_t value = 0;     // distance 0: the octet; else the length
  std::uint16_t distance = 0;  // 1..32768
  bool is_match() const { return distance != 0; }
  std::size_t size() const { return is_match() ? value : 1; }
  bool operator==(const Token&) const = default;
};

struct Symbol {
  std::uint16_t code;
  std::uint16_t base;
  std::uint8_t extra;  // bits behind the code
};

constexpr std::array<Symbol, 29> kLengthSymbols = [] {
  std::array<Symbol, 29> symbols{};
  std::uint16_t base = 3;
  for (std::uint16_t i = 0; i < 28; ++i) {
    const auto extra = static_cast<std::uint8_t>(i < 8 ? 0 : i / 4 - 1);
    symbols[i] = {static_cast<std::uint16_t>(257 + i), base, extra};
    base = static_cast<std::uint16_t>(base + (1U << extra));
  }
  symbols[28] = {285, 258, 0};
  return symbols;
}();

constexpr std::array<Symbol, kDistanceCodes> kDistanceSymbols = [] {
  std::array<Symbol, kDistanceCodes> symbols{};
  std::uint32_t base = 1;
  for (std::uint16_t i = 0; i < kDistanceCodes; ++i) {
    const auto extra = static_cast<std::uint8_t>(i < 4 ? 0 : i / 2 - 1);
    symbols[i] = {i, static_cast<std::uint16_t>(base), extra};
    base += 1U << extra;
  }
  return symbols;
}();

// By length - 3.
constexpr std::array<std::uint8_t, 256> kSymbolOfLength = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::uint8_t i = 0; i < 29; ++i) {
    for (std::size_t at = kLengthSymbols[i].base - 3U; at < 256; ++at) table[at] = i;
  }
  return table;
}();

// Distances up to 256 each for itself, those above by their high bits.
constexpr std::array<std::uint8_t, 512> kSymbolOfDistance = [] {
  std::array<std::uint8_t, 512> table{};
  for (std::uint8_t i = 0; i < kDistanceCodes; ++i) {
    for (std::size_t d = kDistanceSymbols[i].base; d <= 256; ++d) table[d - 1] = i;
    if (kDistanceSymbols[i].base > 256) {
      for (std::size_t at = 256 + ((kDistanceSymbols[i].base - 1U) >> 7); at < 512; ++at) table[at] = i;
    }
  }
  return table;
}();

constexpr const Symbol& length_symbol(std::size_t length) {
  return kLengthSymbols[kSymbolOfLength[length - 3]];
}
constexpr const Symbol& distance_symbol(std::size_t distance) {
  const std::size_t d = distance - 1;
  return kDistanceSymbols[kSymbolOfDistance[d < 256 ? d : 256 + (d >> 7)]];
}

// How often each symbol stands in a block; the end of the block counts.
struct Frequencies {
  std::array<std::uint32_t, kLiteralCodes> literal{};
  std::array<std::uint32_t, kDistanceCodes> distance{};
  Frequencies() { literal[kEndOfBlock] = 1; }
  void add(const Token& token) {
    if (token.is_match()) {
      ++literal[length_symbol(token.value).code];
      ++distance[distance_symbol(token.distance).code];
    } else {
      ++literal[token.value];
    }
  }
};

}  // namespace codec::container
