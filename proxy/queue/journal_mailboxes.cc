#include "booster/sql/database.h"
#include "proxy/queue/journal.h"
#include "proxy/queue/journal_rows.h"

namespace proxy::queue {
namespace {

#define PB_MAILBOX_COLUMNS \
  "id,name,server_name,state,seen,local_only,subscribed,special_use,object_id,uid_validity,next_uid,server_validity"

MailboxRecord load(booster::sql::Row row) {
  MailboxRecord record;
  record.id = {row.get<std::int64_t>(0)};
  record.name = row.get<std::string>(1);
  record.server_name = row.get<std::optional<std::string>>(2);
  record.state = row.get<MailboxState>(3);
  record.seen = row.get<bool>(4);
  record.local_only = row.get<bool>(5);
  record.subscribed = row.get<bool>(6);
  record.special_use = row.get<std::string>(7);
  record.object_id = row.get<std::string>(8);
  record.uid_validity = row.get<std::uint32_t>(9);
  record.next_uid = row.get<std::uint32_t>(10);
  record.server_validity = {row.get<std::uint32_t>(11)};
  return record;
}

template <class... Args>
Result<std::optional<MailboxRecord>> one(booster::sql::Database& database, std::string_view sql, const Args&... args) {
  TRY_ASSIGN(booster::sql::Statement statement, database.prepared(sql));
  std::optional<MailboxRecord> record;
  TRY(statement.first([&](booster::sql::Row row) { record = load(row); }, args...));
  return record;
}

}  // namespace

Result<std::vector<MailboxRecord>> Journal::mailboxes() {
  std::vector<MailboxRecord> all;
  TRY(database_.for_each("SELECT " PB_MAILBOX_COLUMNS " FROM mailboxes WHERE state<>2 ORDER BY id",
                         [&](booster::sql::Row row) { all.push_back(load(row)); }));
  return all;
}

Result<std::optional<MailboxRecord>> Journal::mailbox(MailboxId id) {
  return one(database_, "SELECT " PB_MAILBOX_COLUMNS " FROM mailboxes WHERE id=?", id.value);
}

Result<std::optional<MailboxRecord>> Journal::live_mailbox(const std::string& name) {
  return one(database_, "SELECT " PB_MAILBOX_COLUMNS " FROM mailboxes WHERE state=0 AND name=?", name);
}

Result<MailboxId> Journal::create_mailbox(MailboxRecord record) {
  TRY_ASSIGN(const auto last, database_.one<std::int64_t>("SELECT last_validity FROM ledger"));
  if (!last) return fail(Errc::Corrupt, "journal.db: no ledger");
  const std::int64_t validity = std::max(*last + 1, seconds_now() - kValidityBase);
  TRY(database_.run("UPDATE ledger SET last_validity=?", validity));
  TRY(
      database_.run("INSERT INTO mailboxes(name,server_name,state,seen,local_only,subscribed,special_use,object_id,"
                    "uid_validity,next_uid,server_validity) VALUES(?,?,?,?,?,?,?,?,?,1,?)",
                    record.name, record.server_name, record.state, record.seen, record.local_only, record.subscribed,
                    record.special_use, record.object_id, validity, record.server_validity.value));
  return MailboxId{database_.last_row_id()};
}

Result<> Journal::update_mailbox(const MailboxRecord& record) {
  return database_.run(
      "UPDATE mailboxes SET name=?,server_name=?,state=?,seen=?,local_only=?,subscribed=?,special_use=?,object_id=?,"
      "server_validity=? WHERE id=?",
      record.name, record.server_name, record.state, record.seen, record.local_only, record.subscribed,
      record.special_use, record.object_id, record.server_validity.value, record.id.value);
}

}  // namespace proxy::queue
