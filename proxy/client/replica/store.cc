// Opening: the journal as it is or not at all; the replica as it is, or anew from the journal and the server.
#include "proxy/client/replica/store.h"

#include <cstring>

#include "booster/disk/durable.h"
#include "proxy/client/replica/effects.h"
#include "proxy/client/replica/schema.h"

namespace proxy::client::replica {
namespace disk = booster::disk;

namespace {

constexpr std::size_t kReplicaCache = 16u << 20;  // half of an index of 500,000 messages; the rest is the system's
constexpr const char* kBroken = "replica.broken";
constexpr std::size_t kEventBatch = 200;

}  // namespace

Store::Store(queue::Journal journal, disk::Disk& its_disk, const Options& options)
    : disk_(its_disk),
      directory_(options.directory),
      journal_(std::move(journal)),
      contents_(its_disk, directory_),
      reserve_(its_disk, directory_ / "reserve", options.reserve_bytes) {}

Result<std::unique_ptr<Store>> Store::open(const Options& options, disk::Disk& its_disk, queue::SerialThread& thread) {
  TRY(disk::make_directories_durably(its_disk, options.directory));
  TRY_ASSIGN(queue::Journal journal, queue::Journal::open(options.directory / "journal.db", options.vfs));
  std::unique_ptr<Store> store(new Store(std::move(journal), its_disk, options));
  TRY(store->contents_.begin());
  TRY(store->open_replica(options));
  std::vector<booster::sql::Database*> databases = {&store->journal_.database(), &*store->database_};
  store->commits_ = std::make_unique<queue::CommitQueue>(thread, std::move(databases),
                                                         options.reserve_bytes != 0 ? &store->reserve_ : nullptr);
  store->commits_->on_torn([raw = store.get()] { return raw->catch_up(); });
  TRY(store->catch_up());
  if (options.reserve_bytes != 0) (void)store->reserve_.take();  // without it we are as good as most programs
  return store;
}

Result<> Store::try_open_replica(const Options& options) {
  booster::sql::Options how;
  how.durability = booster::sql::Durability::Normal;
  how.cache_bytes = kReplicaCache;
  how.vfs = options.vfs;
  TRY_ASSIGN(booster::sql::Database database, booster::sql::Database::open(directory_ / "replica.db", how));
  TRY(booster::sql::migrate(database, kReplicaSchema));
  TRY_ASSIGN(const auto epoch, database.one<Bytes>("SELECT epoch FROM meta"));
  if (!epoch) {
    // Its past is what the journal still knows of it: everything, when it was made anew.
    TRY(database.run("INSERT INTO meta VALUES(1,?,0,x'',0,0)", journal_.epoch()));
    TRY_ASSIGN(const auto known, journal_.mailboxes());
    rebuilt_ = !known.empty();  // else nothing was ever here: a first start
  } else if (epoch->size() != journal_.epoch().size() ||
             std::memcmp(epoch->data(), journal_.epoch().data(), epoch->size()) != 0) {
    return fail(Errc::Corrupt, "replica.db: of another journal");
  }
  TRY(database.run("UPDATE messages SET body=0 WHERE body=3"));  // BodyState Failed: asked for again
  database_.emplace(std::move(database));
  return {};
}

Result<> Store::put_aside() {
  database_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const disk::Path from = directory_ / (std::string("replica.db") + suffix);
    const disk::Path to = directory_ / (std::string("replica.db.broken") + suffix);
    TRY_ASSIGN(const bool there, disk::exists(disk_, from));
    if (there) TRY(disk_.rename(from, to));
  }
  return disk::remove_file_durably(disk_, directory_ / kBroken);
}

Result<> Store::open_replica(const Options& options) {
  TRY_ASSIGN(const bool marked, disk::exists(disk_, directory_ / kBroken));
  if (marked) TRY(put_aside());
  Result<> opened = try_open_replica(options);
  if (opened || opened.error().code != Errc::Corrupt) return opened;
  TRY(put_aside());
  return try_open_replica(options);
}

void Store::mark_broken() {
  (void)disk::write_file_durably(disk_, directory_ / kBroken, {});
}

// Whatever the journal has and the replica has not seen: mailboxes, operations made and ended, recovered mail.
Result<> Store::catch_up() {
  const auto step = [&]() -> Result<> {
    Work work(*this);
    TRY_ASSIGN(const auto records, journal_.mailboxes());
    for (const auto& record : records) TRY(work.project(record));
    TRY_ASSIGN(const auto recovered, journal_.recovered());
    for (const queue::Recovered& each : recovered) {
      const std::int64_t key = key_of(each.mailbox, each.entry.uid.value);
      TRY_ASSIGN(const auto there, work.message(key));
      TRY_ASSIGN(const MailboxRow* row, work.mailbox(each.mailbox));
      if (there || row == nullptr) continue;
      Message m;
      m.key = key;
      m.mailbox = each.mailbox;
      m.flags = each.entry.flags;
      m.server_flags = each.entry.flags;
      m.size = each.entry.size;
      m.date = each.entry.internal_date;
      m.zone = each.entry.zone_minutes;
      TRY_ASSIGN(const bool here, contents_.exists(each.digest));
      if (here) {
        TRY_ASSIGN(m.content, work.content(each.digest, m.size));
        m.body = BodyState::Here;
      }
      TRY(work.insert(m));
      if (here) TRY(add_overview(work, m, each.digest));
    }
    return work.flush();
  };
  TRY_ASSIGN(const auto last, journal_.last_event());
  for (;;) {
    bool done = false;
    const auto batch = [&]() -> Result<> {
      Work work(*this);
      TRY_ASSIGN(const auto applied, database_->one<std::int64_t>("SELECT applied FROM meta"));
      TRY_ASSIGN(const auto records, journal_.mailboxes());
      for (const auto& record : records) TRY(work.project(record));
      TRY_ASSIGN(const auto events, journal_.events({applied.value_or(0)}, kEventBatch));
      for (const queue::Event& event : events) {
        TRY_ASSIGN(const auto record, journal_.operation(event.operation));
        if (record && event.made) TRY(apply_made(work, *record));
        if (record && !event.made) TRY(apply_ended(work, *record, event.sequence));
        TRY(work.set_applied(event.sequence));
      }
      done = events.size() < kEventBatch;
      if (done) TRY(work.set_applied(last));
      return work.flush();
    };
    TRY(commits_->write_now(batch));
    if (done) break;
  }
  return commits_->write_now(step);
}

}  // namespace proxy::client::replica
