#include "proxy/client/replica/replica.h"

#include <algorithm>

#include "codec/convert/overview_chain.h"
#include "proxy/client/replica/feed.h"
#include "proxy/client/replica/local.h"

namespace proxy::client::replica {
namespace {

MailboxInfo info_of(const MailboxRow& row) {
  MailboxInfo info;
  info.id = row.id;
  info.name = row.name;
  info.delimiter = row.delimiter;
  info.selectable = row.selectable;
  info.no_inferiors = row.no_inferiors;
  info.subscribed = row.subscribed;
  info.read_only = row.read_only;
  info.local_only = row.local_only;
  info.whole = row.whole;
  info.special_use = row.special_use;
  const auto keywords = split_words(row.permanent_keywords);
  info.permanent_keywords.assign(keywords.begin(), keywords.end());
  info.any_keyword = row.any_keyword;
  return info;
}

MailboxCounts counts_of_row(const MailboxRow& row) {
  MailboxCounts counts;
  counts.messages = row.messages;
  counts.unseen = row.unseen;
  counts.deleted = row.deleted;
  counts.uid_validity = row.uid_validity;
  counts.uid_next = {row.next_uid};
  counts.highest_mod_seq = row.highest_mod_seq;
  counts.size = row.size;
  counts.whole = row.whole;
  counts.overviews_missing = row.messages - std::min(row.messages, row.overviews);
  counts.bodies_missing = row.messages - std::min(row.messages, row.bodies);
  return counts;
}

Result<MailboxRow*> live(Work& work, const std::string& name) {
  TRY_ASSIGN(MailboxRow * row, work.live_mailbox(name));
  if (row == nullptr) return fail(Errc::NotFound, "no such mailbox");
  return row;
}

}  // namespace

Replica::Replica(ReplicaOptions options) : options_(std::move(options)), disk_(options_.disk), thread_("mail store") {
  if (!disk_) disk_ = booster::disk::make_posix_disk();
}

Replica::~Replica() {
  CHECK(views_.empty());
  // The files are closed on the thread they belong to; ~SerialThread waits for it.
  thread_.post([store = store_.release()] { delete store; });
}

Task<Result<std::unique_ptr<Replica>>> Replica::open(ReplicaOptions options) {
  std::unique_ptr<Replica> replica(new Replica(std::move(options)));
  Replica* raw = replica.get();
  auto job = [raw]() -> Result<> {
    const Store::Options how{raw->options_.directory, raw->options_.vfs, raw->options_.reserve_bytes};
    TRY_ASSIGN(raw->store_, Store::open(how, *raw->disk_, raw->thread_));
    return {};
  };
  CO_TRY(co_await raw->thread_.run(std::move(job)));
  raw->rebuilt_ = raw->store_->rebuilt();
  raw->outbox_ = std::make_unique<queue::Outbox>(raw->store_->commits(), raw->store_->journal());
  co_return replica;
}

Task<Result<>> Replica::run(const Job& job, bool projection) {
  Outcome outcome;
  std::function<Result<>()> unit = [&]() -> Result<> {
    Work work(*store_);
    Result<> done = job(work);
    if (done) done = work.flush();
    if (!done) {
      if (done.error().code == Errc::Corrupt) store_->mark_broken();
      return done;
    }
    outcome = {work.touched, work.folders, work.operations, work.wanted, work.contents};
    return {};
  };
  queue::CommitQueue& commits = store_->commits();
  Result<> done;
  if (projection) {
    done = co_await commits.project(std::move(unit));
  } else {
    done = co_await commits.write(std::move(unit));
  }
  if (done) announce(outcome);
  co_return done;
}

Task<Result<>> Replica::change(const Job& job) {
  return run(job, false);
}

Task<Result<>> Replica::look(const Job& job) {
  std::function<Result<>()> unit = [&]() -> Result<> {
    Work work(*store_);
    Result<> done = job(work);
    if (!done && done.error().code == Errc::Corrupt) store_->mark_broken();
    return done;
  };
  co_return co_await store_->commits().read(std::move(unit));
}

Replica::Announced& Replica::announced(MailboxId mailbox) {
  auto& place = announced_[mailbox];
  if (!place) place = std::make_unique<Announced>();
  return *place;
}

void Replica::announce(const Outcome& outcome) {
  for (const MailboxId id : outcome.touched) {
    Announced& each = announced(id);
    ++each.version;
    each.notify.notify_all();
  }
  if (outcome.folders) ++folders_version_;
  if (outcome.folders || !outcome.touched.empty()) changed_.notify_all();
  if (outcome.operations) {
    operations_.notify_all();
    outbox_->changed().notify_all();
  }
  if (outcome.wanted) wanted_.notify_all();
  if (outcome.contents) contents_.notify_all();
}

Task<Result<bool>> Replica::folders_known() {
  bool known = false;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto value, work.database().one<bool>("SELECT folders_known FROM meta"));
    known = value.value_or(false);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return known;
}

