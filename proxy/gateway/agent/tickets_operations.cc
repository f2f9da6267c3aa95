// Operations, claims, and what is forgotten when.
#include <algorithm>

#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "proxy/gateway/agent/tickets.h"

namespace proxy::gateway::agent {

namespace sql = booster::sql;

namespace {

Result<sync::OperationResult> read_result(ByteView bytes) {
  TRY_ASSIGN(const codec::property::Chain chain, codec::property::decode(bytes));
  TRY_ASSIGN(sync::OperationMessage message, sync::decode_operation(chain));
  auto* result = std::get_if<sync::OperationResult>(&message);
  if (result == nullptr) return fail(Errc::Corrupt, "tickets: a result that is none");
  return std::move(*result);
}

}  // namespace

ContentDigest operation_digest(const sync::Operation& operation) {
  sync::Operation asked = operation;
  asked.uid_validity = {};
  asked.items.assign(operation.items.size(), sync::ItemRef{});
  asked.unchanged_since = {};
  asked.octets.clear();
  asked.same_as.reset();
  return crypto::sha256(codec::property::encode(sync::encode(sync::OperationMessage(std::move(asked))))).bytes;
}

Result<std::optional<StoredOperation>> TicketFile::find_operation(const Ticket& ticket) {
  std::optional<StoredOperation> found;
  std::optional<Bytes> result;
  {
    TRY_ASSIGN(sql::Statement select,
               database_.prepared("SELECT digest, marker, result FROM operation WHERE ticket = ?"));
    bool right = true;
    const auto take = [&](sql::Row row) {
      found.emplace();
      const auto digest = row.get<ByteView>(0);
      right = digest.size() == found->digest.size();
      if (right) std::ranges::copy(digest, found->digest.begin());
      found->marker = row.get<Bytes>(1);
      result = row.get<std::optional<Bytes>>(2);
    };
    TRY(select.first(take, ticket));
    if (!right) return fail(Errc::Corrupt, "tickets: a digest that is none");
  }
  if (result) {
    TRY_ASSIGN(found->result, read_result(*result));
  }
  return found;
}

Result<> TicketFile::add_claims(const Ticket& ticket, const std::vector<Claim>& claims) {
  for (const Claim& claim : claims)
    TRY(database_.run("INSERT INTO claim(mailbox, uid_validity, uid, ticket) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING",
                      claim.mailbox, claim.uid_validity.value, claim.uid.value, ticket));
  return {};
}

Result<> TicketFile::claim(const Ticket& ticket, const Claim& claim) {
  return add_claims(ticket, {claim});
}

Result<> TicketFile::set_marker(const Ticket& ticket, const ContentDigest& digest, ByteView marker,
                                const std::vector<Claim>& claims, std::int64_t now) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  TRY(add_claims(ticket, claims));
  TRY(
      database_.run("INSERT INTO operation(ticket, digest, marker, created) VALUES(?, ?, ?, ?) "
                    "ON CONFLICT(ticket) DO UPDATE SET marker = excluded.marker",
                    ticket, digest, marker, now));
  return transaction.commit();
}

Result<> TicketFile::finish_operation(const Ticket& ticket, const ContentDigest& digest,
                                      const sync::OperationResult& result, const std::vector<Claim>& claims,
                                      std::int64_t now) {
  const Bytes bytes = codec::property::encode(sync::encode(sync::OperationMessage(result)));
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  TRY(add_claims(ticket, claims));
  TRY(
      database_.run("INSERT INTO operation(ticket, digest, marker, result, created) VALUES(?, ?, x'', ?, ?) "
                    "ON CONFLICT(ticket) DO UPDATE SET marker = x'', result = excluded.result",
                    ticket, digest, bytes, now));
  return transaction.commit();
}

Result<std::set<std::uint32_t>> TicketFile::claimed(const Ticket& ticket, const std::string& mailbox,
                                                    sync::UidValidity uid_validity, sync::ServerUid from) {
  std::set<std::uint32_t> uids;
  TRY(database_.for_each(
      "SELECT uid FROM claim WHERE mailbox = ? AND uid_validity = ? AND uid >= ? AND ticket <> ?",
      [&](sql::Row row) { uids.insert(row.get<std::uint32_t>(0)); }, mailbox, uid_validity.value, from.value, ticket));
  return uids;
}

Result<> TicketFile::defer_expunge(const std::vector<DeferredExpunge>& messages) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  for (const DeferredExpunge& one : messages)
    TRY(database_.run("INSERT INTO deferred(mailbox, uid_validity, uid) VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
                      one.mailbox, one.uid_validity.value, one.uid.value));
  return transaction.commit();
}

