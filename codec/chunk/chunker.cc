#include "codec/chunk/chunker.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace codec::chunk {
namespace {

// The rolling hash is shifted once an octet, so its top bits hold what the last 64 octets were. A chunk ends where so
// many of them are zero: more before the usual size, fewer behind it, which keeps most chunks near that size.
constexpr unsigned kBitsBefore = 14;
constexpr unsigned kBitsBehind = 10;
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

constexpr std::uint64_t scramble(std::uint64_t value) {
  value = (value ^ value >> 30U) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27U) * 0x94d049bb133111eb;
  return value ^ value >> 31U;
}

constexpr std::array<std::uint64_t, 256> make_gear() {
  std::array<std::uint64_t, 256> gear{};
  for (std::size_t i = 0; i < gear.size(); ++i) gear[i] = scramble((i + 1) * kGolden);
  return gear;
}
constexpr std::array<std::uint64_t, 256> kGear = make_gear();

// The first place in [at, end) behind which the hash has so many zeros on top, else `end`.
std::size_t find_cut(ByteView octets, std::size_t at, std::size_t end, unsigned bits, std::uint64_t& hash) {
  const std::uint64_t limit = std::uint64_t{1} << (64 - bits);
  std::uint64_t rolling = hash;
  for (; at < end; ++at) {
    rolling = (rolling << 1U) + kGear[std::to_integer<std::size_t>(octets[at])];
    if (rolling < limit) return at + 1;
  }
  hash = rolling;
  return 0;
}

// Both halves of the product of two 64-bit numbers, folded.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

std::uint64_t word_at(ByteView octets, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, octets.data() + at, std::min(sizeof word, octets.size() - at));
  return word;
}

}  // namespace

std::size_t first_chunk(ByteView octets) {
  if (octets.size() <= kLeastChunk) return octets.size();
  const std::size_t usual = std::min(octets.size(), kUsualChunk);
  const std::size_t most = std::min(octets.size(), kMostChunk);
  std::uint64_t hash = 0;
  if (const std::size_t cut = find_cut(octets, kLeastChunk, usual, kBitsBefore, hash); cut > 0) return cut;
  if (const std::size_t cut = find_cut(octets, usual, most, kBitsBehind, hash); cut > 0) return cut;
  return most;
}

ChunkId chunk_id(ByteView chunk, std::uint64_t key) {
  std::uint64_t hash = scramble(key ^ chunk.size());
  std::size_t at = 0;
  for (; at + 16 <= chunk.size(); at += 16) {
    hash = fold(word_at(chunk, at) ^ hash, word_at(chunk, at + 8) ^ key ^ kGolden);
  }
  for (; at < chunk.size(); at += 8) hash = fold(word_at(chunk, at) ^ hash, key ^ kGolden);
  return scramble(hash);
}

std::vector<Chunk> chunks_of(ByteView octets, std::uint64_t key) {
  std::vector<Chunk> chunks;
  while (!octets.empty()) {
    const std::size_t size = first_chunk(octets);
    chunks.push_back({chunk_id(octets.first(size), key), static_cast<std::uint32_t>(size)});
    octets = octets.subspan(size);
  }
  return chunks;
}

}  // namespace codec::chunk
