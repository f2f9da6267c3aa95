// How a file becomes a Database: name and mode, writer's lock, settings.
#include "booster/disk/durable.h"
#include "booster/sql/connection.h"
#include "booster/sql/database.h"

namespace booster::sql {
namespace {

constexpr std::int64_t kWalKeptBytes = 4 << 20;  // a burst's WAL is cut back to this at the next reset
constexpr int kMaxValueBytes = 64 << 20;         // bodies are files; a row that large is a mistake

struct Closer {
  void operator()(sqlite3* native) const { sqlite3_close(native); }
};
using Handle = std::unique_ptr<sqlite3, Closer>;

// SQLite would make it readable for all; -wal and -shm take the mode of the file they belong to.
Result<> make_private_file(disk::Disk& disk, const disk::Path& path) {
  TRY_ASSIGN(const bool there, disk::exists(disk, path));
  if (there) return {};
  TRY(disk.open(path, disk::OpenOptions::update_or_create()));
  return disk.sync_directory(path.has_parent_path() ? path.parent_path() : disk::Path("."));
}

Result<std::unique_ptr<disk::Lock>> lock_writer(disk::Disk& disk, const disk::Path& path) {
  disk::Path lock = path;
  lock += ".lock";
  return disk.try_lock(lock).context("already open elsewhere");
}

Result<Handle> open_native(const std::string& path, const std::string& name, int flags, const Options& options) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  Handle handle(raw);
  if (code != SQLITE_OK) {
    return tl::unexpected(
        sql_error("open", name, code, raw != nullptr ? sqlite3_system_errno(raw) : 0, sqlite3_errstr(code)));
  }
  return handle;
}

void set_limits(sqlite3* native, const Options& options) {
  const int on = 1;
  const int off = 0;
  sqlite3_db_config(native, SQLITE_DBCONFIG_DEFENSIVE, on, nullptr);
  sqlite3_db_config(native, SQLITE_DBCONFIG_TRUSTED_SCHEMA, off, nullptr);
  sqlite3_db_config(native, SQLITE_DBCONFIG_DQS_DML, off, nullptr);
  sqlite3_db_config(native, SQLITE_DBCONFIG_DQS_DDL, off, nullptr);
  sqlite3_db_config(native, SQLITE_DBCONFIG_ENABLE_FKEY, on, nullptr);
  sqlite3_db_config(native, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, options.read_only ? on : off, nullptr);
  sqlite3_limit(native, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
  sqlite3_limit(native, SQLITE_LIMIT_ATTACHED, 1);  // VACUUM INTO attaches its target
  sqlite3_busy_timeout(native, static_cast<int>(options.busy_timeout.count()));
  sqlite3_wal_autocheckpoint(native, options.checkpoint_pages);
}

Result<> set_up(Database& database, const Options& options) {
  std::string script =
      "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"
      "PRAGMA cache_size=-" +
      std::to_string(options.cache_bytes / 1024) + ";";
  script += "PRAGMA journal_size_limit=" + std::to_string(kWalKeptBytes) + ";";
  script += options.durability == Durability::Full ? "PRAGMA synchronous=FULL;" : "PRAGMA synchronous=NORMAL;";
  return database.run_script(script);
}

Result<> enter_wal(Database& database) {
  TRY_ASSIGN(const std::optional<std::string> mode, database.one<std::string>("PRAGMA journal_mode=WAL"));
  if (mode != "wal") return fail(Errc::Unsupported, "open " + database.name() + ": this file system has no WAL mode");
  return {};
}

}  // namespace

Result<Database> Database::open(const std::filesystem::path& path, const Options& options) {
  const std::string name = path.filename().native();
  const auto disk = disk::make_posix_disk();
  std::unique_ptr<disk::Lock> lock;
  int flags = SQLITE_OPEN_READONLY;
  if (!options.read_only) {
    if (options.create) {
      TRY(make_private_file(*disk, path).context("open " + name));
    } else {
      TRY(disk->stat(path));
    }
    TRY_ASSIGN(lock, lock_writer(*disk, path));
    flags = SQLITE_OPEN_READWRITE;
  }
  TRY_ASSIGN(Handle handle, open_native(path.native(), name, flags, options));
  set_limits(handle.get(), options);
  Database database(std::make_unique<Connection>(handle.release(), name, std::move(lock)));
  TRY(set_up(database, options).context("open " + name));
  if (!options.read_only) TRY(enter_wal(database).context("open " + name));
  return database;
}

Result<Database> Database::open_in_memory() {
  const Options options;
  const std::string name = "memory";
  TRY_ASSIGN(Handle handle, open_native(":memory:", name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options));
  set_limits(handle.get(), options);
  Database database(std::make_unique<Connection>(handle.release(), name, nullptr));
  TRY(set_up(database, options));
  return database;
}

}  // namespace booster::sql
