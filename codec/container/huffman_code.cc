#include "codec/container/huffman_code.h"

#include <algorithm>

namespace codec::container {
namespace {

struct FirstCodes {
  std::array<std::uint32_t, kMaxCodeLength + 2> next{};
  std::array<std::uint32_t, kMaxCodeLength + 1> count{};
  explicit FirstCodes(std::span<const std::uint8_t> lengths) {
    for (const std::uint8_t length : lengths) ++count[length];
    count[0] = 0;
    for (unsigned bits = 1; bits <= kMaxCodeLength; ++bits) next[bits] = (next[bits - 1] + count[bits - 1]) << 1;
  }
};

std::uint32_t reversed(std::uint32_t code, unsigned length) {
  std::uint32_t out = 0;
  for (unsigned i = 0; i < length; ++i) out |= ((code >> i) & 1U) << (length - 1 - i);
  return out;
}

}  // namespace

const CodeLengths& fixed_code_lengths() {
  static const CodeLengths lengths = [] {
    CodeLengths fixed;
    for (std::size_t i = 0; i < 288; ++i) {
      fixed.literal[i] = static_cast<std::uint8_t>(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    }
    fixed.distance.fill(5);
    return fixed;
  }();
  return lengths;
}

CodeWords::CodeWords(std::span<const std::uint8_t> lengths) {
  FirstCodes first(lengths);
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    const unsigned length = lengths[symbol];
    lengths_[symbol] = static_cast<std::uint8_t>(length);
    if (length > 0) words[symbol] = static_cast<std::uint16_t>(reversed(first.next[length]++, length));
  }
}

bool CodeReader::build(std::span<const std::uint8_t> lengths) {
  FirstCodes first(lengths);
  std::int64_t free = 1;
  std::size_t used = 0;
  bits_ = 1;
  for (unsigned bits = 1; bits <= kMaxCodeLength; ++bits) {
    free = free * 2 - first.count[bits];
    if (free < 0) return false;
    used += first.count[bits];
    if (first.count[bits] > 0) bits_ = bits;
  }
  if (free > 0 && used > 1) return false;
  table_.assign(std::size_t{1} << bits_, Entry{});
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    const unsigned length = lengths[symbol];
    if (length == 0) continue;
    const std::uint32_t code = reversed(first.next[length]++, length);
    for (std::size_t at = code; at < table_.size(); at += std::size_t{1} << length) {
      table_[at] = {static_cast<std::uint16_t>(symbol), static_cast<std::uint8_t>(length)};
    }
  }
  return true;
}

}  // namespace codec::container
