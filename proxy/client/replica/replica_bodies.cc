// Bodies: wanted, arriving, here, evicted.
#include <algorithm>

#include "proxy/client/replica/replica.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {
namespace {

constexpr int kHeldLooked = 128;                    // newest rows of a mailbox, for held_bodies()
constexpr std::size_t kMostHeldRanges = 1024;       // said at each beginning: some 3 kB
constexpr std::uint64_t kHeldLargest = 128 * 1024;  // the agent reads each once more
constexpr std::int64_t kTouchAfter = 3600;          // "used" is exact to an hour: reading does not write

Result<std::optional<Message>> told_message(Work& work, const std::string& server_mailbox, sync::UidValidity validity,
                                            ServerUid uid) {
  TRY_ASSIGN(const auto id,
             work.database().one<std::int64_t>("SELECT id FROM mailboxes WHERE server_name=? AND server_validity=?",
                                               server_mailbox, validity.value));
  if (!id) return std::optional<Message>();
  return work.by_server({*id}, uid);
}

}  // namespace

Task<Result<bool>> Replica::raise_body(MailboxId mailbox, LocalUid uid) {
  bool missing = true;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto m, work.message(key_of(mailbox, uid.value)));
    missing = !m || m->body != BodyState::Here;
    if (!missing) return {};
    work.wanted = true;
    return work.database().run("INSERT OR IGNORE INTO wishes VALUES(?,?)", key_of(mailbox, uid.value),
                               queue::seconds_now());
  };
  CO_TRY(co_await change(job));
  co_return missing;
}

Task<Result<>> Replica::drop_body_wish(MailboxId mailbox, LocalUid uid, Error why) {
  std::string part;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto m, work.message(key_of(mailbox, uid.value)));
    TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox));
    if (m && m->server && row != nullptr) part = part_name(mailbox, row->server_validity, m->server_uid());
    return work.database().run("DELETE FROM wishes WHERE key=?", key_of(mailbox, uid.value));
  };
  CO_TRY(co_await change(job));
  fail_body(part, std::move(why));
  co_return Result<>();
}

void Replica::fail_body(const std::string& part, Error why) {
  const auto there = bodies_.find(part);
  if (there == bodies_.end()) return;
  const std::shared_ptr<Body> body = there->second.lock();
  bodies_.erase(there);
  if (body == nullptr || body->complete_) return;
  body->failed_ = std::move(why);
  body->grown_.notify_all();
}

std::shared_ptr<Body> Replica::shared_body(const std::string& part, std::unique_ptr<booster::disk::File> file,
                                           std::uint64_t size) {
  if (auto there = bodies_[part].lock()) return there;
  auto body = std::make_shared<Body>(thread_, std::move(file), size, 0, false);
  bodies_[part] = body;
  return body;
}

void Replica::forget_body(const std::string& part) {
  bodies_.erase(part);
}

Task<Result<std::shared_ptr<Body>>> Replica::body(MailboxId mailbox, LocalUid uid) {
  std::unique_ptr<booster::disk::File> file;
  std::uint64_t size = 0;
  std::int64_t stale_use = 0;
  bool lost = false;
  std::string part;
  const std::int64_t key = key_of(mailbox, uid.value);
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto m, work.message(key));
    if (!m || !m->shown) return fail(Errc::NotFound, "the message is gone");
    size = m->size;
    if (m->body == BodyState::Here) {
      sync::ContentDigest digest{};
      std::int64_t used = 0;
      TRY(work.database().for_each(
          "SELECT digest,used,size FROM contents WHERE id=?",
          [&](booster::sql::Row row) {
            const auto bytes = row.get<ByteView>(0);
            if (bytes.size() == digest.size()) std::copy(bytes.begin(), bytes.end(), digest.begin());
            used = row.get<std::int64_t>(1);
            size = row.get<std::uint64_t>(2);
          },
          m->content));
      auto opened = work.store().contents().open(digest);
      if (opened) {
        TRY_ASSIGN(const auto stat, (*opened)->stat());
        if (stat.size == size) {
          file = *std::move(opened);
          if (used + kTouchAfter < queue::seconds_now()) stale_use = m->content;
          return {};
        }
      }
      lost = true;
    }
    TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox));
    if (row == nullptr) return fail(Errc::NotFound, "the mailbox is gone");
    part = part_name(mailbox, row->server_validity, m->server_uid());
    TRY_ASSIGN(file, work.store().contents().open_part(part));
    return {};
  };
  CO_TRY(co_await look(job));
  if (lost) {  // somebody took the file away: fetched again
    const Job mend = [&](Work& work) -> Result<> {
      TRY_ASSIGN(const auto m, work.message(key));
      if (!m || m->body != BodyState::Here) return {};
      Message after = *m;
      after.body = BodyState::Missing;
      after.content = 0;
      return work.update(*m, after);
    };
    CO_TRY(co_await change(mend));
  }
  if (stale_use != 0) {
    const Job touch = [&](Work& work) {
      return work.database().run("UPDATE contents SET used=? WHERE id=?", queue::seconds_now(), stale_use);
    };
    (void)co_await change(touch);
  }
  if (part.empty()) co_return std::make_shared<Body>(thread_, std::move(file), size, size, true);
  co_return shared_body(part, std::move(file), size);
}

