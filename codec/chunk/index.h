// Index: whose octets hold which chunks. Finds what a new item repeats.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "codec/chunk/chunker.h"

namespace codec::chunk {

using Owner = std::uint64_t;  // a held item, by its owner's number

//   Limits  about 50 octets a chunk, so 1 % of what is held; kMostOwners owners of one chunk, the newest
class Index {
 public:
  static constexpr std::size_t kMostOwners = 8;

  void add(Owner owner, const std::vector<Chunk>& chunks);
  void remove(Owner owner);
  bool empty() const { return owners_.empty(); }
  std::size_t size() const { return size_; }  // chunks, each counted for each of its owners

  // The owners that together hold the most of `item`, the best one first, each with at least `least` octets that those
  // before it lack.
  std::vector<Owner> cover(const std::vector<Chunk>& item, const std::function<bool(Owner)>& permitted,
                           std::size_t least, std::size_t most_owners) const;

 private:
  std::unordered_map<ChunkId, std::vector<Owner>> owners_;           // oldest first
  std::unordered_map<Owner, std::vector<ChunkId>> chunks_of_owner_;  // each once
  std::size_t size_ = 0;
};

}  // namespace codec::chunk
