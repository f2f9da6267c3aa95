#include "proxy/gateway/state/sqlite_state.h"

#include <algorithm>

#include "booster/sql/migrate.h"

namespace proxy::gateway::state {
namespace {

namespace sql = booster::sql;

// Times are seconds of the Unix epoch. A used code is kept until it would have expired and a day more, so that a replay
// is told from a guess.
constexpr std::string_view kVersion1 = R"(
CREATE TABLE device (
  pin BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at INTEGER,
  last_seen INTEGER
) WITHOUT ROWID;
CREATE TABLE device_address (
  pin BLOB NOT NULL REFERENCES device(pin),
  address TEXT NOT NULL,
  PRIMARY KEY (pin, address)
) WITHOUT ROWID;
CREATE TABLE enrolment_code (
  hash BLOB PRIMARY KEY NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) WITHOUT ROWID;
CREATE TABLE enrolment_address (
  hash BLOB NOT NULL REFERENCES enrolment_code(hash) ON DELETE CASCADE,
  address TEXT NOT NULL,
  PRIMARY KEY (hash, address)
) WITHOUT ROWID;
CREATE TABLE refused_password (
  account TEXT NOT NULL,
  tag BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (account, tag)
) WITHOUT ROWID;
CREATE TABLE assignment (
  account TEXT PRIMARY KEY NOT NULL,
  since INTEGER NOT NULL
) WITHOUT ROWID;
)";
constexpr sql::Step kSteps[] = {{kVersion1}};
constexpr sql::Schema kSchema{sql::make_application_id("PBgf"), kSteps, true};
constexpr std::int64_t kKeepCodes = std::int64_t{24} * 3600;

std::int64_t seconds(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime time_of(std::int64_t value) {
  return WallTime(std::chrono::seconds(value));
}
std::optional<WallTime> time_of(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return time_of(*value);
}

Device device_of(sql::Row row) {
  Device device;
  device.pin = row.get<Bytes>(0);
  device.name = row.get<std::string>(1);
  device.enrolled_at = time_of(row.get<std::int64_t>(2));
  device.revoked_at = time_of(row.get<std::optional<std::int64_t>>(3));
  device.last_seen = time_of(row.get<std::optional<std::int64_t>>(4));
  return device;
}

Result<> load_addresses(sql::Database& database, Device& device) {
  return database.for_each(
      "SELECT address FROM device_address WHERE pin = ? ORDER BY address",
      [&device](sql::Row row) { device.addresses.push_back(row.get<std::string>(0)); }, device.pin);
}

Result<std::vector<Device>> all_devices(sql::Database& database) {
  std::vector<Device> devices;
  TRY(database.for_each("SELECT pin, name, enrolled_at, revoked_at, last_seen FROM device ORDER BY enrolled_at, pin",
                        [&devices](sql::Row row) { devices.push_back(device_of(row)); }));
  for (Device& device : devices) TRY(load_addresses(database, device));
  return devices;
}

Result<> revoke(sql::Database& database, const Bytes& pin, WallTime when) {
  TRY(database.run("UPDATE device SET revoked_at = ? WHERE pin = ? AND revoked_at IS NULL", seconds(when), pin));
  if (database.changes() == 0) return fail(Errc::NotFound, "revoke: no such device, or revoked before");
  return {};
}

Result<> insert_code(sql::Database& database, const EnrolmentCode& code) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database));
  TRY(database.run("INSERT INTO enrolment_code (hash, expires_at) VALUES (?, ?)", code.hash, seconds(code.expires_at)));
  for (const std::string& address : code.addresses)
    TRY(database.run("INSERT OR IGNORE INTO enrolment_address (hash, address) VALUES (?, ?)", code.hash, address));
  return transaction.commit();
}

struct CodeRow {
  std::int64_t expires_at = 0;
  bool used = false;
};

// Errors  Denied, with the reason
Result<> check_code(sql::Database& database, const Bytes& hash, WallTime now) {
  std::optional<CodeRow> found;
  TRY_ASSIGN(sql::Statement statement,
             database.prepared("SELECT expires_at, used_at IS NOT NULL FROM enrolment_code WHERE hash = ?"));
  auto take = [&found](sql::Row row) { found = CodeRow{row.get<std::int64_t>(0), row.get<bool>(1)}; };
  TRY_ASSIGN(const bool known, statement.first(take, hash));
  if (!known) return fail(Errc::Denied, "this pairing code is not known here: make a new one with `packetboat pair`");
  if (found->used) return fail(Errc::Denied, "this pairing code has been used: each serves once");
  if (found->expires_at <= seconds(now)) return fail(Errc::Denied, "this pairing code has expired: make a new one");
  return {};
}

