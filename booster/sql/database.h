// The one SQLite wrapper. Blocking; a Database belongs to one thread (or SerialThread) at a time.
//
// One read-write connection per file, on one thread, which alone checkpoints: SQLite before 3.51.3 can lose committed
// pages when two connections checkpoint and reset one WAL at the same moment. open() enforces it with a lock file.
//   Errors  Full: disk, quota · Corrupt: not a database, or broken · Conflict: constraint, or opened elsewhere
//           Io: the system, or busy · Limit: a value too big · Denied: read-only. `what` names the file, never a value
#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "booster/sql/statement.h"

namespace booster::sql {

enum class Durability {
  Full,    // a committed transaction survives a power cut
  Normal,  // a power cut may take the last ones back, never out of order: for what can be rebuilt
};

struct Options {
  Durability durability = Durability::Full;
  bool read_only = false;  // beside the one writer; may neither create nor checkpoint
  bool create = true;
  std::chrono::milliseconds busy_timeout{5000};  // a reader can make the writer wait only at a checkpoint
  std::size_t cache_bytes = 2u << 20;            // per connection; a gateway has one per user
  int checkpoint_pages = 1000;                   // WAL frames after which a commit checkpoints; 0: only checkpoint()
  std::string vfs = {};                          // empty: the system's; a FaultVfs's name in tests
};

struct Checkpoint {
  int frames = 0;  // in the WAL before
  int moved = 0;   // of them now in the database
};

class Database {
 public:
  // New files get mode 0600. Foreign keys on, trusted_schema off, cell_size_check on, secure_delete on, mmap off,
  // temporary tables in memory, double-quoted strings refused.
  static Result<Database> open(const std::filesystem::path& path, const Options& options = {});
  static Result<Database> open_in_memory();

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();  // statements must be gone; the writer checkpoints

  // A statement from the cache, prepared when it is not there; the same text may be on loan more than once.
  Result<Statement> prepared(std::string_view sql);

  // One statement, cached.
  template <class... Args>
  Result<> run(std::string_view sql, const Args&... args);
  template <class F, class... Args>
  Result<> for_each(std::string_view sql, F&& fn, const Args&... args);
  template <class T, class... Args>
  Result<std::optional<T>> one(std::string_view sql, const Args&... args);

  Result<> run_script(std::string_view sql);  // several statements without parameters, not cached

  std::int64_t last_row_id() const;
  std::int64_t changes() const;  // rows the last statement changed
  bool in_transaction() const;

  Result<Checkpoint> checkpoint(bool truncate = false);  // false: as far as readers let it
  Result<> quick_check();                                // Corrupt with SQLite's first complaint
  Result<> copy_to(const std::filesystem::path& path);   // a compacted copy, durable when it returns
  void interrupt();  // from any thread, while the object lives: the running statement ends in Cancelled

  const std::string& name() const;  // the file's last path component
  std::filesystem::path path() const;

 private:
  explicit Database(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

// BEGIN IMMEDIATE; rolled back in the destructor unless committed. Does not nest.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // On error nothing of it is to be seen; after a failed sync a crash may yet bring it back, whole.
  Result<> commit();
  void roll_back();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // nullptr: over
};

template <class... Args>
Result<> Database::run(std::string_view sql, const Args&... args) {
  TRY_ASSIGN(Statement statement, prepared(sql));
  return statement.run(args...);
}

template <class F, class... Args>
Result<> Database::for_each(std::string_view sql, F&& fn, const Args&... args) {
  TRY_ASSIGN(Statement statement, prepared(sql));
  return statement.for_each(std::forward<F>(fn), args...);
}

template <class T, class... Args>
Result<std::optional<T>> Database::one(std::string_view sql, const Args&... args) {
  TRY_ASSIGN(Statement statement, prepared(sql));
  return statement.one<T>(args...);
}

}  // namespace booster::sql