Task<Result<std::shared_ptr<Body>>> Replica::content(const sync::ContentDigest& digest) {
  std::unique_ptr<booster::disk::File> file;
  std::uint64_t size = 0;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(file, work.store().contents().open(digest));
    TRY_ASSIGN(const auto stat, file->stat());
    size = stat.size;
    return {};
  };
  CO_TRY(co_await look(job));
  co_return std::make_shared<Body>(thread_, std::move(file), size, size, true);
}

Task<Result<std::unique_ptr<ContentWriter>>> Replica::begin_content(std::uint64_t expected_size) {
  std::unique_ptr<booster::disk::File> file;
  booster::disk::Path temp;
  const Job job = [&](Work& work) -> Result<> {
    const auto room = disk_->free_space(options_.directory);
    if (room && *room < expected_size) return fail(Errc::Full, "not enough space for a message");
    TRY_ASSIGN(auto made, work.store().contents().make_temp());
    file = std::move(made.first);
    temp = std::move(made.second);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return std::unique_ptr<ContentWriter>(new ContentWriter(*this, std::move(file), std::move(temp)));
}

Task<Result<Bytes>> Replica::body_octets(const std::string& server_mailbox, sync::UidValidity uid_validity,
                                         ServerUid server_uid, std::uint64_t from, std::size_t most) {
  Bytes octets;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto m, told_message(work, server_mailbox, uid_validity, server_uid));
    if (!m || m->body != BodyState::Here) return fail(Errc::NotFound, "the body is not here");
    TRY_ASSIGN(const auto digest, work.database().one<Bytes>("SELECT digest FROM contents WHERE id=?", m->content));
    sync::ContentDigest named{};
    if (!digest || digest->size() != named.size()) return fail(Errc::NotFound, "the body is not here");
    std::copy(digest->begin(), digest->end(), named.begin());
    TRY_ASSIGN(const auto file, work.store().contents().open(named));
    octets.resize(static_cast<std::size_t>(std::min<std::uint64_t>(most, m->size - std::min(m->size, from))));
    TRY_ASSIGN(const std::size_t read, file->read_at(from, octets));
    octets.resize(read);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return octets;
}

// What is not here is little, or lies together: the newest comes first.
Task<Result<std::vector<sync::HeldRanges>>> Replica::held_ranges() {
  std::vector<sync::HeldRanges> all;
  const Job job = [&](Work& work) -> Result<> {
    std::vector<std::pair<std::int64_t, std::uint32_t>> mailboxes;  // and the first UID that is not there yet
    TRY(work.database().for_each(
        "SELECT id,server_next,server_name,server_validity FROM mailboxes WHERE server_name IS NOT NULL AND state=0"
        " AND bodies>0 ORDER BY id LIMIT ?",
        [&](booster::sql::Row row) {
          mailboxes.emplace_back(row.get<std::int64_t>(0), row.get<std::uint32_t>(1));
          all.push_back({row.get<std::string>(2), {row.get<std::uint32_t>(3)}, {}});
        },
        sync::kMostHeld));
    std::size_t room = kMostHeldRanges;
    for (std::size_t i = 0; i < mailboxes.size(); ++i) {
      const auto [id, end] = mailboxes[i];
      std::vector<sync::UidRange>& ranges = all[i].uids;
      std::uint32_t next = 1;
      const auto until = [&](std::uint32_t uid) {
        if (uid > next) ranges.push_back({next, uid - 1});
        next = uid + 1;
      };
      TRY(work.database().for_each(
          "SELECT server FROM messages INDEXED BY messages_not_here WHERE server>=(?<<32) AND server<((?+1)<<32)"
          " AND body<>1 AND server IS NOT NULL ORDER BY server",
          [&](booster::sql::Row row) { until(uid_of(row.get<std::int64_t>(0))); }, id, id));
      until(end);
      if (ranges.size() > room) ranges.erase(ranges.begin(), ranges.end() - static_cast<std::ptrdiff_t>(room));
      room -= ranges.size();
    }
    return {};
  };
  CO_TRY(co_await look(job));
  std::erase_if(all, [](const sync::HeldRanges& one) { return one.uids.empty(); });
  co_return all;
}

