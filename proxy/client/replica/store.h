// The two databases and the content files of an account, on its thread. Internal to this folder.
#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "booster/disk/reserve_file.h"
#include "booster/sql/database.h"
#include "proxy/client/replica/contents.h"
#include "proxy/queue/commit_queue.h"
#include "proxy/queue/journal.h"

namespace proxy::client::replica {

class Store {
 public:
  struct Options {
    booster::disk::Path directory;
    std::string vfs;
    std::uint64_t reserve_bytes = 0;
  };
  // Errors  as Replica::open
  static Result<std::unique_ptr<Store>> open(const Options& options, booster::disk::Disk& disk,
                                             queue::SerialThread& thread);

  queue::Journal& journal() { return journal_; }
  booster::sql::Database& database() { return *database_; }
  Contents& contents() { return contents_; }
  queue::CommitQueue& commits() { return *commits_; }
  bool rebuilt() const { return rebuilt_; }
  // For what a user sends or keeps when the disk is full. true: worth one more try.
  bool free_reserve() { return reserve_.give_up().value_or(false); }

  // A job met corrupt bytes of replica.db: the next start builds it anew.
  void mark_broken();

 private:
  Store(queue::Journal journal, booster::disk::Disk& disk, const Options& options);
  Result<> open_replica(const Options& options);
  Result<> try_open_replica(const Options& options);
  Result<> put_aside();
  Result<> catch_up();

  booster::disk::Disk& disk_;
  booster::disk::Path directory_;
  queue::Journal journal_;
  std::optional<booster::sql::Database> database_;
  Contents contents_;
  booster::disk::ReserveFile reserve_;
  std::unique_ptr<queue::CommitQueue> commits_;
  bool rebuilt_ = false;
};

}  // namespace proxy::client::replica
