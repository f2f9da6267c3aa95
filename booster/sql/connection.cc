#include "booster/sql/connection.h"

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "codec/base/check.h"

namespace booster::sql {
namespace {

bool is_disk_full(int system) {
  return system == ENOSPC || system == EDQUOT;
}

Errc code_of(int extended, int system) {
  if (extended == SQLITE_IOERR_CORRUPTFS) return Errc::Corrupt;
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return Errc::Full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::Corrupt;
    case SQLITE_CONSTRAINT:
      return Errc::Conflict;
    case SQLITE_INTERRUPT:
      return Errc::Cancelled;
    case SQLITE_TOOBIG:
      return Errc::Limit;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Errc::Denied;
    case SQLITE_CANTOPEN:
      if (system == ENOENT) return Errc::NotFound;
      if (system == EACCES) return Errc::Denied;
      return is_disk_full(system) ? Errc::Full : Errc::Io;
    case SQLITE_IOERR:
      return is_disk_full(system) ? Errc::Full : Errc::Io;
    default:
      return Errc::Io;
  }
}

bool only_space(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) || c == ';'; });
}

}  // namespace

Error sql_error(std::string_view doing, std::string_view name, int extended, int system, std::string_view text) {
  std::string what(doing);
  what.append(" ").append(name).append(": ").append(text);
  return Error(code_of(extended, system), std::move(what), extended);
}

Connection::~Connection() {
  CHECK(lent_ == 0);
  for (const Idle& idle : idle_) sqlite3_finalize(idle.statement);
  CHECK(sqlite3_close(native_) == SQLITE_OK);
}

Error Connection::error(std::string_view doing, int code) const {
  const int extended = (code & ~0xff) != 0 ? code : sqlite3_extended_errcode(native_);
  const int best = (extended & 0xff) == (code & 0xff) ? extended : code;
  // A full-text query's error quotes the query, so running statements get the code's own text; a constraint's text
  // names the table and columns only.
  const bool harmless = (code & 0xff) == SQLITE_CONSTRAINT || doing == "prepare" || doing == "script";
  return sql_error(doing, name_, best, sqlite3_system_errno(native_),
                   harmless ? sqlite3_errmsg(native_) : sqlite3_errstr(best));
}

Result<Statement> Connection::lend(std::string_view sql) {
  const auto at = std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.key == sql; });
  if (at != idle_.end()) {
    Idle idle = std::move(*at);
    idle_.erase(at);
    ++lent_;
    return Statement(*this, idle.statement, std::move(idle.key));
  }
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(native_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, &tail);
  if (code != SQLITE_OK) return tl::unexpected(error("prepare", code));
  CHECK(statement != nullptr && only_space(sql.substr(static_cast<std::size_t>(tail - sql.data()))));
  ++lent_;
  return Statement(*this, statement, std::string(sql));
}

void Connection::take_back(sqlite3_stmt* statement, std::string key) {
  --lent_;
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);  // bound values are users' data
  idle_.push_front({std::move(key), statement});
  if (idle_.size() <= kCachedStatements) return;
  sqlite3_finalize(idle_.back().statement);
  idle_.pop_back();
}

}  // namespace booster::sql
