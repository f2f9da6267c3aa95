// State in one SQLite file, on a thread of its own.
#pragma once
#include <filesystem>
#include <memory>

#include "booster/runtime/serial_thread.h"
#include "booster/sql/database.h"
#include "proxy/gateway/state/state.h"

namespace proxy::gateway::state {

class SqliteState final : public State {
 public:
  // Blocking, for a start-up path.   Errors  Conflict: another gateway has it open · Unsupported: a newer version's
  // file
  static Result<std::unique_ptr<SqliteState>> open(const std::filesystem::path& path);
  static Result<std::unique_ptr<SqliteState>> open_in_memory();
  ~SqliteState() override;

  Task<Result<std::vector<Device>>> devices() override;
  Task<Result<>> revoke_device(Bytes pin, WallTime when) override;
  Task<Result<>> note_seen(Bytes pin, WallTime when) override;
  Task<Result<>> add_code(EnrolmentCode code) override;
  Task<Result<Device>> redeem_code(Bytes hash, Device device, WallTime now) override;
  Task<Result<std::vector<RefusedPassword>>> refused_passwords(WallTime now) override;
  Task<Result<>> add_refused_password(RefusedPassword refused) override;
  Task<Result<std::vector<Assignment>>> assignments() override;
  Task<Result<>> set_assignment(Assignment assignment) override;
  Task<Result<>> remove_assignment(std::string account) override;

 private:
  explicit SqliteState(booster::sql::Database database);
  static Result<std::unique_ptr<SqliteState>> make(Result<booster::sql::Database> database);

  std::unique_ptr<booster::sql::Database> database_;  // used on thread_ only
  booster::runtime::SerialThread thread_;
};

}  // namespace proxy::gateway::state
