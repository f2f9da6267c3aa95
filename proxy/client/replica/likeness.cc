#include "proxy/client/replica/likeness.h"

#include <algorithm>

#include "codec/content/unwrapper.h"
#include "codec/refer/history.h"

namespace proxy::client::replica {
namespace {

using codec::chunk::Chunk;

constexpr std::size_t kSamples = 32;  // of a small content
constexpr std::size_t kOctetsASample = 32 * 1024;
constexpr std::size_t kSharedSamples = 2;  // that make a likeness, whatever they weigh

// What of the new content lies in each held one.
struct Share {
  std::size_t samples = 0;
  std::size_t octets = 0;
  bool enough() const { return samples >= kSharedSamples || octets >= codec::refer::kLeastAlike; }
};
// The content that holds most of what is lacking. Of equals the newest.
std::int64_t best_of(const Holders& lacking, const Chunks& chunks) {
  std::unordered_map<std::int64_t, Share> shares;
  for (const auto& [i, contents] : lacking) {
    for (const std::int64_t content : contents) {
      ++shares[content].samples;
      shares[content].octets += chunks[i].size;
    }
  }
  std::erase_if(shares, [](const auto& share) { return !share.second.enough(); });
  const auto best = std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
    return a.second.octets != b.second.octets ? a.second.octets < b.second.octets : a.first < b.first;
  });
  return best == shares.end() ? kNoContent : best->first;
}

bool holds(const std::vector<std::int64_t>& contents, std::int64_t content) {
  return std::find(contents.begin(), contents.end(), content) != contents.end();
}

Chunks distinct(Chunks chunks) {
  const auto by_id = [](const Chunk& a, const Chunk& b) { return a.id < b.id; };
  const auto same_id = [](const Chunk& a, const Chunk& b) { return a.id == b.id; };
  std::sort(chunks.begin(), chunks.end(), by_id);
  chunks.erase(std::unique(chunks.begin(), chunks.end(), same_id), chunks.end());
  return chunks;
}

}  // namespace

Chunks distinct_chunks(ByteView mail) {
  const Bytes content = codec::content::content_of(mail, static_cast<std::size_t>(kMostOpened));
  return distinct(codec::chunk::chunks_of(content, kSketchKey));
}

Chunks distinct_chunks(const codec::repeat::Outline& mail) {
  Chunks chunks;
  for (const codec::repeat::Place& place : mail.places) chunks.push_back(place.chunk);
  return distinct(std::move(chunks));
}

Chunks sample_of(Chunks chunks) {
  std::size_t octets = 0;
  for (const Chunk& chunk : chunks) octets += chunk.size;
  const std::size_t most = kSamples + octets / kOctetsASample;
  for (std::uint64_t bit = 1; chunks.size() > most && bit != 0; bit <<= 1U) {
    std::erase_if(chunks, [bit](const Chunk& chunk) { return (chunk.id & bit) != 0; });
  }
  return chunks;
}

Result<std::vector<std::int64_t>> cover(Holders lacking, const Chunks& chunks,
                                        const std::function<Result<bool>(std::int64_t)>& usable) {
  std::vector<std::int64_t> chosen;
  while (chosen.size() < codec::refer::kMostWhole) {
    const std::int64_t best = best_of(lacking, chunks);
    if (best == kNoContent) break;
    TRY_ASSIGN(const bool there, usable(best));
    if (there) {
      chosen.push_back(best);
      std::erase_if(lacking, [best](const auto& entry) { return holds(entry.second, best); });
    } else {
      for (auto& [i, contents] : lacking) std::erase(contents, best);
    }
  }
  return chosen;
}

}  // namespace proxy::client::replica