Result<> insert_device(sql::Database& database, const Device& device, const Bytes& hash) {
  std::optional<bool> revoked;
  TRY_ASSIGN(revoked, database.one<bool>("SELECT revoked_at IS NOT NULL FROM device WHERE pin = ?", device.pin));
  if (revoked == true) return fail(Errc::Denied, "this device's key was revoked: it needs a new key");
  TRY(
      database.run("INSERT INTO device (pin, name, enrolled_at) VALUES (?, ?, ?) "
                   "ON CONFLICT (pin) DO UPDATE SET name = excluded.name",
                   device.pin, device.name, seconds(device.enrolled_at)));
  return database.run(
      "INSERT OR IGNORE INTO device_address (pin, address) SELECT ?, address FROM enrolment_address WHERE hash = ?",
      device.pin, hash);
}

Result<Device> redeem(sql::Database& database, const Bytes& hash, const Device& device, WallTime now) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database));
  TRY(check_code(database, hash, now));
  TRY(insert_device(database, device, hash));
  TRY(database.run("UPDATE enrolment_code SET used_at = ? WHERE hash = ?", seconds(now), hash));
  TRY(database.run("DELETE FROM enrolment_code WHERE expires_at < ?", seconds(now) - kKeepCodes));
  std::optional<Device> stored;
  TRY(database.for_each(
      "SELECT pin, name, enrolled_at, revoked_at, last_seen FROM device WHERE pin = ?",
      [&stored](sql::Row row) { stored = device_of(row); }, device.pin));
  if (!stored) return fail(Errc::Corrupt, "state: the device is not there after its insertion");
  TRY(load_addresses(database, *stored));
  TRY(transaction.commit());
  return *std::move(stored);
}

}  // namespace

SqliteState::SqliteState(sql::Database database)
    : database_(std::make_unique<sql::Database>(std::move(database))), thread_("gateway state") {}

SqliteState::~SqliteState() {
  thread_.post([this] { database_.reset(); });
}

Result<std::unique_ptr<SqliteState>> SqliteState::make(Result<sql::Database> database) {
  if (!database) return tl::unexpected(std::move(database).error());
  TRY(sql::migrate(*database, kSchema));
  return std::unique_ptr<SqliteState>(new SqliteState(*std::move(database)));
}

Result<std::unique_ptr<SqliteState>> SqliteState::open(const std::filesystem::path& path) {
  return make(sql::Database::open(path));
}

Result<std::unique_ptr<SqliteState>> SqliteState::open_in_memory() {
  return make(sql::Database::open_in_memory());
}

Task<Result<std::vector<Device>>> SqliteState::devices() {
  auto job = [this] { return all_devices(*database_); };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<>> SqliteState::revoke_device(Bytes pin, WallTime when) {
  auto job = [this, pin = std::move(pin), when] { return revoke(*database_, pin, when); };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<>> SqliteState::note_seen(Bytes pin, WallTime when) {
  auto job = [this, pin = std::move(pin), when] {
    return database_->run("UPDATE device SET last_seen = ? WHERE pin = ?", seconds(when), pin);
  };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<>> SqliteState::add_code(EnrolmentCode code) {
  auto job = [this, code = std::move(code)] { return insert_code(*database_, code); };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<Device>> SqliteState::redeem_code(Bytes hash, Device device, WallTime now) {
  auto job = [this, hash = std::move(hash), device = std::move(device), now] {
    return redeem(*database_, hash, device, now);
  };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<std::vector<RefusedPassword>>> SqliteState::refused_passwords(WallTime now) {
  auto job = [this, now]() -> Result<std::vector<RefusedPassword>> {
    TRY(database_->run("DELETE FROM refused_password WHERE expires_at <= ?", seconds(now)));
    std::vector<RefusedPassword> refused;
    TRY(database_->for_each(
        "SELECT account, tag, expires_at FROM refused_password ORDER BY expires_at", [&refused](sql::Row row) {
          refused.push_back({row.get<std::string>(0), row.get<Bytes>(1), time_of(row.get<std::int64_t>(2))});
        }));
    return refused;
  };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<>> SqliteState::add_refused_password(RefusedPassword refused) {
  auto job = [this, refused = std::move(refused)] {
    return database_->run("INSERT OR REPLACE INTO refused_password (account, tag, expires_at) VALUES (?, ?, ?)",
                          refused.account, refused.tag, seconds(refused.expires_at));
  };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<std::vector<Assignment>>> SqliteState::assignments() {
  auto job = [this]() -> Result<std::vector<Assignment>> {
    std::vector<Assignment> found;
    TRY(database_->for_each("SELECT account, since FROM assignment ORDER BY account", [&found](sql::Row row) {
      found.push_back({row.get<std::string>(0), time_of(row.get<std::int64_t>(1))});
    }));
    return found;
  };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<>> SqliteState::set_assignment(Assignment assignment) {
  auto job = [this, assignment = std::move(assignment)] {
    return database_->run("INSERT OR REPLACE INTO assignment (account, since) VALUES (?, ?)", assignment.account,
                          seconds(assignment.since));
  };
  co_return co_await thread_.run(std::move(job));
}

Task<Result<>> SqliteState::remove_assignment(std::string account) {
  auto job = [this, account = std::move(account)] {
    return database_->run("DELETE FROM assignment WHERE account = ?", account);
  };
  co_return co_await thread_.run(std::move(job));
}

}  // namespace proxy::gateway::state
