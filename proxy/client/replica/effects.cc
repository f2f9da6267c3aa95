#include "proxy/client/replica/effects.h"

#include "booster/disk/disk.h"
#include "codec/convert/overview_chain.h"
#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "proxy/sync/packed.h"

namespace proxy::client::replica {
namespace {

using queue::OperationRecord;
using queue::OperationState;
using sync::OperationKind;

constexpr std::uint64_t kPreviewOf = 1u << 20;       // larger mail leaves none: eviction holds up whoever writes
constexpr std::uint64_t kReplayOverview = 8u << 20;  // larger mail is shown by its header until the server's is here

Result<> overlay_flags(Work& work, const OperationRecord& record) {
  const std::int64_t op = record.sequence.value;
  TRY(work.database().run("INSERT OR REPLACE INTO op_flags VALUES(?,?,?)", op, sync::pack_flags(record.operation.add),
                          sync::pack_flags(record.operation.remove)));
  for (const LocalUid uid : record.items) {
    const std::int64_t key = key_of(record.mailbox, uid.value);
    TRY(work.database().run("INSERT OR IGNORE INTO overlay VALUES(?,?)", key, op));
    TRY_ASSIGN(const auto before, work.message(key));
    if (!before) continue;
    Message after = *before;
    TRY(work.recompute_flags(after));
    TRY(work.update(*before, after));
  }
  return {};
}

// Done: what was under way is the server's now. Refused: it never was.
Result<> settle_flags(Work& work, const OperationRecord& record) {
  const std::int64_t op = record.sequence.value;
  std::vector<std::int64_t> keys;
  TRY(work.database().for_each(
      "SELECT key FROM overlay WHERE op=?", [&](booster::sql::Row row) { keys.push_back(row.get<std::int64_t>(0)); },
      op));
  TRY(work.database().run("DELETE FROM overlay WHERE op=?", op));
  TRY(work.database().run("DELETE FROM op_flags WHERE op=?", op));
  for (const std::int64_t key : keys) {
    TRY_ASSIGN(const auto before, work.message(key));
    if (!before) continue;
    Message after = *before;
    if (record.state == OperationState::Done)
      after.server_flags = with(after.server_flags, record.operation.add, record.operation.remove);
    TRY(work.recompute_flags(after));
    TRY(work.update(*before, after));
  }
  return {};
}

Result<> hide(Work& work, MailboxId mailbox, LocalUid uid, ServerUid server) {
  TRY_ASSIGN(auto before, work.message(key_of(mailbox, uid.value)));
  if (!before && server.value != 0) {
    TRY_ASSIGN(before, work.by_server(mailbox, server));
  }
  if (before) {
    if (!before->shown) return {};
    Message after = *before;
    after.shown = false;
    return work.update(*before, after);
  }
  if (server.value == 0) return {};
  Message stub;  // its skeleton is not here again yet: when it comes it must stay hidden
  stub.key = key_of(mailbox, uid.value);
  stub.mailbox = mailbox;
  stub.server = key_of(mailbox, server.value);
  stub.shown = false;
  return work.insert(stub);
}

Result<> hide_items(Work& work, const OperationRecord& record) {
  for (std::size_t i = 0; i < record.items.size(); ++i)
    TRY(hide(work, record.mailbox, record.items[i], record.servers[i]));
  return {};
}

Message made_message(const OperationRecord& record, std::size_t index) {
  const sync::SkeletonEntry& entry = record.made[index];
  Message m;
  m.key = key_of(record.target, entry.uid.value);
  m.mailbox = record.target;
  m.size = entry.size;
  m.date = entry.internal_date;
  m.zone = entry.zone_minutes;
  m.flags = entry.flags;
  m.server_flags = entry.flags;
  m.made_by = record.sequence.value;
  m.made_index = static_cast<std::uint32_t>(index);
  return m;
}

Result<> make_copies(Work& work, const OperationRecord& record) {
  for (std::size_t i = 0; i < record.made.size(); ++i) {
    Message m = made_message(record, i);
    TRY_ASSIGN(const auto there, work.message(m.key));
    if (there) continue;
    const std::int64_t from = key_of(record.mailbox, record.items[i].value);
    TRY_ASSIGN(const auto source, work.message(from));
    if (source) {
      m.content = source->content;
      m.body = source->body;
      m.overview = source->overview;
      m.match_key = source->match_key;
      if (m.overview) {
        TRY(work.database().run("INSERT OR REPLACE INTO overviews SELECT ?,chain FROM overviews WHERE id=?", m.key,
                                from));
      }
    }
    TRY(work.insert(m));
  }
  return {};
}

Result<> make_appended(Work& work, const OperationRecord& record, const codec::property::Chain* overview) {
  Message m = made_message(record, 0);
  TRY_ASSIGN(const auto there, work.message(m.key));
  if (there) return {};
  TRY_ASSIGN(const bool here, work.store().contents().exists(record.operation.digest));
  if (here) {
    TRY_ASSIGN(m.content, work.content(record.operation.digest, record.operation.size));
    m.body = BodyState::Here;
  }
  TRY(work.insert(m));
  if (overview == nullptr) return here ? add_overview(work, m, record.operation.digest) : Result<>();
  Message after = m;
  TRY(put_overview(work, after, *overview));
  return work.update(m, after);
}

Result<> project_all(Work& work) {
  TRY_ASSIGN(const auto records, work.journal().mailboxes());
  for (const auto& record : records) TRY(work.project(record));
  return {};
}

Result<> apply_moved(Work& work, const queue::Moved& moved) {
  TRY_ASSIGN(const auto before, work.message(key_of(moved.from_mailbox, moved.from.value)));
  if (!before) return {};
  if (moved.to_mailbox.value == 0) return work.erase(*before);
  Message after = *before;
  after.key = key_of(moved.to_mailbox, moved.to.value);
  after.mailbox = moved.to_mailbox;
  after.shown = true;
  if (moved.to_mailbox != moved.from_mailbox) {  // "Recovered": of no server
    after.server.reset();
    after.known = false;
    after.made_by = 0;
    after.server_flags = after.flags;
  }
  return work.update(*before, after);
}

Result<> bind_made(Work& work, const OperationRecord& record) {
  TRY_ASSIGN(const MailboxRow* target, work.mailbox(record.target));
  if (target == nullptr || target->server_validity != record.result->target_validity) return {};
  for (std::size_t i = 0; i < record.made.size() && i < record.result->made.size(); ++i) {
    if (record.result->made[i].value == 0) continue;
    TRY_ASSIGN(const auto message, work.message(key_of(record.target, record.made[i].uid.value)));
    if (message && !message->server) TRY(bind_message(work, *message, record.result->made[i]));
  }
  return {};
}

}  // namespace

Result<LocalUid> allot(Work& work, MailboxId mailbox, std::uint32_t count) {
  TRY_ASSIGN(const LocalUid first, work.journal().allot(mailbox, count));
  TRY_ASSIGN(MailboxRow * row, work.mailbox(mailbox));
  if (row != nullptr) row->next_uid = first.value + count;
  return first;
}

Result<codec::property::Chain> overview_of(Work& work, const sync::ContentDigest& digest, std::uint64_t size) {
  TRY_ASSIGN(const auto file, work.store().contents().open(digest));
  Bytes bytes(std::min(size, kReplayOverview));
  TRY_ASSIGN(const std::size_t read, file->read_at(0, bytes));
  bytes.resize(read);
  if (size <= kReplayOverview) return codec::convert::encode_overview(codec::convert::overview(bytes));
  return codec::convert::encode_overview(codec::convert::overview_of_header(bytes, size));
}

Result<> put_overview(Work& work, Message& m, const codec::property::Chain& overview) {
  auto decoded = codec::convert::decode_overview(overview);
  if (!decoded) return fail(Errc::Protocol, "overview: " + decoded.error().what);
  TRY(work.database().run("INSERT OR REPLACE INTO overviews VALUES(?,?)", m.key, codec::property::encode(overview)));
  m.overview = true;
  m.match_key = static_cast<std::int64_t>(decoded->match_key);
  if (decoded->size != 0) m.size = decoded->size;  // where a server misstates it, the octets win
  return {};
}

Result<> add_overview(Work& work, const Message& message, const sync::ContentDigest& digest) {
  TRY_ASSIGN(const auto made, overview_of(work, digest, message.size));
  Message after = message;
  TRY(put_overview(work, after, made));
  return work.update(message, after);
}

Result<> keep_previews(Work& work, std::int64_t content, const sync::ContentDigest& digest, std::uint64_t size) {
  if (size > kPreviewOf) return {};
  TRY_ASSIGN(const auto holders, work.select("SELECT " PB_MESSAGE_COLUMNS
                                             " FROM messages INDEXED BY messages_content WHERE content=? AND content<>0"
                                             " AND overview=1",
                                             content));
  std::optional<codec::convert::Overview> made;
  for (const Message& holder : holders) {
    TRY_ASSIGN(const auto chain, work.database().one<Bytes>("SELECT chain FROM overviews WHERE id=?", holder.key));
    if (!chain) continue;
    TRY_ASSIGN(const auto held, codec::property::decode(*chain));
    TRY_ASSIGN(codec::convert::Overview overview, codec::convert::decode_overview(held));
    if (!overview.preview.empty()) continue;
    if (!made) {
      const auto whole = overview_of(work, digest, size);
      if (!whole) return {};  // what cannot be read any more has no preview, and goes all the same
      TRY_ASSIGN(made, codec::convert::decode_overview(*whole));
    }
    overview.preview = made->preview;
    const Bytes with_preview = codec::property::encode(codec::convert::encode_overview(overview));
    TRY(work.database().run("UPDATE overviews SET chain=? WHERE id=?", with_preview, holder.key));
  }
  return {};
}

Result<> bind_message(Work& work, const Message& message, ServerUid uid) {
  Message after = message;
  TRY_ASSIGN(const auto told, work.by_server(message.mailbox, uid));
  if (told && told->key != message.key) {
    after.known = told->known;
    after.server_flags = told->server_flags;
    TRY(work.erase(*told));
  }
  after.server = key_of(message.mailbox, uid.value);
  after.made_by = 0;
  TRY(work.recompute_flags(after));
  return work.update(message, after);
}

Result<> apply_made(Work& work, const OperationRecord& record, const codec::property::Chain* overview) {
  switch (record.operation.kind) {
    case OperationKind::Store:
      TRY(overlay_flags(work, record));
      break;
    case OperationKind::Expunge:
      TRY(hide_items(work, record));
      break;
    case OperationKind::Copy:
      TRY(make_copies(work, record));
      break;
    case OperationKind::Move:
      TRY(make_copies(work, record));
      TRY(hide_items(work, record));
      break;
    case OperationKind::Append:
      TRY(make_appended(work, record, overview));
      break;
    case OperationKind::Create:
    case OperationKind::Delete:
    case OperationKind::Rename:
    case OperationKind::Subscribe:
    case OperationKind::Unsubscribe:
      TRY(project_all(work));
      break;
  }
  work.operations = true;
  return work.set_applied(record.sequence);
}

Result<> apply_ended(Work& work, const OperationRecord& record, queue::Sequence event) {
  switch (record.operation.kind) {
    case OperationKind::Store:
      TRY(settle_flags(work, record));
      break;
    case OperationKind::Copy:
    case OperationKind::Move:
    case OperationKind::Append:
      if (record.state == OperationState::Done && record.result) TRY(bind_made(work, record));
      break;
    case OperationKind::Expunge:
      break;
    case OperationKind::Create:
    case OperationKind::Delete:
    case OperationKind::Rename:
    case OperationKind::Subscribe:
    case OperationKind::Unsubscribe:
      TRY(project_all(work));
      break;
  }
  for (const queue::Moved& moved : record.moved) TRY(apply_moved(work, moved));
  if (record.target.value != 0) TRY(release_held(work, record.target));
  work.operations = true;
  return work.set_applied(event);
}

Result<> release_held(Work& work, MailboxId mailbox) {
  TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox));
  if (row == nullptr) return {};
  TRY_ASSIGN(const auto held,
             work.select("SELECT " PB_MESSAGE_COLUMNS " FROM messages WHERE key>=? AND key<=? ORDER BY key DESC",
                         -key_of(mailbox, 0xffffffff), -key_of(mailbox, 0)));
  for (const Message& before : held) {
    TRY_ASSIGN(const auto awaited, work.database().one<std::int64_t>(
                                       "SELECT made_by FROM messages INDEXED BY messages_unbound WHERE mailbox=?"
                                       " AND size=? AND server IS NULL AND stale=0 AND made_by<>0 LIMIT 1",
                                       mailbox.value, before.size));
    if (awaited) {
      TRY_ASSIGN(const auto record, work.journal().operation(queue::Sequence{*awaited}));
      if (record && record->state == OperationState::Open) continue;
    }
    const ServerUid uid = before.server_uid();
    TRY_ASSIGN(const auto known, work.journal().look_up(mailbox, row->server_validity, uid, uid));
    Message after = before;
    if (!known.empty()) {
      after.key = key_of(mailbox, known.front().local.value);
    } else {
      TRY_ASSIGN(const LocalUid fresh, allot(work, mailbox, 1));
      const queue::Binding binding{uid, fresh};
      TRY(work.journal().bind(mailbox, row->server_validity, std::span(&binding, 1)));
      after.key = key_of(mailbox, fresh.value);
    }
    TRY_ASSIGN(const auto taken, work.message(after.key));
    if (taken) continue;
    after.shown = true;
    TRY(work.recompute_flags(after));
    TRY(work.update(before, after));
  }
  return {};
}

Result<> drop_mailbox(Work& work, queue::MailboxRecord record) {
  TRY_ASSIGN(const bool needed, work.journal().any_open_of(record.id));
  work.folders = true;
  work.touched.insert(record.id);
  if (needed) {  // what is still on its way into it comes back refused, and is recovered then
    record.server_name.reset();
    record.seen = false;
    TRY(work.journal().update_mailbox(record));
    TRY(work.project(record));
    return {};
  }
  record.state = queue::MailboxState::Gone;
  TRY(work.journal().update_mailbox(record));
  TRY(work.journal().forget_blocks(record.id));
  work.forget(record.id);
  TRY(work.database().run("DELETE FROM mailboxes WHERE id=?", record.id.value));
  return work.database().run("INSERT OR IGNORE INTO doomed VALUES(?)", record.id.value);
}

}  // namespace proxy::client::replica
