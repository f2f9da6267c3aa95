#include "booster/sql/database.h"

#include "booster/disk/durable.h"
#include "booster/sql/connection.h"
#include "codec/base/check.h"

namespace booster::sql {

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Statement> Database::prepared(std::string_view sql) {
  return connection_->lend(sql);
}

Result<> Database::run_script(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(connection_->native(), text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(connection_->error("script", code));
  return {};
}

std::int64_t Database::last_row_id() const {
  return sqlite3_last_insert_rowid(connection_->native());
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(connection_->native());
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(connection_->native()) == 0;
}

Result<Checkpoint> Database::checkpoint(bool truncate) {
  Checkpoint done;
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(connection_->native(), nullptr, mode, &done.frames, &done.moved);
  if (code != SQLITE_OK) return tl::unexpected(connection_->error("checkpoint", code));
  return done;
}

Result<> Database::quick_check() {
  TRY_ASSIGN(const std::optional<std::string> verdict, one<std::string>("PRAGMA quick_check(1)"));
  if (verdict == "ok") return {};
  return fail(Errc::Corrupt, "check " + name() + ": " + verdict.value_or("no answer"));
}

Result<> Database::copy_to(const std::filesystem::path& path) {
  const auto disk = disk::make_posix_disk();
  const disk::Path temp = disk::temp_path_for(path);
  const auto copy = [&]() -> Result<> {
    TRY(disk->open(temp, disk::OpenOptions::create_new()));  // empty and private: VACUUM INTO takes it as it is
    TRY(run("VACUUM INTO ?", temp.native()));
    TRY_ASSIGN(const std::unique_ptr<disk::File> file, disk->open(temp, disk::OpenOptions::update()));
    TRY(file->sync());
    TRY(disk->rename(temp, path));
    return disk->sync_directory(path.has_parent_path() ? path.parent_path() : disk::Path("."));
  };
  Result<> done = copy();
  if (!done) (void)disk->unlink(temp);
  return std::move(done).context("copy " + name());
}

void Database::interrupt() {
  sqlite3_interrupt(connection_->native());
}

const std::string& Database::name() const {
  return connection_->name();
}

std::filesystem::path Database::path() const {
  return sqlite3_db_filename(connection_->native(), "main");
}

Result<Transaction> Transaction::begin(Database& database) {
  CHECK(!database.in_transaction());
  TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  roll_back();
}

Result<> Transaction::commit() {
  CHECK(database_ != nullptr);
  TRY(database_->run("COMMIT"));  // on error the destructor rolls back
  database_ = nullptr;
  return {};
}

void Transaction::roll_back() {
  Database* database = std::exchange(database_, nullptr);
  // A full disk or an I/O error may have rolled it back already.
  if (database != nullptr && database->in_transaction()) (void)database->run("ROLLBACK");
}

}  // namespace booster::sql
