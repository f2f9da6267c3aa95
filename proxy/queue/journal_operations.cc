// Operations in the order in which the user made them, and the events that the replica follows.
#include <algorithm>

#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "proxy/queue/journal.h"
#include "proxy/queue/journal_rows.h"
#include "proxy/sync/packed.h"

namespace proxy::queue {
namespace {

#define PB_OPERATION_COLUMNS "seq,state,mailbox,target,operation,items,servers,made,result,moved,text,created"

Bytes pack_locals(const std::vector<LocalUid>& uids) {
  std::vector<sync::ServerUid> plain;
  plain.reserve(uids.size());
  for (const LocalUid uid : uids) plain.push_back({uid.value});
  return sync::pack_uid_order(plain);
}

Bytes pack_operation(sync::Operation operation) {
  operation.items.clear();
  operation.octets.clear();
  return codec::property::encode(sync::encode(sync::OperationMessage(std::move(operation))));
}

template <class T>
Result<T> unpack_message(ByteView bytes) {
  auto chain = codec::property::decode(bytes);
  if (!chain) return tl::unexpected(broken("an operation"));
  auto message = sync::decode_operation(*chain);
  if (!message || !std::holds_alternative<T>(*message)) return tl::unexpected(broken("an operation"));
  return std::get<T>(*std::move(message));
}

Bytes pack_moved(const std::vector<Moved>& moved) {
  Bytes bytes;
  ByteWriter out(bytes);
  for (const Moved& each : moved) {
    out.varint(static_cast<std::uint64_t>(each.from_mailbox.value));
    out.varint(each.from.value);
    out.varint(static_cast<std::uint64_t>(each.to_mailbox.value));
    out.varint(each.to.value);
  }
  return bytes;
}

Result<std::vector<Moved>> unpack_moved(ByteView bytes) {
  std::vector<Moved> moved;
  ByteReader in(bytes);
  while (!in.empty()) {
    std::uint64_t values[4];
    for (std::uint64_t& value : values) {
      auto read = in.varint();
      if (!read) return tl::unexpected(broken("what an operation moved"));
      value = *read;
    }
    moved.push_back({{static_cast<std::int64_t>(values[0])},
                     {static_cast<std::uint32_t>(values[1])},
                     {static_cast<std::int64_t>(values[2])},
                     {static_cast<std::uint32_t>(values[3])}});
  }
  return moved;
}

std::optional<sync::ContentDigest> digest_of(const sync::Operation& operation) {
  if (operation.kind != sync::OperationKind::Append) return std::nullopt;
  return operation.digest;
}

}  // namespace

Result<OperationRecord> Journal::load_operation(booster::sql::Row row) {
  OperationRecord record;
  record.sequence = {row.get<std::int64_t>(0)};
  record.state = row.get<OperationState>(1);
  record.mailbox = {row.get<std::int64_t>(2)};
  record.target = {row.get<std::int64_t>(3)};
  TRY_ASSIGN(record.operation, unpack_message<sync::Operation>(row.get<ByteView>(4)));
  auto items = sync::unpack_uid_order(row.get<ByteView>(5));
  auto servers = sync::unpack_uid_order(row.get<ByteView>(6));
  auto made = sync::unpack_skeleton(row.get<ByteView>(7));
  if (!items || !servers || !made || items->size() != servers->size())
    return tl::unexpected(broken("an operation's messages"));
  for (const sync::ServerUid uid : *items) record.items.push_back({uid.value});
  record.servers = *std::move(servers);
  record.made = *std::move(made);
  if (!row.is_null(8)) {
    TRY_ASSIGN(record.result, unpack_message<sync::OperationResult>(row.get<ByteView>(8)));
  }
  if (!row.is_null(9)) {
    TRY_ASSIGN(record.moved, unpack_moved(row.get<ByteView>(9)));
  }
  record.text = row.get<std::string>(10);
  record.created = row.get<std::int64_t>(11);
  return record;
}

Result<> Journal::add(OperationRecord& record) {
  if (record.operation.ticket == sync::Ticket{}) record.operation.ticket = make_ticket();
  record.created = seconds_now();
  TRY(database_.run("INSERT INTO events(operation,kind) VALUES(0,0)"));
  record.sequence = {database_.last_row_id()};
  TRY(database_.run("UPDATE events SET operation=seq WHERE seq=?", record.sequence.value));
  return database_.run(
      "INSERT INTO operations(seq,ticket,kind,state,mailbox,target,operation,items,servers,made,digest,text,created)"
      " VALUES(?,?,?,0,?,?,?,?,?,?,?,?,?)",
      record.sequence.value, record.operation.ticket, record.operation.kind, record.mailbox.value, record.target.value,
      pack_operation(record.operation), pack_locals(record.items), sync::pack_uid_order(record.servers),
      sync::pack_skeleton(record.made), digest_of(record.operation), record.text, record.created);
}

Result<std::optional<OperationRecord>> Journal::operation(Sequence sequence) {
  std::optional<OperationRecord> found;
  TRY(database_.for_each(
      "SELECT " PB_OPERATION_COLUMNS " FROM operations WHERE seq=?",
      [&](booster::sql::Row row) -> Result<> {
        TRY_ASSIGN(found, load_operation(row));
        return {};
      },
      sequence.value));
  return found;
}

Result<std::optional<OperationRecord>> Journal::operation(const sync::Ticket& ticket) {
  TRY_ASSIGN(const auto sequence, database_.one<std::int64_t>("SELECT seq FROM operations WHERE ticket=?", ticket));
  if (!sequence) return std::optional<OperationRecord>();
  return operation(Sequence{*sequence});
}

Result<std::vector<OperationRecord>> Journal::open_operations(Sequence after, std::size_t limit) {
  std::vector<OperationRecord> records;
  TRY(database_.for_each(
      "SELECT " PB_OPERATION_COLUMNS " FROM operations WHERE state=0 AND seq>? ORDER BY seq LIMIT ?",
      [&](booster::sql::Row row) -> Result<> {
        TRY_ASSIGN(OperationRecord record, load_operation(row));
        records.push_back(std::move(record));
        return {};
      },
      after.value, limit));
  return records;
}

Result<bool> Journal::any_open_before(Sequence sequence) {
  TRY_ASSIGN(const auto first,
             database_.one<std::int64_t>("SELECT seq FROM operations WHERE state=0 AND seq<? ORDER BY seq LIMIT 1",
                                         sequence.value));
  return first.has_value();
}

Result<bool> Journal::any_open_of(MailboxId mailbox) {
  TRY_ASSIGN(const auto source,
             database_.one<std::int64_t>("SELECT seq FROM operations INDEXED BY operations_open_mailbox"
                                         " WHERE state=0 AND mailbox=? LIMIT 1",
                                         mailbox.value));
  if (source) return true;
  TRY_ASSIGN(const auto target,
             database_.one<std::int64_t>("SELECT seq FROM operations INDEXED BY operations_open_target"
                                         " WHERE state=0 AND target=? LIMIT 1",
                                         mailbox.value));
  return target.has_value();
}

Result<std::vector<OperationRecord>> Journal::open_operations_of(MailboxId mailbox, Sequence after) {
  std::vector<OperationRecord> records;
  TRY(database_.for_each(
      "SELECT " PB_OPERATION_COLUMNS " FROM operations WHERE state=0 AND mailbox=? AND seq>? ORDER BY seq",
      [&](booster::sql::Row row) -> Result<> {
        TRY_ASSIGN(OperationRecord record, load_operation(row));
        records.push_back(std::move(record));
        return {};
      },
      mailbox.value, after.value));
  return records;
}

Result<> Journal::rewrite(const OperationRecord& record) {
  return database_.run("UPDATE operations SET operation=?,items=?,servers=?,text=? WHERE seq=?",
                       pack_operation(record.operation), pack_locals(record.items),
                       sync::pack_uid_order(record.servers), record.text, record.sequence.value);
}

Result<Sequence> Journal::end(const OperationRecord& record) {
  std::optional<Bytes> result;
  if (record.result) result = codec::property::encode(sync::encode(sync::OperationMessage(*record.result)));
  TRY(database_.run("UPDATE operations SET state=?,result=?,moved=?,text=? WHERE seq=?", record.state, result,
                    pack_moved(record.moved), record.text, record.sequence.value));
  TRY(database_.run("INSERT INTO events(operation,kind) VALUES(?,1)", record.sequence.value));
  const Sequence event{database_.last_row_id()};
  TRY(must_acknowledge(record.operation.ticket));
  return event;
}

Result<std::vector<Event>> Journal::events(Sequence after, std::size_t limit) {
  std::vector<Event> events;
  TRY(database_.for_each(
      "SELECT seq,operation,kind FROM events WHERE seq>? ORDER BY seq LIMIT ?",
      [&](booster::sql::Row row) {
        events.push_back({{row.get<std::int64_t>(0)}, {row.get<std::int64_t>(1)}, row.get<int>(2) == 0});
      },
      after.value, limit));
  return events;
}

Result<Sequence> Journal::last_event() {
  TRY_ASSIGN(const auto last, database_.one<std::int64_t>("SELECT seq FROM sqlite_sequence WHERE name='events'"));
  return Sequence{last.value_or(0)};
}

Result<> Journal::prune(Sequence durable_in_replica) {
  TRY_ASSIGN(const auto first, database_.one<std::int64_t>(
                                   "SELECT ifnull((SELECT seq FROM operations WHERE state=0 ORDER BY seq LIMIT 1),"
                                   "9223372036854775807)"));
  const std::int64_t below = std::min(first.value_or(0), durable_in_replica.value + 1);
  // An operation goes with its end: both events must be the replica's.
  TRY(database_.run("DELETE FROM operations WHERE seq<? AND seq NOT IN (SELECT operation FROM events WHERE seq>?)",
                    below, durable_in_replica.value));
  return database_.run("DELETE FROM events WHERE seq<=? AND operation NOT IN (SELECT seq FROM operations)",
                       durable_in_replica.value);
}

Result<bool> Journal::content_needed(const sync::ContentDigest& digest) {
  TRY_ASSIGN(const auto found,
             database_.one<int>("SELECT EXISTS(SELECT 1 FROM operations WHERE digest=?1 AND state=0) OR"
                                " EXISTS(SELECT 1 FROM submissions WHERE digest=?1 AND ended=0) OR"
                                " EXISTS(SELECT 1 FROM recovered WHERE digest=?1)",
                                digest));
  return found.value_or(0) != 0;
}

Result<> Journal::add_recovered(const Recovered& message) {
  return database_.run("INSERT OR REPLACE INTO recovered VALUES(?,?,?,?)", message.mailbox.value,
                       message.entry.uid.value, message.digest, sync::pack_skeleton(std::span(&message.entry, 1)));
}

Result<> Journal::drop_recovered(MailboxId mailbox, LocalUid uid) {
  return database_.run("DELETE FROM recovered WHERE mailbox=? AND uid=?", mailbox.value, uid.value);
}

Result<std::vector<Recovered>> Journal::recovered() {
  std::vector<Recovered> all;
  TRY(database_.for_each("SELECT mailbox,digest,entry FROM recovered ORDER BY mailbox,uid",
                         [&](booster::sql::Row row) -> Result<> {
                           Recovered each;
                           each.mailbox = {row.get<std::int64_t>(0)};
                           const auto digest = row.get<ByteView>(1);
                           auto entry = sync::unpack_skeleton(row.get<ByteView>(2));
                           if (digest.size() != each.digest.size() || !entry || entry->size() != 1)
                             return tl::unexpected(broken("a recovered message"));
                           std::copy(digest.begin(), digest.end(), each.digest.begin());
                           each.entry = entry->front();
                           all.push_back(std::move(each));
                           return {};
                         }));
  return all;
}

Result<> Journal::add_notice(const std::string& text) {
  return database_.run("INSERT INTO notices(at,text) VALUES(?,?)", seconds_now(), text);
}

Result<> Journal::prune_notices(std::int64_t now) {
  return database_.run("DELETE FROM notices WHERE at<?", now - kKeepNotices);
}

Result<> Journal::must_acknowledge(const sync::Ticket& ticket) {
  return database_.run("INSERT OR IGNORE INTO acknowledgements VALUES(?)", ticket);
}

Result<std::vector<sync::Ticket>> Journal::to_acknowledge(std::size_t limit) {
  std::vector<sync::Ticket> tickets;
  TRY(database_.for_each(
      "SELECT ticket FROM acknowledgements LIMIT ?",
      [&](booster::sql::Row row) -> Result<> {
        const auto bytes = row.get<ByteView>(0);
        sync::Ticket ticket;
        if (bytes.size() != ticket.size()) return tl::unexpected(broken("a ticket"));
        std::copy(bytes.begin(), bytes.end(), ticket.begin());
        tickets.push_back(ticket);
        return {};
      },
      limit));
  return tickets;
}

Result<> Journal::acknowledged(const sync::Ticket& ticket) {
  return database_.run("DELETE FROM acknowledgements WHERE ticket=?", ticket);
}

}  // namespace proxy::queue
