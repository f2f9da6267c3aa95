#include "booster/sql/migrate.h"

#include "booster/disk/disk.h"

namespace booster::sql {
namespace {

Result<> check_owner(Database& database, const Schema& schema, int version) {
  TRY_ASSIGN(const std::optional<std::int32_t> id, database.one<std::int32_t>("PRAGMA application_id"));
  if (id == schema.application_id) return {};
  TRY_ASSIGN(const std::optional<int> tables, database.one<int>("SELECT count(*) FROM sqlite_schema"));
  if (version == 0 && id == 0 && tables == 0) return {};
  return fail(Errc::Corrupt, "migrate " + database.name() + ": another application's file");
}

Result<> take_step(Database& database, const Schema& schema, int from) {
  const Step& step = schema.steps[static_cast<std::size_t>(from)];
  TRY_ASSIGN(Transaction transaction, Transaction::begin(database));
  if (!step.script.empty()) TRY(database.run_script(step.script));
  if (step.code != nullptr) TRY(step.code(database));
  // Both live in the file's header and so in this transaction.
  TRY(database.run_script("PRAGMA application_id=" + std::to_string(schema.application_id) +
                          ";PRAGMA user_version=" + std::to_string(from + 1)));
  return transaction.commit();
}

Result<> keep_copy(Database& database, int version) {
  disk::Path copy = database.path();
  copy += ".v" + std::to_string(version);
  return database.copy_to(copy);
}

}  // namespace

Result<int> user_version(Database& database) {
  TRY_ASSIGN(const std::optional<int> version, database.one<int>("PRAGMA user_version"));
  return version.value_or(0);
}

Result<> migrate(Database& database, const Schema& schema) {
  TRY_ASSIGN(const int version, user_version(database));
  const int target = static_cast<int>(schema.steps.size());
  TRY(check_owner(database, schema, version));
  if (version < 0 || version > target) {
    return fail(Errc::Unsupported, "migrate " + database.name() + ": written by a newer Packetboat (schema " +
                                       std::to_string(version) + ", this one knows " + std::to_string(target) + ")");
  }
  if (version > 0 && version < target && schema.keep_copy) TRY(keep_copy(database, version));
  for (int at = version; at < target; ++at) {
    TRY(take_step(database, schema, at).context("migrate " + database.name() + " to schema " + std::to_string(at + 1)));
  }
  return {};
}

}  // namespace booster::sql
