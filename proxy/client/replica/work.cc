#include "proxy/client/replica/work.h"

#include "booster/sql/database.h"
#include "proxy/sync/packed.h"

namespace proxy::client::replica {

std::string join_words(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::set<std::string> split_words(std::string_view text) {
  std::set<std::string> words;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    if (!word.empty()) words.emplace(word);
    if (blank == std::string_view::npos) break;
    text.remove_prefix(blank + 1);
  }
  return words;
}

Flags with(Flags flags, const Flags& added, const Flags& removed) {
  flags.system = static_cast<std::uint8_t>((flags.system | added.system) & ~removed.system);
  flags.keywords.insert(added.keywords.begin(), added.keywords.end());
  for (const std::string& keyword : removed.keywords) flags.keywords.erase(keyword);
  return flags;
}

Message load_message(booster::sql::Row row) {
  Message m;
  m.key = row.get<std::int64_t>(0);
  m.server = row.get<std::optional<std::int64_t>>(1);
  m.mailbox = {row.get<std::int64_t>(2)};
  m.shown = row.get<bool>(3);
  m.known = row.get<bool>(4);
  m.stale = row.get<bool>(5);
  m.flags = {row.get<std::uint8_t>(6), split_words(row.get<std::string_view>(7))};
  m.server_flags = {row.get<std::uint8_t>(8), split_words(row.get<std::string_view>(9))};
  m.mod_seq = row.get<std::uint64_t>(10);
  m.size = row.get<std::uint64_t>(11);
  m.date = row.get<std::int64_t>(12);
  m.zone = row.get<std::int16_t>(13);
  m.content = row.get<std::int64_t>(14);
  m.body = row.get<BodyState>(15);
  m.overview = row.get<bool>(16);
  m.match_key = row.get<std::int64_t>(17);
  m.made_by = row.get<std::int64_t>(18);
  m.made_index = row.get<std::uint32_t>(19);
  return m;
}

MailboxRow load_mailbox(booster::sql::Row row) {
  MailboxRow m;
  m.id = {row.get<std::int64_t>(0)};
  m.name = row.get<std::string>(1);
  m.server_name = row.get<std::optional<std::string>>(2);
  m.state = row.get<queue::MailboxState>(3);
  m.local_only = row.get<bool>(4);
  m.subscribed = row.get<bool>(5);
  m.special_use = row.get<std::string>(6);
  m.uid_validity = row.get<std::uint32_t>(7);
  m.next_uid = row.get<std::uint32_t>(8);
  m.server_validity = {row.get<std::uint32_t>(9)};
  m.feed_number = row.get<std::optional<std::uint32_t>>(10);
  m.delimiter = static_cast<char>(row.get<std::uint8_t>(11));
  m.selectable = row.get<bool>(12);
  m.no_inferiors = row.get<bool>(13);
  m.read_only = row.get<bool>(14);
  m.any_keyword = row.get<bool>(15);
  m.permanent_keywords = row.get<std::string>(16);
  m.server_next = {row.get<std::uint32_t>(17)};
  m.mod_seq = {row.get<std::uint64_t>(18)};
  m.whole = row.get<bool>(19);
  m.known = row.get<std::uint32_t>(20);
  m.digest = {static_cast<std::uint64_t>(row.get<std::int64_t>(21)),
              static_cast<std::uint64_t>(row.get<std::int64_t>(22))};
  m.messages = row.get<std::uint32_t>(23);
  m.unseen = row.get<std::uint32_t>(24);
  m.deleted = row.get<std::uint32_t>(25);
  m.size = row.get<std::uint64_t>(26);
  m.overviews = row.get<std::uint32_t>(27);
  m.bodies = row.get<std::uint32_t>(28);
  m.stale = row.get<std::uint32_t>(29);
  m.highest_mod_seq = row.get<std::uint64_t>(30);
  return m;
}

Result<MailboxRow*> Work::mailbox(MailboxId id) {
  const auto kept = mailboxes_.find(id);
  if (kept != mailboxes_.end()) return kept->second ? &*kept->second : nullptr;
  std::optional<MailboxRow> row;
  TRY(database().for_each(
      "SELECT " PB_MAILBOX_ROW_COLUMNS " FROM mailboxes WHERE id=?",
      [&](booster::sql::Row found) { row = load_mailbox(found); }, id.value));
  auto& place = mailboxes_[id];
  place = std::move(row);
  return place ? &*place : nullptr;
}

Result<MailboxRow*> Work::mailbox_by_feed(std::uint32_t number) {
  TRY_ASSIGN(const auto id, database().one<std::int64_t>("SELECT id FROM mailboxes WHERE feed_number=?", number));
  if (!id) return nullptr;
  return mailbox({*id});
}

Result<MailboxRow*> Work::live_mailbox(const std::string& name) {
  TRY_ASSIGN(const auto record, journal().live_mailbox(name));
  if (!record) return nullptr;
  return mailbox(record->id);
}

Result<MailboxRow*> Work::project(const queue::MailboxRecord& record) {
  TRY_ASSIGN(MailboxRow * row, mailbox(record.id));
  if (row == nullptr) {
    MailboxRow fresh;
    fresh.id = record.id;
    mailboxes_[record.id] = std::move(fresh);
    row = &*mailboxes_[record.id];
    TRY_ASSIGN(row->highest_mod_seq, journal().next_mod_seq());
    TRY(database().run("INSERT INTO mailboxes(" PB_MAILBOX_ROW_COLUMNS
                       ") VALUES(?,'',NULL,0,0,0,'',0,1,0,NULL,47,1,0,0,"
                       "1,'',0,0,0,0,0,0,0,0,0,0,0,0,0,0)",
                       record.id.value));
  }
  row->name = record.name;
  row->server_name = record.server_name;
  row->state = record.state;
  row->local_only = record.local_only;
  row->subscribed = record.subscribed;
  row->special_use = record.special_use;
  row->uid_validity = record.uid_validity;
  row->next_uid = record.next_uid;
  row->server_validity = record.server_validity;
  if (record.local_only) row->whole = true;
  folders = true;
  return row;
}

Result<std::optional<Message>> Work::message(std::int64_t key) {
  std::optional<Message> found;
  TRY(database().for_each(
      "SELECT " PB_MESSAGE_COLUMNS " FROM messages WHERE key=?",
      [&](booster::sql::Row row) { found = load_message(row); }, key));
  return found;
}

Result<std::optional<Message>> Work::by_server(MailboxId mailbox, ServerUid uid) {
  std::optional<Message> found;
  TRY(database().for_each(
      "SELECT " PB_MESSAGE_COLUMNS " FROM messages WHERE server=?",
      [&](booster::sql::Row row) { found = load_message(row); }, key_of(mailbox, uid.value)));
  return found;
}

Result<std::uint64_t> Work::stamp(MailboxId id) {
  TRY_ASSIGN(const std::uint64_t next, journal().next_mod_seq());
  TRY_ASSIGN(MailboxRow * row, mailbox(id));
  if (row != nullptr) row->highest_mod_seq = next;
  touched.insert(id);
  return next;
}

// Adds (or takes away) what a message contributes to its mailbox. `other`: what it was or becomes; a digest that stays
// the same is not hashed twice.
Result<> Work::count(const Message& m, int sign, const Message* other) {
  TRY_ASSIGN(MailboxRow * row, mailbox(m.mailbox));
  if (row == nullptr) return {};  // being purged
  const auto add = [sign](std::uint32_t& value, bool yes) {
    if (yes) value = static_cast<std::uint32_t>(static_cast<std::int64_t>(value) + sign);
  };
  if (m.shown) {
    add(row->messages, true);
    add(row->unseen, (m.flags.system & Flags::kSeen) == 0);
    add(row->deleted, (m.flags.system & Flags::kDeleted) != 0);
    add(row->overviews, m.overview);
    add(row->bodies, m.body == BodyState::Here);
    row->size = sign > 0 ? row->size + m.size : row->size - m.size;
    chunks8_[m.key >> 8] += sign;
    chunks16_[m.key >> 16] += sign;
  }
  add(row->stale, m.stale);
  const bool same =
      other != nullptr && other->known == m.known && other->server == m.server && other->server_flags == m.server_flags;
  if (m.known && !same) {
    add(row->known, true);
    if (sign > 0) {
      row->digest.add(m.server_uid(), m.server_flags);
    } else {
      row->digest.remove(m.server_uid(), m.server_flags);
    }
  }
  if (m.content != 0 && (other == nullptr || other->content != m.content)) refs_[m.content] += sign;
  return {};
}

namespace {

// Its body can be asked for, and nothing but the policy or a person says whether it is.
bool lacks_body(const Message& m) {
  return m.body == BodyState::Missing && m.shown && m.server;
}

}  // namespace

Result<> Work::note_keywords(const Message& m) {
  for (const std::string& keyword : m.flags.keywords) {
    if (!keywords_.emplace(m.mailbox, keyword).second) continue;
    TRY(database().run("INSERT OR IGNORE INTO keywords VALUES(?,?)", m.mailbox.value, keyword));
  }
  return {};
}

Result<> Work::insert(Message& m) {
  wanted = wanted || lacks_body(m);
  if (m.shown) {
    TRY_ASSIGN(m.mod_seq, stamp(m.mailbox));
  }
  TRY(count(m, 1, nullptr));
  TRY(note_keywords(m));
  return database().run("INSERT INTO messages(" PB_MESSAGE_COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                        m.key, m.server, m.mailbox.value, m.shown, m.known, m.stale, m.flags.system,
                        join_words(m.flags.keywords), m.server_flags.system, join_words(m.server_flags.keywords),
                        m.mod_seq, m.size, m.date, m.zone, m.content, m.body, m.overview, m.match_key, m.made_by,
                        m.made_index);
}

Result<> Work::update(const Message& before, Message& after) {
  const bool moved = before.key != after.key;
  wanted = wanted || (lacks_body(after) && (moved || !lacks_body(before)));
  if (before.shown && (!after.shown || moved)) {
    TRY_ASSIGN(const std::uint64_t mod_seq, stamp(before.mailbox));
    TRY(database().run("INSERT INTO gone VALUES(?,?,?)", mod_seq, before.mailbox.value, before.uid().value));
  }
  if (after.shown && (!before.shown || moved || before.flags != after.flags || before.size != after.size)) {
    TRY_ASSIGN(after.mod_seq, stamp(after.mailbox));
  }
  if (after.body != before.body || after.overview != before.overview) touched.insert(after.mailbox);
  TRY(count(before, -1, moved ? nullptr : &after));
  TRY(count(after, 1, moved ? nullptr : &before));
  if (before.flags != after.flags) TRY(note_keywords(after));
  if (moved) {
    TRY(database().run("UPDATE overviews SET id=? WHERE id=?", after.key, before.key));
    TRY(database().run("UPDATE OR REPLACE overlay SET key=? WHERE key=?", after.key, before.key));
    TRY(database().run("UPDATE OR REPLACE wishes SET key=? WHERE key=?", after.key, before.key));
  }
  return database().run(
      "UPDATE messages SET key=?,server=?,mailbox=?,shown=?,known=?,stale=?,flags=?,keywords=?,server_flags=?,"
      "server_keywords=?,mod_seq=?,size=?,date=?,zone=?,content=?,body=?,overview=?,match_key=?,made_by=?,made_index=?"
      " WHERE key=?",
      after.key, after.server, after.mailbox.value, after.shown, after.known, after.stale, after.flags.system,
      join_words(after.flags.keywords), after.server_flags.system, join_words(after.server_flags.keywords),
      after.mod_seq, after.size, after.date, after.zone, after.content, after.body, after.overview, after.match_key,
      after.made_by, after.made_index, before.key);
}

Result<> Work::erase(const Message& before) {
  if (before.shown) {
    TRY_ASSIGN(const std::uint64_t mod_seq, stamp(before.mailbox));
    TRY(database().run("INSERT INTO gone VALUES(?,?,?)", mod_seq, before.mailbox.value, before.uid().value));
  }
  TRY(count(before, -1, nullptr));
  if (before.overview) TRY(database().run("DELETE FROM overviews WHERE id=?", before.key));
  TRY(database().run("DELETE FROM overlay WHERE key=?", before.key));
  TRY(database().run("DELETE FROM wishes WHERE key=?", before.key));
  return database().run("DELETE FROM messages WHERE key=?", before.key);
}

Result<std::pair<Flags, Flags>> Work::flags_of(std::int64_t operation) {
  std::pair<Flags, Flags> flags;
  TRY(database().for_each(
      "SELECT added,removed FROM op_flags WHERE op=?",
      [&](booster::sql::Row row) -> Result<> {
        auto added = sync::unpack_flags(row.get<ByteView>(0));
        auto removed = sync::unpack_flags(row.get<ByteView>(1));
        if (!added || !removed) return fail(Errc::Corrupt, "replica.db: flags of an operation");
        flags = {*std::move(added), *std::move(removed)};
        return {};
      },
      operation));
  return flags;
}

Result<> Work::recompute_flags(Message& m) {
  m.flags = m.server_flags;
  return database().for_each(
      "SELECT key,op FROM overlay WHERE key=? ORDER BY op",
      [&](booster::sql::Row row) -> Result<> {
        TRY_ASSIGN(const auto flags, flags_of(row.get<std::int64_t>(1)));
        m.flags = with(std::move(m.flags), flags.first, flags.second);
        return {};
      },
      m.key);
}

Result<> Work::add_content_bytes(std::int64_t bytes) {
  return database().run("UPDATE meta SET content_bytes=content_bytes+?", bytes);
}

Result<std::int64_t> Work::content(const sync::ContentDigest& digest, std::uint64_t size) {
  TRY_ASSIGN(const auto found, database().one<std::int64_t>("SELECT id FROM contents WHERE digest=?", digest));
  if (found) return *found;
  TRY(database().run("INSERT INTO contents(digest,size,refs,used) VALUES(?,?,0,?)", digest, size,
                     queue::seconds_now()));
  const std::int64_t id = database().last_row_id();
  TRY(add_content_bytes(static_cast<std::int64_t>(size)));
  contents = true;
  return id;
}

Result<bool> Work::content_needed(std::int64_t id, const sync::ContentDigest& digest) {
  TRY_ASSIGN(const auto unsent, database().one<int>("SELECT 1 FROM messages INDEXED BY messages_content WHERE content=?"
                                                    " AND content<>0 AND server IS NULL LIMIT 1",
                                                    id));
  if (unsent) return true;
  return journal().content_needed(digest);
}

Result<> Work::evict_content(std::int64_t id, std::uint64_t size) {
  TRY_ASSIGN(const auto holders, select("SELECT " PB_MESSAGE_COLUMNS
                                        " FROM messages INDEXED BY messages_content WHERE content=? AND content<>0",
                                        id));
  for (const Message& before : holders) {
    Message after = before;
    after.content = 0;
    after.body = BodyState::Evicted;
    TRY(update(before, after));
  }
  refs_.erase(id);
  TRY(add_content_bytes(-static_cast<std::int64_t>(size)));
  TRY(database().run("DELETE FROM sketches WHERE content=?", id));
  return database().run("DELETE FROM contents WHERE id=?", id);
}

Result<> Work::purge(const Message& m) {
  if (m.content != 0) refs_[m.content] -= 1;
  if (m.overview) TRY(database().run("DELETE FROM overviews WHERE id=?", m.key));
  TRY(database().run("DELETE FROM overlay WHERE key=?", m.key));
  TRY(database().run("DELETE FROM wishes WHERE key=?", m.key));
  return database().run("DELETE FROM messages WHERE key=?", m.key);
}

Result<> Work::flush() {
  for (const auto& [id, change] : chunks8_) {
    if (change == 0) continue;
    TRY(database().run("INSERT INTO chunks8 VALUES(?,?) ON CONFLICT(id) DO UPDATE SET n=n+excluded.n", id, change));
    if (change < 0) TRY(database().run("DELETE FROM chunks8 WHERE id=? AND n=0", id));
  }
  for (const auto& [id, change] : chunks16_) {
    if (change == 0) continue;
    TRY(database().run("INSERT INTO chunks16 VALUES(?,?) ON CONFLICT(id) DO UPDATE SET n=n+excluded.n", id, change));
    if (change < 0) TRY(database().run("DELETE FROM chunks16 WHERE id=? AND n=0", id));
  }
  for (const auto& [id, change] : refs_) {
    if (change != 0) TRY(database().run("UPDATE contents SET refs=refs+? WHERE id=?", change, id));
  }
  for (const auto& [id, kept] : mailboxes_) {
    if (!kept) continue;
    const MailboxRow& m = *kept;
    TRY(database().run(
        "UPDATE mailboxes SET name=?,server_name=?,state=?,local_only=?,subscribed=?,special_use=?,uid_validity=?,"
        "next_uid=?,server_validity=?,feed_number=?,delimiter=?,selectable=?,no_inferiors=?,read_only=?,any_keyword=?,"
        "permanent_keywords=?,server_next=?,mod_seq=?,whole=?,known=?,digest_low=?,digest_high=?,messages=?,unseen=?,"
        "deleted=?,size=?,overviews=?,bodies=?,stale=?,highest_mod_seq=? WHERE id=?",
        m.name, m.server_name, m.state, m.local_only, m.subscribed, m.special_use, m.uid_validity, m.next_uid,
        m.server_validity.value, m.feed_number, static_cast<std::uint8_t>(m.delimiter), m.selectable, m.no_inferiors,
        m.read_only, m.any_keyword, m.permanent_keywords, m.server_next.value, m.mod_seq.value, m.whole, m.known,
        static_cast<std::int64_t>(m.digest.low), static_cast<std::int64_t>(m.digest.high), m.messages, m.unseen,
        m.deleted, m.size, m.overviews, m.bodies, m.stale, m.highest_mod_seq, id.value));
  }
  chunks8_.clear();
  chunks16_.clear();
  refs_.clear();
  return {};
}

Result<> Work::set_applied(queue::Sequence event) {
  return database().run("UPDATE meta SET applied=?", event.value);
}

}  // namespace proxy::client::replica
