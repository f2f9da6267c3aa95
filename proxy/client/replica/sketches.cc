#include "proxy/client/replica/sketches.h"

#include <algorithm>
#include <unordered_map>

#include "codec/content/unwrapper.h"
#include "codec/refer/history.h"

namespace proxy::client::replica {
namespace {

using codec::chunk::Chunk;

constexpr std::size_t kSamples = 32;  // of a small content
constexpr std::size_t kOctetsASample = 32 * 1024;
constexpr std::size_t kSharedSamples = 2;  // that make a likeness, whatever they weigh
constexpr int kHolders = 32;               // of one chunk, the newest: a logo stands in every mail of a sender

// What of the new content lies in each held one.
struct Share {
  std::size_t samples = 0;
  std::size_t octets = 0;
  bool enough() const { return samples >= kSharedSamples || octets >= codec::refer::kLeastAlike; }
};
using Holders = std::unordered_map<std::size_t, std::vector<std::int64_t>>;  // by the chunk's place in the list

Result<Holders> holders_of(Work& work, const Chunks& chunks) {
  Holders holders;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    TRY(work.database().for_each(
        "SELECT content FROM sketches WHERE chunk=? ORDER BY content DESC LIMIT ?",
        [&](booster::sql::Row row) { holders[i].push_back(row.get<std::int64_t>(0)); },
        static_cast<std::int64_t>(chunks[i].id), kHolders));
  }
  return holders;
}

// nullopt: none that both ends have now.
Result<std::optional<sync::ItemKey>> message_of(Work& work, std::int64_t content) {
  std::optional<sync::ItemKey> key;
  TRY(work.database().for_each(
      "SELECT b.server_name,b.server_validity,m.server FROM messages m INDEXED BY messages_content"
      " JOIN mailboxes b ON b.id=m.mailbox WHERE m.content=? AND m.content<>0 AND m.body=? AND m.server IS NOT NULL"
      " AND m.shown=1 AND m.stale=0 AND b.state=0 AND b.server_name IS NOT NULL ORDER BY m.key DESC LIMIT 1",
      [&key](booster::sql::Row row) {
        key = sync::ItemKey{row.get<std::string>(0), {row.get<std::uint32_t>(1)}, {uid_of(row.get<std::int64_t>(2))}};
      },
      content, BodyState::Here));
  return key;
}

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
  return best == shares.end() ? 0 : best->first;
}

bool holds(const std::vector<std::int64_t>& contents, std::int64_t content) {
  return std::find(contents.begin(), contents.end(), content) != contents.end();
}

}  // namespace

namespace {

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

Result<std::vector<Unsketched>> next_unsketched(Work& work, std::size_t limit) {
  std::vector<Unsketched> found;
  TRY(work.database().for_each(
      "SELECT id,digest FROM contents INDEXED BY contents_unsketched WHERE sketched=0"
      " AND size BETWEEN 32768 AND 268435456 ORDER BY id DESC LIMIT ?",
      [&found](booster::sql::Row row) {
        Unsketched& one = found.emplace_back();
        one.id = row.get<std::int64_t>(0);
        const auto digest = row.get<ByteView>(1);
        if (digest.size() == one.digest.size()) std::copy(digest.begin(), digest.end(), one.digest.begin());
      },
      limit));
  return found;
}

Result<> put_sketch(Work& work, const Unsketched& of, const Chunks& sample) {
  TRY(work.database().run("UPDATE contents SET sketched=1 WHERE id=? AND digest=?", of.id, of.digest));
  if (work.database().changes() == 0) return {};
  for (const Chunk& chunk : sample) {
    TRY(work.database().run("INSERT OR IGNORE INTO sketches VALUES(?,?,?)", static_cast<std::int64_t>(chunk.id), of.id,
                            chunk.size));
  }
  return {};
}

Result<std::vector<sync::ItemKey>> find_alike(Work& work, const Chunks& chunks) {
  TRY_ASSIGN(Holders lacking, holders_of(work, chunks));
  std::vector<sync::ItemKey> alike;
  while (alike.size() < codec::refer::kMostWhole) {
    const std::int64_t best = best_of(lacking, chunks);
    if (best == 0) break;
    TRY_ASSIGN(auto key, message_of(work, best));
    if (key) {
      alike.push_back(*std::move(key));
      std::erase_if(lacking, [best](const auto& entry) { return holds(entry.second, best); });
    } else {
      for (auto& [i, contents] : lacking) std::erase(contents, best);
    }
  }
  std::reverse(alike.begin(), alike.end());
  return alike;
}

}  // namespace proxy::client::replica
