// ChunkFile: where the chunks of a user's mail lie: chunk -> mailbox, UID, place in the content. What a new mail
// repeats is found there, over restarts. No octet of any mail and no name of anybody is in it: chunks, ids and
// addresses are keyed hashes. It may be deleted: what is held is looked at again, over the LAN.             Source:
// codec/repeat/REPEATS.md §4
#pragma once
#include <filesystem>
#include <map>

#include "booster/sql/database.h"
#include "codec/refer/traits.h"
#include "codec/repeat/find.h"
#include "proxy/sync/items.h"

namespace proxy::gateway::chunks {

// Of one user: those of some 60 GiB of mail, in 400 MB; the oldest items go.
constexpr std::uint64_t kMostChunks = 12'000'000;
constexpr int kMostHolders = 8;  // of one chunk, the newest

// A mail that holds some of what was asked for.
struct Holder {
  sync::ItemKey key;
  codec::refer::Traits traits;  // sealed (refer/traits.h), without chunks
};
struct Found {
  std::vector<codec::repeat::Match> matches;  // as repeats_in() has them
  std::map<codec::repeat::Source, Holder> holders;
};

// Blocking. A power cut may take back what was added last.
//   Errors  those of booster::sql
//   Limits  about 22 octets a chunk, .5 % of the mail
class ChunkFile {
 public:
  // `path`, made where there is none. One that is broken, or of another version of outlines, is begun anew.
  static Result<ChunkFile> open(const std::filesystem::path& path);

  std::uint64_t key() const { return key_; }  // of chunks and of what is sealed
  Result<Found> find(const codec::repeat::Outline& item);
  // Nothing where it is known: a mail's octets never change.
  Result<> add(const sync::ItemKey& key, const codec::repeat::Outline& item, const codec::refer::Traits& traits);
  Result<bool> knows(const sync::ItemKey& key);
  Result<> forget(const std::vector<sync::ItemKey>& keys);
  // Of this mailbox these messages, rising, are all there are.
  Result<> keep_only(const std::string& mailbox, sync::UidValidity uid_validity,
                     const std::vector<std::uint32_t>& uids);
  std::uint64_t chunks() const { return rows_; }  // each counted for each of its holders

 private:
  explicit ChunkFile(booster::sql::Database database) : database_(std::move(database)) {}
  static Result<ChunkFile> begin(const std::filesystem::path& path);
  Result<> read_meta();
  Result<> forget_item(std::int64_t item, std::uint64_t chunks);
  Result<> forget_oldest();
  Result<> purge();

  booster::sql::Database database_;
  std::uint64_t key_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t orphans_ = 0;  // rows of items that were forgotten
};

}  // namespace proxy::gateway::chunks
