#include "proxy/client/replica/sketches.h"

#include <algorithm>

namespace proxy::client::replica {
namespace {

using codec::chunk::Chunk;

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

}  // namespace

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
  TRY_ASSIGN(Holders holders, holders_of(work, chunks));
  std::vector<sync::ItemKey> alike;
  const auto usable = [&](std::int64_t content) -> Result<bool> {
    TRY_ASSIGN(auto key, message_of(work, content));
    if (!key) return false;
    alike.push_back(*std::move(key));
    return true;
  };
  TRY(cover(std::move(holders), chunks, usable));
  std::reverse(alike.begin(), alike.end());
  return alike;
}

}  // namespace proxy::client::replica
