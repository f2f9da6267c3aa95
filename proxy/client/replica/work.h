// One unit of work on the tables, inside a transaction: messages change through it, so that counts, chunks, digests and
// mod_seqs are right whatever changes. Internal to this folder.
#pragma once
#include <map>
#include <set>

#include "proxy/client/replica/store.h"
#include "proxy/client/replica/types.h"
#include "proxy/sync/types.h"

namespace proxy::client::replica {

using queue::Journal;
using sync::ServerUid;

enum class BodyState : std::uint8_t { Missing = 0, Here = 1, Evicted = 2, Failed = 3 };

constexpr std::int64_t key_of(MailboxId mailbox, std::uint32_t uid) {
  return (mailbox.value << 32) | uid;
}
constexpr std::uint32_t uid_of(std::int64_t key) {
  return static_cast<std::uint32_t>(key);
}
constexpr MailboxId mailbox_of(std::int64_t key) {
  return {key >> 32};
}

struct Message {
  std::int64_t key = 0;
  std::optional<std::int64_t> server;
  MailboxId mailbox;
  bool shown = true;
  bool known = false;
  bool stale = false;
  Flags flags;
  Flags server_flags;
  std::uint64_t mod_seq = 0;
  std::uint64_t size = 0;
  std::int64_t date = 0;
  std::int16_t zone = 0;
  std::int64_t content = 0;
  BodyState body = BodyState::Missing;
  bool overview = false;
  std::int64_t match_key = 0;
  std::int64_t made_by = 0;
  std::uint32_t made_index = 0;

  LocalUid uid() const { return {uid_of(key)}; }
  ServerUid server_uid() const { return {server ? uid_of(*server) : 0}; }
};

struct MailboxRow {
  MailboxId id;
  std::string name;
  std::optional<std::string> server_name;
  queue::MailboxState state = queue::MailboxState::Live;
  bool local_only = false, subscribed = false;
  std::string special_use;
  std::uint32_t uid_validity = 0, next_uid = 1;
  sync::UidValidity server_validity;
  std::optional<std::uint32_t> feed_number;
  char delimiter = '/';
  bool selectable = true, no_inferiors = false, read_only = false, any_keyword = true;
  std::string permanent_keywords;  // blank between
  ServerUid server_next;
  sync::ModSeq mod_seq;
  bool whole = false;
  std::uint32_t known = 0;
  sync::SetDigest digest;
  std::uint32_t messages = 0, unseen = 0, deleted = 0;
  std::uint64_t size = 0;
  std::uint32_t overviews = 0, bodies = 0, stale = 0;
  std::uint64_t highest_mod_seq = 0;
};

#define PB_MESSAGE_COLUMNS                                                                                           \
  "key,server,mailbox,shown,known,stale,flags,keywords,server_flags,server_keywords,mod_seq,size,date,zone,content," \
  "body,overview,match_key,made_by,made_index"
Message load_message(booster::sql::Row row);
#define PB_MAILBOX_ROW_COLUMNS                                                                                     \
  "id,name,server_name,state,local_only,subscribed,special_use,uid_validity,next_uid,server_validity,feed_number," \
  "delimiter,selectable,no_inferiors,read_only,any_keyword,permanent_keywords,server_next,mod_seq,whole,known,"    \
  "digest_low,digest_high,messages,unseen,deleted,size,overviews,bodies,stale,highest_mod_seq"
MailboxRow load_mailbox(booster::sql::Row row);

std::string join_words(const std::set<std::string>& words);
std::set<std::string> split_words(std::string_view text);
Flags with(Flags flags, const Flags& added, const Flags& removed);

class Work {
 public:
  explicit Work(Store& store) : store_(store) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  Store& store() { return store_; }
  Journal& journal() { return store_.journal(); }
  booster::sql::Database& database() { return store_.database(); }

  // nullptr: no such mailbox. Kept here and written by flush(); valid as long as this.
  Result<MailboxRow*> mailbox(MailboxId id);
  Result<MailboxRow*> mailbox_by_feed(std::uint32_t number);
  Result<MailboxRow*> live_mailbox(const std::string& name);
  // Brings the journal's part of a mailbox over; makes the row.
  Result<MailboxRow*> project(const queue::MailboxRecord& record);

  void forget(MailboxId id) { mailboxes_[id].reset(); }  // its row is deleted

  Result<std::optional<Message>> message(std::int64_t key);
  Result<std::optional<Message>> by_server(MailboxId mailbox, ServerUid uid);
  Result<std::vector<Message>> select(std::string_view sql, auto... args) {
    std::vector<Message> found;
    TRY(database().for_each(
        sql, [&](booster::sql::Row row) { found.push_back(load_message(row)); }, args...));
    return found;
  }
  // The three ways a message changes. insert and update set mod_seq when what is shown changes.
  Result<> insert(Message& message);
  Result<> update(const Message& before, Message& after);
  Result<> erase(const Message& before);
  // flags := server_flags with what is under way.
  Result<> recompute_flags(Message& message);
  Result<std::pair<Flags, Flags>> flags_of(std::int64_t operation);  // added, removed, of a Store under way

  Result<> add_content_bytes(std::int64_t bytes);
  // The row of a content; made when missing.
  Result<std::int64_t> content(const sync::ContentDigest& digest, std::uint64_t size);

  Result<bool> content_needed(std::int64_t id, const sync::ContentDigest& digest);  // by something unsent
  Result<> evict_content(std::int64_t id, std::uint64_t size);
  Result<> purge(const Message& message);  // of a mailbox that is gone: nobody counts it any more

  Result<> flush();
  Result<> set_applied(queue::Sequence event);

  // What to announce.
  std::set<MailboxId> touched;
  bool folders = false, operations = false, wanted = false, contents = false;

 private:
  Result<> count(const Message& message, int sign, const Message* other);
  Result<> adjust_content(std::int64_t content, int by);
  Result<> note_keywords(const Message& message);
  Result<std::uint64_t> stamp(MailboxId mailbox);

  Store& store_;
  std::map<MailboxId, std::optional<MailboxRow>> mailboxes_;
  std::map<std::int64_t, std::int64_t> chunks8_, chunks16_;
  std::map<std::int64_t, std::int64_t> refs_;
  std::set<std::pair<MailboxId, std::string>> keywords_;
};

}  // namespace proxy::client::replica