Result<std::vector<DeferredExpunge>> TicketFile::deferred() {
  std::vector<DeferredExpunge> found;
  const auto take = [&](sql::Row row) {
    found.push_back({row.get<std::string>(0), {row.get<std::uint32_t>(1)}, {row.get<std::uint32_t>(2)}});
  };
  TRY(database_.for_each("SELECT mailbox, uid_validity, uid FROM deferred ORDER BY 1, 2, 3 LIMIT 10000", take));
  return found;
}

Result<> TicketFile::expunged(const DeferredExpunge& message) {
  return database_.run("DELETE FROM deferred WHERE mailbox = ? AND uid_validity = ? AND uid = ?", message.mailbox,
                       message.uid_validity.value, message.uid.value);
}

Result<> TicketFile::acknowledge(const std::vector<Ticket>& tickets, std::int64_t now) {
  TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
  for (const Ticket& ticket : tickets) {
    TRY(
        database_.run("UPDATE submission SET acknowledged = ? WHERE ticket = ? AND settled IS NOT NULL AND "
                      "acknowledged IS NULL",
                      now, ticket));
    TRY(
        database_.run("UPDATE operation SET acknowledged = ? WHERE ticket = ? AND result IS NOT NULL AND "
                      "acknowledged IS NULL",
                      now, ticket));
  }
  return transaction.commit();
}

Result<> TicketFile::referenced(const Ticket& submission) {
  TRY(database_.run("UPDATE submission SET referenced = 1 WHERE ticket = ?", submission));
  TRY_ASSIGN(const auto needed,
             database_.one<bool>("SELECT settled IS NULL OR EXISTS (SELECT 1 FROM recipient WHERE submission = id "
                                 "AND owes_report) FROM submission WHERE ticket = ?",
                                 submission));
  if (needed.value_or(true)) return {};
  return spool_.drop(submission);
}

Result<> TicketFile::sweep(std::int64_t now) {
  {
    TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    TRY(
        database_.run("DELETE FROM submission WHERE settled IS NOT NULL AND (acknowledged < ? OR settled < ?) AND NOT "
                      "EXISTS (SELECT 1 FROM recipient WHERE submission = id AND owes_report)",
                      now - kKeepTicket, now - kKeepUnclaimed));
    TRY(database_.run("DELETE FROM operation WHERE (result IS NOT NULL AND acknowledged < ?) OR created < ?",
                      now - kKeepTicket, now - kKeepUnclaimed));
    TRY(
        database_.run("DELETE FROM claim WHERE ticket NOT IN (SELECT ticket FROM operation) AND ticket NOT IN (SELECT "
                      "ticket FROM submission)"));
    TRY(transaction.commit());
  }
  TRY(spool_.drop_old_parts(now - kKeepUpload));
  return drop_unneeded_octets(now);
}

// A file is needed by a submission in flight or an operation without a result; for a while by the APPEND that will name
// it; and by an upload whose operation is still to come.
Result<> TicketFile::drop_unneeded_octets(std::int64_t now) {
  struct Kept {
    std::int64_t since;
    Ticket ticket;
    std::uint64_t size;
  };
  std::vector<Kept> for_reference;
  TRY_ASSIGN(const std::vector<Ticket> files, spool_.whole());
  for (const Ticket& ticket : files) {
    TRY_ASSIGN(const auto until, database_.one<std::int64_t>(
                                     "SELECT CASE WHEN settled IS NULL OR EXISTS (SELECT 1 FROM recipient WHERE "
                                     "submission = id AND owes_report) THEN -1 WHEN referenced THEN 0 ELSE settled END "
                                     "FROM submission WHERE ticket = ?",
                                     ticket));
    if (until && *until == -1) continue;
    if (until && *until >= now - kKeepForReference) {
      TRY_ASSIGN(const auto size, spool_.find(ticket));
      for_reference.push_back({*until, ticket, size.value_or(0)});
      continue;
    }
    if (!until) {
      TRY_ASSIGN(const auto done,
                 database_.one<bool>("SELECT result IS NOT NULL FROM operation WHERE ticket = ?", ticket));
      if (done && !*done) continue;
      TRY_ASSIGN(const std::int64_t written, spool_.written(ticket));
      if (!done && written >= now - kKeepUpload) continue;
    }
    TRY(spool_.drop(ticket));
  }
  std::ranges::sort(for_reference, std::ranges::greater(), &Kept::since);
  std::uint64_t sum = 0;
  for (const Kept& one : for_reference) {
    sum += one.size;
    if (sum > kReferenceBytes) TRY(spool_.drop(one.ticket));
  }
  return {};
}

}  // namespace proxy::gateway::agent
