// What a Database and its Statements share: the native handle, the statement cache, the writer's lock. Internal.
#pragma once
#include <sqlite3.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "booster/disk/disk.h"
#include "booster/sql/statement.h"

namespace booster::sql {

constexpr std::size_t kCachedStatements = 64;  // texts are literals of the program; a component has fewer

class Connection {
 public:
  Connection(sqlite3* native, std::string name, std::unique_ptr<disk::Lock> lock)
      : native_(native), name_(std::move(name)), lock_(std::move(lock)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  Result<Statement> lend(std::string_view sql);
  void take_back(sqlite3_stmt* statement, std::string key);

  // "step journal.db: database or disk is full". Only texts that cannot hold a value are SQLite's own.
  Error error(std::string_view doing, int code) const;

  sqlite3* native() const { return native_; }
  const std::string& name() const { return name_; }

 private:
  struct Idle {
    std::string key;
    sqlite3_stmt* statement;
  };
  sqlite3* native_;
  std::string name_;
  std::unique_ptr<disk::Lock> lock_;  // nullptr: reader, or in memory
  std::list<Idle> idle_;              // most recently used first
  std::size_t lent_ = 0;
};

Error sql_error(std::string_view doing, std::string_view name, int extended, int system, std::string_view text);

}  // namespace booster::sql
