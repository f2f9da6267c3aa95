#include "tests/sim/tcp/segment.h"

#include <algorithm>
#include <cstring>

namespace sim::tcp {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t index) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + index * kWord, kWord);
  return word;
}

void put_word(std::span<std::byte> into, std::size_t index, std::uint64_t word) {
  std::memcpy(into.data() + index * kWord, &word, kWord);
}

}  // namespace

void encode_segment(std::uint64_t number, std::span<std::byte> into) {
  std::memset(into.data(), 0, kSegment);
  put_word(into, 0, number);
}

std::optional<std::uint64_t> decode_segment(std::span<const std::byte> bytes) {
  if (bytes.size() != kSegment) return std::nullopt;
  return word_at(bytes, 0);
}

std::size_t encode_ack(const Ack& ack, std::span<std::byte> into) {
  put_word(into, 0, ack.cumulative);
  std::size_t words = 1;
  for (const Range& range : ack.ranges) {
    put_word(into, words++, range.first);
    put_word(into, words++, range.end);
  }
  return words * kWord;
}

std::optional<Ack> decode_ack(std::span<const std::byte> bytes) {
  const std::size_t words = bytes.size() / kWord;
  if (words == 0 || bytes.size() % kWord != 0 || words % 2 == 0) return std::nullopt;
  Ack ack{word_at(bytes, 0)};
  for (std::size_t i = 1; i < words; i += 2) {
    const Range range{word_at(bytes, i), word_at(bytes, i + 1)};
    if (range.end <= range.first) return std::nullopt;
    ack.ranges.push_back(range);
  }
  return ack;
}

}  // namespace sim::tcp
