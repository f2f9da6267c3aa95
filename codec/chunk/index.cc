#include "codec/chunk/index.h"

#include <algorithm>

namespace codec::chunk {

void Index::add(Owner owner, const std::vector<Chunk>& chunks) {
  remove(owner);
  std::vector<ChunkId>& mine = chunks_of_owner_[owner];
  for (const Chunk& chunk : chunks) {
    std::vector<Owner>& owners = owners_[chunk.id];
    if (!owners.empty() && owners.back() == owner) continue;  // twice in one item
    if (owners.size() >= kMostOwners) owners.erase(owners.begin());
    owners.push_back(owner);
    mine.push_back(chunk.id);
  }
  size_ += mine.size();
}

void Index::remove(Owner owner) {
  const auto found = chunks_of_owner_.find(owner);
  if (found == chunks_of_owner_.end()) return;
  for (const ChunkId id : found->second) {
    const auto entry = owners_.find(id);
    if (entry == owners_.end()) continue;
    std::erase(entry->second, owner);
    if (entry->second.empty()) owners_.erase(entry);
  }
  size_ -= found->second.size();
  chunks_of_owner_.erase(found);
}

std::vector<Owner> Index::cover(const std::vector<Chunk>& item, const std::function<bool(Owner)>& permitted,
                                std::size_t least, std::size_t most_owners) const {
  std::unordered_map<ChunkId, std::size_t> lacking;  // octets
  for (const Chunk& chunk : item) {
    if (owners_.count(chunk.id) > 0) lacking[chunk.id] += chunk.size;
  }
  std::vector<Owner> chosen;
  while (chosen.size() < most_owners) {
    std::unordered_map<Owner, std::size_t> shares;
    for (const auto& [id, octets] : lacking) {
      for (const Owner owner : owners_.at(id)) shares[owner] += octets;
    }
    std::erase_if(shares, [&](const auto& share) { return share.second < least || !permitted(share.first); });
    // Of equals the newest: most of the rest is likely to be like it too.
    const auto best = std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second < b.second : a.first < b.first;
    });
    if (best == shares.end()) break;
    chosen.push_back(best->first);
    for (const ChunkId id : chunks_of_owner_.at(best->first)) lacking.erase(id);
  }
  return chosen;
}

}  // namespace codec::chunk
