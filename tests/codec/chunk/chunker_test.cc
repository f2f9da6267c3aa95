#include "codec/chunk/chunker.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace codec::chunk {
namespace {

Bytes random_octets(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Bytes octets(size);
  for (std::byte& octet : octets) octet = static_cast<std::byte>(random());
  return octets;
}

std::set<ChunkId> ids_of(const std::vector<Chunk>& chunks) {
  std::set<ChunkId> ids;
  for (const Chunk& chunk : chunks) ids.insert(chunk.id);
  return ids;
}

TEST(Chunker, ChunksAreWithinTheirLimitsAndMakeTheWhole) {
  const Bytes octets = random_octets(4'000'000, 1);
  const std::vector<Chunk> chunks = chunks_of(octets, 7);
  std::size_t whole = 0;
  for (const Chunk& chunk : chunks) {
    whole += chunk.size;
    EXPECT_LE(chunk.size, kMostChunk);
    if (whole < octets.size()) {
      EXPECT_GT(chunk.size, kLeastChunk);
    }
  }
  EXPECT_EQ(whole, octets.size());
  const std::size_t mean = octets.size() / chunks.size();
  EXPECT_GT(mean, kUsualChunk * 3 / 4);
  EXPECT_LT(mean, kUsualChunk * 3 / 2);
}

TEST(Chunker, WhatIsInsertedInFrontMovesFewCuts) {
  const Bytes octets = random_octets(400'000, 2);
  Bytes longer = random_octets(333, 3);
  longer.insert(longer.end(), octets.begin(), octets.end());
  longer.insert(longer.begin() + 200'000, std::byte{1});
  const std::set<ChunkId> before = ids_of(chunks_of(octets, 7));
  std::size_t kept = 0;
  for (const ChunkId id : ids_of(chunks_of(longer, 7))) kept += before.count(id);
  EXPECT_GE(kept, before.size() - 6);
}

TEST(Chunker, OctetsThatAreAllAlikeAreCutAtTheLimit) {
  const Bytes zeros(100'000);
  const std::vector<Chunk> chunks = chunks_of(zeros, 7);
  ASSERT_EQ(chunks.size(), 4U);
  EXPECT_EQ(chunks[0].size, kMostChunk);
  EXPECT_EQ(chunks[0].id, chunks[1].id);
}

TEST(Chunker, SmallOnesAreOneChunk) {
  EXPECT_TRUE(chunks_of({}, 7).empty());
  EXPECT_EQ(first_chunk(random_octets(1, 4)), 1U);
  EXPECT_EQ(first_chunk(random_octets(kLeastChunk, 4)), kLeastChunk);
}

TEST(Chunker, IdsDependOnKeySizeAndEveryOctet) {
  Bytes octets = random_octets(1000, 5);
  const ChunkId id = chunk_id(octets, 7);
  EXPECT_NE(chunk_id(octets, 8), id);
  EXPECT_NE(chunk_id(ByteView(octets).first(999), 7), id);
  EXPECT_NE(chunk_id(Bytes(8), 7), chunk_id(Bytes(9), 7));
  for (std::size_t at = 0; at < octets.size(); ++at) {
    octets[at] ^= std::byte{1};
    EXPECT_NE(chunk_id(octets, 7), id) << at;
    octets[at] ^= std::byte{1};
  }
}

}  // namespace
}  // namespace codec::chunk
