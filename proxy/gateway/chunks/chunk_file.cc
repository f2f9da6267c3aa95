#include "proxy/gateway/chunks/chunk_file.h"

#include <algorithm>
#include <system_error>

#include "booster/crypto/random.h"
#include "booster/sql/migrate.h"

namespace proxy::gateway::chunks {

namespace sql = booster::sql;
using codec::refer::Traits;
using codec::repeat::Outline;
using codec::repeat::Source;

namespace {

// item.id rises in time. Chunks of an item that is gone stay until they are many: an index by item would double the
// file.
constexpr sql::Step kChunkSteps[] = {{R"sql(
CREATE TABLE meta(
  id INTEGER PRIMARY KEY CHECK(id = 1), key INTEGER NOT NULL, outlines INTEGER NOT NULL, rows INTEGER NOT NULL,
  orphans INTEGER NOT NULL);
CREATE TABLE item(
  id INTEGER PRIMARY KEY AUTOINCREMENT, mailbox TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL,
  chunks INTEGER NOT NULL, traits BLOB NOT NULL, UNIQUE(mailbox, uid_validity, uid));
CREATE TABLE chunk(
  id INTEGER NOT NULL, item INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(id, item)) WITHOUT ROWID;
)sql"}};
constexpr sql::Schema kChunkSchema{sql::make_application_id("PBck"), kChunkSteps};
constexpr std::int64_t kOutlines = 1;    // rises when an outline of the same octets becomes another
constexpr std::size_t kShortChunk = 64;  // octets: what repeats it costs as much as it

constexpr std::uint64_t kFewOrphans = 10'000;
constexpr std::uint64_t kAtOnce = 16;  // this part of all goes when there are too many

std::int64_t stored(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

bool is_short(const codec::repeat::Place& place) {
  return place.chunk.size < kShortChunk;
}

sync::ItemKey key_in(sql::Row row, int from) {
  return {row.get<std::string>(from), {row.get<std::uint32_t>(from + 1)}, {row.get<std::uint32_t>(from + 2)}};
}

}  // namespace

Result<ChunkFile> ChunkFile::begin(const std::filesystem::path& path) {
  sql::Options options;
  options.durability = sql::Durability::Normal;
  TRY_ASSIGN(sql::Database database, sql::Database::open(path, options));
  TRY(sql::migrate(database, kChunkSchema));
  ChunkFile file(std::move(database));
  TRY(file.read_meta());
  return file;
}

Result<ChunkFile> ChunkFile::open(const std::filesystem::path& path) {
  Result<ChunkFile> opened = begin(path);
  if (opened) return opened;
  const Errc why = opened.error().code;
  if (why != Errc::Corrupt && why != Errc::Unsupported) return opened;
  for (const char* const part : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(path.string() + part, ignored);
  }
  return begin(path);
}

Result<> ChunkFile::read_meta() {
  std::int64_t outlines = 0;
  const auto take = [&](sql::Row row) {
    key_ = static_cast<std::uint64_t>(row.get<std::int64_t>(0));
    outlines = row.get<std::int64_t>(1);
    rows_ = row.get<std::uint64_t>(2);
    orphans_ = row.get<std::uint64_t>(3);
  };
  TRY(database_.for_each("SELECT key, outlines, rows, orphans FROM meta", take));
  if (outlines == kOutlines) return {};
  if (outlines != 0) return fail(Errc::Unsupported, "chunks: of another kind of outlines");
  key_ = booster::crypto::random_u64();
  return database_.run("INSERT INTO meta VALUES(1, ?, ?, 0, 0)", stored(key_), kOutlines);
}

Result<Found> ChunkFile::find(const Outline& item) {
  Found found;
  for (std::size_t i = 0; i < item.places.size(); ++i) {
    if (is_short(item.places[i])) continue;
    const auto take = [&found, i](sql::Row row) {
      const auto holder = static_cast<Source>(row.get<std::int64_t>(0));
      found.matches.push_back({i, holder, row.get<std::uint64_t>(1)});
      found.holders[holder];
    };
    TRY(database_.for_each("SELECT item, at FROM chunk WHERE id = ? ORDER BY item DESC LIMIT ?", take,
                           stored(item.places[i].chunk.id), kMostHolders));
  }
  for (auto holder = found.holders.begin(); holder != found.holders.end();) {
    bool here = false;
    Result<> read;
    const auto take = [&](sql::Row row) {
      here = true;
      holder->second.key = key_in(row, 0);
      auto traits = codec::refer::decode_traits(row.get<ByteView>(3));
      if (!traits) {
        read = tl::unexpected(traits.error());
        return;
      }
      holder->second.traits = *std::move(traits);
    };
    TRY(database_.for_each("SELECT mailbox, uid_validity, uid, traits FROM item WHERE id = ?", take,
                           stored(holder->first)));
    TRY(read);
    holder = here ? std::next(holder) : found.holders.erase(holder);
  }
  std::erase_if(found.matches, [&found](const auto& match) { return !found.holders.contains(match.source); });
  return found;
}

Result<bool> ChunkFile::knows(const sync::ItemKey& key) {
  TRY_ASSIGN(const auto id,
             database_.one<std::int64_t>("SELECT id FROM item WHERE mailbox = ? AND uid_validity = ? AND uid = ?",
                                         key.mailbox, key.uid_validity.value, key.uid.value));
  return id.has_value();
}

Result<> ChunkFile::add(const sync::ItemKey& key, const Outline& item, const Traits& traits) {
  TRY_ASSIGN(const bool known, knows(key));
  if (known) return {};
  if (rows_ + item.places.size() > kMostChunks) TRY(forget_oldest());
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  TRY(database_.run("INSERT INTO item(mailbox, uid_validity, uid, chunks, traits) VALUES(?, ?, ?, 0, ?)", key.mailbox,
                    key.uid_validity.value, key.uid.value, codec::refer::encode_traits(traits)));
  const std::int64_t id = database_.last_row_id();
  std::uint64_t added = 0;
  for (const codec::repeat::Place& place : item.places) {
    if (is_short(place)) continue;
    TRY(database_.run("INSERT OR IGNORE INTO chunk VALUES(?, ?, ?)", stored(place.chunk.id), id, place.at));
    added += static_cast<std::uint64_t>(database_.changes());
  }
  TRY(database_.run("UPDATE item SET chunks = ? WHERE id = ?", added, id));
  TRY(database_.run("UPDATE meta SET rows = rows + ?", added));
  TRY(transaction.commit());
  rows_ += added;
  return {};
}

Result<> ChunkFile::forget_item(std::int64_t item, std::uint64_t chunks) {
  TRY(database_.run("DELETE FROM item WHERE id = ?", item));
  TRY(database_.run("UPDATE meta SET orphans = orphans + ?", chunks));
  orphans_ += chunks;
  return {};
}

Result<> ChunkFile::forget(const std::vector<sync::ItemKey>& keys) {
  for (const sync::ItemKey& key : keys) {
    std::optional<std::pair<std::int64_t, std::uint64_t>> item;
    const auto take = [&item](sql::Row row) { item = {row.get<std::int64_t>(0), row.get<std::uint64_t>(1)}; };
    TRY(database_.for_each("SELECT id, chunks FROM item WHERE mailbox = ? AND uid_validity = ? AND uid = ?", take,
                           key.mailbox, key.uid_validity.value, key.uid.value));
    if (item) TRY(forget_item(item->first, item->second));
  }
  return orphans_ > kFewOrphans && orphans_ > rows_ / 4 ? purge() : Result<>();
}

Result<> ChunkFile::keep_only(const std::string& mailbox, sync::UidValidity uid_validity,
                              const std::vector<std::uint32_t>& uids) {
  std::vector<sync::ItemKey> gone;
  const auto take = [&](sql::Row row) {
    sync::ItemKey key = key_in(row, 0);
    const bool there = key.uid_validity == uid_validity && std::binary_search(uids.begin(), uids.end(), key.uid.value);
    if (!there) gone.push_back(std::move(key));
  };
  TRY(database_.for_each("SELECT mailbox, uid_validity, uid FROM item WHERE mailbox = ?", take, mailbox));
  return forget(gone);
}

Result<> ChunkFile::forget_oldest() {
  std::vector<std::pair<std::int64_t, std::uint64_t>> oldest;
  std::uint64_t chunks = 0;
  const auto take = [&](sql::Row row) {
    if (chunks >= kMostChunks / kAtOnce) return;
    oldest.emplace_back(row.get<std::int64_t>(0), row.get<std::uint64_t>(1));
    chunks += oldest.back().second;
  };
  TRY(database_.for_each("SELECT id, chunks FROM item ORDER BY id", take));
  for (const auto& [id, its] : oldest) TRY(forget_item(id, its));
  return purge();
}

Result<> ChunkFile::purge() {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  TRY(database_.run("DELETE FROM chunk WHERE item NOT IN (SELECT id FROM item)"));
  const auto gone = static_cast<std::uint64_t>(database_.changes());
  TRY(database_.run("UPDATE meta SET rows = rows - ?, orphans = 0", gone));
  TRY(transaction.commit());
  rows_ -= gone;
  orphans_ = 0;
  return {};
}

}  // namespace proxy::gateway::chunks