Task<Result<std::vector<MailboxInfo>>> Replica::mailboxes() {
  std::vector<MailboxInfo> all;
  const Job job = [&](Work& work) -> Result<> {
    return work.database().for_each("SELECT " PB_MAILBOX_ROW_COLUMNS " FROM mailboxes WHERE state=0 ORDER BY name",
                                    [&](booster::sql::Row row) { all.push_back(info_of(load_mailbox(row))); });
  };
  CO_TRY(co_await look(job));
  co_return all;
}

Task<Result<MailboxInfo>> Replica::mailbox(const std::string& name) {
  MailboxInfo info;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const MailboxRow* row, live(work, name));
    info = info_of(*row);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return info;
}

Task<Result<MailboxCounts>> Replica::counts(const std::string& name) {
  MailboxCounts counts;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const MailboxRow* row, live(work, name));
    counts = counts_of_row(*row);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return counts;
}

Task<Result<MailboxCounts>> Replica::counts_of(MailboxId id) {
  MailboxCounts counts;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const MailboxRow* row, work.mailbox(id));
    if (row == nullptr || row->state != queue::MailboxState::Live) return fail(Errc::NotFound, "the mailbox is gone");
    counts = counts_of_row(*row);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return counts;
}

Task<Result<std::unique_ptr<View>>> Replica::view(const std::string& name) {
  ViewState state;
  views_.push_back(&state);  // while it is being made nothing it may need is pruned
  MailboxInfo info;
  LocalUid last;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const MailboxRow* row, live(work, name));
    info = info_of(*row);
    TRY_ASSIGN(state, begin_view(work, *row));
    TRY_ASSIGN(last, last_uid(work, state));
    return {};
  };
  const Result<> found = co_await look(job);
  std::unique_ptr<View> made;
  if (found) made.reset(new View(*this, std::move(info), state, last));
  std::erase(views_, &state);
  if (!found) co_return tl::unexpected(found.error());
  co_return made;
}

Task<Result<>> Replica::create(const std::string& name, const std::string& special_use) {
  const Job job = [&](Work& work) { return create_mailbox(work, name, special_use); };
  co_return co_await change(job);
}

Task<Result<>> Replica::remove(const std::string& name) {
  const Job job = [&](Work& work) { return remove_mailbox(work, name); };
  co_return co_await change(job);
}

Task<Result<>> Replica::rename(const std::string& from, const std::string& to) {
  const Job job = [&](Work& work) { return rename_mailbox(work, from, to); };
  co_return co_await change(job);
}

Task<Result<>> Replica::subscribe(const std::string& name, bool on) {
  const Job job = [&](Work& work) { return subscribe_mailbox(work, name, on); };
  co_return co_await change(job);
}

Task<Result<sync::Vectors>> Replica::vectors(BodyPolicy policy, std::int64_t recent_since) {
  sync::Vectors vectors;
  const Job job = [&](Work& work) -> Result<> {
    vectors.ledger = work.journal().epoch();
    TRY_ASSIGN(const auto digest, work.database().one<Bytes>("SELECT folders_digest FROM meta"));
    vectors.folders_digest = digest.value_or(Bytes());
    std::vector<MailboxRow> rows;
    TRY(work.database().for_each("SELECT " PB_MAILBOX_ROW_COLUMNS " FROM mailboxes ORDER BY id",
                                 [&](booster::sql::Row row) { rows.push_back(load_mailbox(row)); }));
    for (const MailboxRow& row : rows) {
      TRY_ASSIGN(auto vector, replica::vector_of(work, row, false));
      if (vector) vectors.mailboxes.push_back(*std::move(vector));
    }
    TRY_ASSIGN(const std::int64_t since, policy_since(work, policy, recent_since));
    TRY_ASSIGN(const queue::BodyOrders orders, work.journal().body_orders());
    vectors.bodies_follow = policy == BodyPolicy::All && since == INT64_MIN && orders.size() == 0;
    return {};
  };
  CO_TRY(co_await look(job));
  co_return vectors;
}