Task<Result<std::vector<sync::HeldItems>>> Replica::held_bodies() {
  std::vector<sync::HeldItems> all;
  const Job job = [&](Work& work) -> Result<> {
    return work.database().for_each(
        "SELECT b.server_name,b.server_validity,m.server FROM mailboxes b JOIN messages m ON m.key IN"
        " (SELECT key FROM messages WHERE key>=(b.id<<32) AND key<((b.id+1)<<32) ORDER BY key DESC LIMIT ?)"
        " WHERE b.server_name IS NOT NULL AND (b.server_name='INBOX' OR b.special_use='\\Sent')"
        " AND m.body=? AND m.server IS NOT NULL AND m.size<=? ORDER BY b.id,m.key DESC",
        [&all](booster::sql::Row row) {
          const auto name = row.get<std::string>(0);
          if (all.empty() || all.back().mailbox != name) all.push_back({name, {row.get<std::uint32_t>(1)}, {}});
          all.back().uids.push_back({uid_of(row.get<std::int64_t>(2))});
        },
        kHeldLooked, static_cast<std::int64_t>(BodyState::Here), kHeldLargest);
  };
  CO_TRY(co_await look(job));
  co_return all;
}

Task<Result<std::unique_ptr<BodySink>>> Replica::begin_body(const std::string& server_mailbox,
                                                            sync::UidValidity uid_validity, ServerUid server_uid,
                                                            std::uint64_t offset, std::uint64_t size) {
  std::unique_ptr<booster::disk::File> file;
  booster::crypto::Sha256 running;
  std::string part;
  MailboxId mailbox;
  LocalUid uid;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto m, told_message(work, server_mailbox, uid_validity, server_uid));
    if (!m || m->key < 0) return fail(Errc::NotFound, "the message is gone");
    if (m->body == BodyState::Here) return fail(Errc::Conflict, "the body is here");
    mailbox = m->mailbox;
    uid = m->uid();
    part = part_name(mailbox, uid_validity, server_uid);
    TRY_ASSIGN(file, work.store().contents().open_part(part));
    if (offset == 0) return file->truncate(0);
    TRY_ASSIGN(auto found, look_at_part(*file));
    if (found.first != offset) return fail(Errc::Conflict, "the part here ends elsewhere");
    running = std::move(found.second);
    return {};
  };
  CO_TRY(co_await look(job));
  std::shared_ptr<Body> body = shared_body(part, std::move(file), size);
  body->size_ = size;
  body->counted_ = true;
  body->available_ = offset;
  body->grown_.notify_all();
  co_return std::unique_ptr<BodySink>(new BodySink(*this, mailbox, uid, std::move(body), std::move(running), part));
}

Task<Result<>> Replica::store_body(BodySink& sink, const sync::ContentDigest& digest) {
  const Job job = [&](Work& work) -> Result<> {
    Contents& contents = work.store().contents();
    TRY(contents.adopt(*sink.body_->file_, contents.part_path(sink.part_), digest));
    TRY_ASSIGN(const auto m, work.message(key_of(sink.mailbox_, sink.uid_.value)));
    TRY_ASSIGN(const std::int64_t id, work.content(digest, sink.body_->size_));
    if (!m) return {};  // expunged meanwhile: nobody refers to it, upkeep removes it
    Message after = *m;
    after.content = id;
    after.body = BodyState::Here;
    after.size = sink.body_->size_;
    if (!after.overview) {  // a small mail that came unasked: the overview is in it
      TRY_ASSIGN(const auto overview, overview_of(work, digest, after.size));
      TRY(put_overview(work, after, overview));
    }
    TRY(work.update(*m, after));
    return work.database().run("DELETE FROM wishes WHERE key=?", m->key);
  };
  co_return co_await run(job, true);
}

Task<Result<>> Replica::drop_part(const std::string& part) {
  const Job job = [&](Work& work) {
    return work.store().contents().remove_file(work.store().contents().part_path(part));
  };
  co_return co_await look(job);
}

Task<Result<>> Replica::body_failed(const std::string& server_mailbox, sync::UidValidity uid_validity,
                                    ServerUid server_uid, std::string text) {
  std::string part;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto m, told_message(work, server_mailbox, uid_validity, server_uid));
    if (!m || m->key < 0) return {};
    part = part_name(m->mailbox, uid_validity, server_uid);
    TRY(work.database().run("DELETE FROM wishes WHERE key=?", m->key));
    if (m->body != BodyState::Missing) return {};
    Message after = *m;
    after.body = BodyState::Failed;
    return work.update(*m, after);
  };
  CO_TRY(co_await change(job));
  fail_body(part, Error(Errc::NotFound, std::move(text)));
  co_return Result<>();
}

}  // namespace proxy::client::replica
