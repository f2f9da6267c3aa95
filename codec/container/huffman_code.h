// Canonical Huffman codes from their lengths, to read and to write.                          Source: RFC 1951 §3.2.2
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/container/bits.h"
#include "codec/container/token.h"

namespace codec::container {

constexpr unsigned kMaxCodeLength = 15;

struct CodeLengths {
  std::array<std::uint8_t, 288> literal{};
  std::array<std::uint8_t, 32> distance{};
  bool operator==(const CodeLengths&) const = default;
};
const CodeLengths& fixed_code_lengths();  // RFC 1951 §3.2.6

// Symbols to bits.
struct CodeWords {
  explicit CodeWords(std::span<const std::uint8_t> lengths);
  void put(BitWriter& out, std::size_t symbol) const { out.put(words[symbol], lengths_[symbol]); }
  unsigned length(std::size_t symbol) const { return lengths_[symbol]; }

 private:
  std::array<std::uint16_t, 288> words{};  // bits reversed: the first one is the lowest
  std::array<std::uint8_t, 288> lengths_{};
};

// Bits to symbols.
class CodeReader {
 public:
  static constexpr std::uint16_t kNone = 0xffff;

  // False: more codes than bits allow, or gaps that no single code explains.
  bool build(std::span<const std::uint8_t> lengths);
  // kNone: no such code.
  std::uint16_t read(BitReader& in) const {
    const Entry& entry = table_[in.peek(bits_)];
    in.skip(entry.length);
    return entry.symbol;
  }

 private:
  struct Entry {
    std::uint16_t symbol = kNone;
    std::uint8_t length = 1;
  };
  std::vector<Entry> table_;
  unsigned bits_ = 1;  // of the longest code
};

}  // namespace codec::container