Task<Result<std::optional<sync::MailboxVector>>> Replica::vector_of(std::uint32_t feed_number) {
  std::optional<sync::MailboxVector> vector;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const MailboxRow* row, work.mailbox_by_feed(feed_number));
    if (row == nullptr) return {};
    TRY_ASSIGN(vector, replica::vector_of(work, *row, true));
    return {};
  };
  CO_TRY(co_await look(job));
  co_return vector;
}

Task<Result<Replica::Applied>> Replica::apply(const sync::FeedMessage& message) {
  Applied applied;
  const Job job = [&](Work& work) -> Result<> {
    applied = {};
    if (const auto* folders = std::get_if<sync::Folders>(&message)) {
      applied.folders = true;
      return apply_folders(work, *folders);
    }
    if (const auto* skeleton = std::get_if<sync::Skeleton>(&message)) return apply_skeleton(work, *skeleton);
    if (const auto* changes = std::get_if<sync::FlagChanges>(&message)) return apply_flag_changes(work, *changes);
    if (const auto* vanished = std::get_if<sync::Vanished>(&message)) return apply_vanished(work, *vanished);
    if (const auto* overviews = std::get_if<sync::Overviews>(&message)) return apply_overviews(work, *overviews);
    if (const auto* rematch = std::get_if<sync::Rematch>(&message)) {
      applied.differs = rematch->last;
      return apply_rematch(work, *rematch);
    }
    if (const auto* synced = std::get_if<sync::MailboxSynced>(&message)) {
      TRY_ASSIGN(applied.differs, apply_synced(work, *synced));
    }
    return {};
  };
  CO_TRY(co_await run(job, true));
  if (applied.folders) CO_TRY(co_await purge());
  co_return applied;
}

Task<Result<sync::RangeStates>> Replica::range_states(const sync::AskRanges& ask) {
  sync::RangeStates states;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(states, states_of(work, ask));
    return {};
  };
  CO_TRY(co_await look(job));
  co_return states;
}

Task<Result<std::vector<ReplicaNotice>>> Replica::notices() {
  std::vector<ReplicaNotice> found;
  const Job job = [&](Work& work) -> Result<> {
    return work.journal().database().for_each("SELECT id,at,text FROM notices ORDER BY id", [&](booster::sql::Row row) {
      found.push_back({row.get<std::int64_t>(0), row.get<std::int64_t>(1), row.get<std::string>(2)});
    });
  };
  CO_TRY(co_await look(job));
  co_return found;
}

Task<Result<>> Replica::notice_seen(std::int64_t id) {
  const Job job = [&](Work& work) { return work.journal().database().run("DELETE FROM notices WHERE id=?", id); };
  co_return co_await change(job);
}

Task<Result<SyncProgress>> Replica::progress() {
  SyncProgress progress;
  const Job job = [&](Work& work) -> Result<> {
    TRY(work.database().for_each(
        "SELECT count(*),ifnull(sum(whole),0),ifnull(sum(messages),0),ifnull(sum(overviews),0),"
        "ifnull(sum(bodies),0) FROM mailboxes WHERE state=0",
        [&](booster::sql::Row row) {
          progress.mailboxes = row.get<std::uint64_t>(0);
          progress.mailboxes_whole = row.get<std::uint64_t>(1);
          progress.messages = row.get<std::uint64_t>(2);
          progress.overviews = row.get<std::uint64_t>(3);
          progress.bodies = row.get<std::uint64_t>(4);
        }));
    TRY_ASSIGN(const auto bytes, work.database().one<std::uint64_t>("SELECT content_bytes FROM meta"));
    progress.content_bytes = bytes.value_or(0);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return progress;
}

}  // namespace proxy::client::replica
