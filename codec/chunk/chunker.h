// Content-defined chunks: octets are cut where they say so themselves, so what is inserted in front moves no later cut,
// and two files that share a page share the chunks of it.            Source: FastCDC (Xia et al., USENIX ATC 2016) §3
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/base/bytes.h"

namespace codec::chunk {

constexpr std::size_t kLeastChunk = 1024;
constexpr std::size_t kUsualChunk = 4 * 1024;
constexpr std::size_t kMostChunk = 32 * 1024;

// Where the first chunk of `octets` ends: kLeastChunk to kMostChunk, or all of them where there are fewer.
std::size_t first_chunk(ByteView octets);

// A keyed hash: equal octets, equal ids. Enough to look for a likeness with, no proof of one.
using ChunkId = std::uint64_t;

struct Chunk {
  ChunkId id;
  std::uint32_t size;
  bool operator==(const Chunk&) const = default;
};

//   key  the user's: nobody else's ids can be guessed from one's own
ChunkId chunk_id(ByteView chunk, std::uint64_t key);
std::vector<Chunk> chunks_of(ByteView octets, std::uint64_t key);

}  // namespace codec::chunk
