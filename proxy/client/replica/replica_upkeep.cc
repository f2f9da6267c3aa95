// Upkeep: what is gone is purged, what is above the limit evicted, what nobody needs forgotten.
#include <algorithm>

#include "proxy/client/replica/effects.h"
#include "proxy/client/replica/replica.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {
namespace {

constexpr std::size_t kEvictBatch = 64;
constexpr std::size_t kPurgeBatch = 2000;   // rows of a dropped mailbox a transaction
constexpr std::int64_t kGoneKept = 50'000;  // expunges remembered beyond what open views need

// What was said of mails that are here now, or gone.
Result<> prune_orders(Work& work) {
  TRY(work.journal().prune_body_orders());
  TRY_ASSIGN(const queue::BodyOrders orders, work.journal().body_orders());
  for (const queue::BodyOrder& order : orders.single()) {
    TRY_ASSIGN(const auto message, work.message(key_of(order.mailbox, order.uid.value)));
    if (message && message->shown && message->body != BodyState::Here) continue;
    TRY(work.journal().drop_body_order(order.mailbox, order.uid));
  }
  return {};
}

}  // namespace

Task<Result<>> Replica::purge() {
  for (;;) {
    bool done = false;
    const Job job = [&](Work& work) -> Result<> {
      TRY_ASSIGN(const auto doomed, work.database().one<std::int64_t>("SELECT mailbox FROM doomed LIMIT 1"));
      done = !doomed;
      if (done) return {};
      for (const auto& [low, high] : {std::pair(*doomed << 32, (*doomed << 32) | 0xffffffff),
                                      std::pair(-((*doomed << 32) | 0xffffffff), -(*doomed << 32))}) {
        TRY_ASSIGN(const auto rows, work.select("SELECT " PB_MESSAGE_COLUMNS
                                                " FROM messages WHERE key>=? AND key<=? ORDER BY key LIMIT ?",
                                                low, high, kPurgeBatch));
        for (const Message& m : rows) TRY(work.purge(m));
        if (!rows.empty()) return {};
      }
      TRY(work.database().run("DELETE FROM chunks8 WHERE id>=? AND id<?", *doomed << 24, (*doomed + 1) << 24));
      TRY(work.database().run("DELETE FROM chunks16 WHERE id>=? AND id<?", *doomed << 16, (*doomed + 1) << 16));
      TRY(work.database().run("DELETE FROM gone WHERE mailbox=?", *doomed));
      TRY(work.database().run("DELETE FROM keywords WHERE mailbox=?", *doomed));
      return work.database().run("DELETE FROM doomed WHERE mailbox=?", *doomed);
    };
    CO_TRY(co_await change(job));
    if (done) co_return Result<>();
  }
}

Task<Result<std::uint64_t>> Replica::evict() {
  CO_TRY(co_await purge());
  std::uint64_t freed = 0;
  std::int64_t last_used = INT64_MIN;
  std::int64_t last_id = 0;
  bool room_made = false;
  bool previews = true;  // on a full disk, room goes before them
  for (;;) {
    std::vector<sync::ContentDigest> unlink;
    bool more = false;
    std::uint64_t batch = 0;
    std::int64_t used_now = last_used;
    std::int64_t id_now = last_id;
    bool over = false;
    const Job job = [&](Work& work) -> Result<> {
      unlink.clear();
      batch = 0;
      TRY_ASSIGN(const auto bytes, work.database().one<std::int64_t>("SELECT content_bytes FROM meta"));
      over = options_.size_limit != 0 && bytes.value_or(0) > static_cast<std::int64_t>(options_.size_limit);
      struct Each {
        std::int64_t id, used;
        sync::ContentDigest digest;
        std::uint64_t size;
      };
      std::vector<Each> each;
      const auto take = [&](booster::sql::Row row) {
        Each one{row.get<std::int64_t>(0), row.get<std::int64_t>(1), {}, row.get<std::uint64_t>(3)};
        const auto digest = row.get<ByteView>(2);
        if (digest.size() == one.digest.size()) std::copy(digest.begin(), digest.end(), one.digest.begin());
        each.push_back(one);
      };
      if (over) {
        TRY(
            work.database().for_each("SELECT id,used,digest,size FROM contents INDEXED BY contents_used"
                                     " WHERE (used,id)>(?,?) ORDER BY used,id LIMIT ?",
                                     take, last_used, last_id, kEvictBatch));
      } else {
        TRY(
            work.database().for_each("SELECT id,used,digest,size FROM contents INDEXED BY contents_unused WHERE refs=0"
                                     " AND id>? ORDER BY id LIMIT ?",
                                     take, last_id, kEvictBatch));
      }
      more = each.size() == kEvictBatch;
      std::int64_t left = bytes.value_or(0);
      for (const Each& one : each) {
        if (over && left <= static_cast<std::int64_t>(options_.size_limit)) break;
        used_now = over ? one.used : used_now;
        id_now = one.id;
        TRY_ASSIGN(const bool needed, work.content_needed(one.id, one.digest));
        if (needed) continue;
        if (previews) TRY(keep_previews(work, one.id, one.digest, one.size));
        TRY(work.evict_content(one.id, one.size));
        unlink.push_back(one.digest);
        batch += one.size;
        left -= static_cast<std::int64_t>(one.size);
      }
      more = more && (!over || left > static_cast<std::int64_t>(options_.size_limit));
      return {};
    };
    const Result<> evicted = co_await change(job);
    if (!evicted && evicted.error().code == Errc::Full && std::exchange(previews, false)) continue;
    CO_TRY(evicted);
    room_made = room_made || (over && batch > 0);
    last_used = used_now;
    last_id = id_now;
    freed += batch;
    const Job remove = [&](Work& work) -> Result<> {
      for (const sync::ContentDigest& digest : unlink) {
        TRY_ASSIGN(const auto back, work.database().one<int>("SELECT 1 FROM contents WHERE digest=?", digest));
        if (!back) TRY(work.store().contents().remove(digest));
      }
      return {};
    };
    CO_TRY(co_await look(remove));
    if (!more) break;
  }
  if (room_made) evicted_.notify_all();
  CO_TRY(co_await tidy());
  co_return freed;
}

// Forgets what nobody can need any more: expunges all views were told, operations the replica has durably.
Task<Result<>> Replica::tidy() {
  std::uint64_t needed = UINT64_MAX;
  for (const ViewState* view : views_) needed = std::min(needed, view->expunged_to);
  queue::Sequence applied;
  const Job read = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto value, work.database().one<std::int64_t>("SELECT applied FROM meta"));
    applied = {value.value_or(0)};
    TRY(work.database().checkpoint());
    return {};
  };
  CO_TRY(co_await look(read));
  const Job job = [&](Work& work) -> Result<> {
    TRY(work.journal().prune(applied));
    TRY(work.journal().prune_submissions(queue::seconds_now()));
    TRY(work.journal().prune_notices(queue::seconds_now()));
    TRY(prune_orders(work));
    TRY_ASSIGN(const auto count, work.database().one<std::int64_t>("SELECT count(*) FROM gone"));
    if (count.value_or(0) <= kGoneKept) return {};
    const auto bound = static_cast<std::int64_t>(std::min<std::uint64_t>(needed, INT64_MAX));
    return work.database().run(
        "DELETE FROM gone WHERE mod_seq<=? AND mod_seq<="
        "(SELECT mod_seq FROM gone ORDER BY mod_seq DESC LIMIT 1 OFFSET ?)",
        bound, kGoneKept);
  };
  co_return co_await change(job);
}

Task<Result<bool>> Replica::sweep_orphans() {
  if (sweep_slice_ > 255) co_return true;
  const auto slice = static_cast<std::uint8_t>(sweep_slice_++);
  const Job job = [&](Work& work) -> Result<> {
    Contents& contents = work.store().contents();
    TRY_ASSIGN(const auto digests, contents.slice(slice));
    for (const sync::ContentDigest& digest : digests) {
      if (contents.pinned(digest)) continue;
      TRY_ASSIGN(const auto row, work.database().one<int>("SELECT 1 FROM contents WHERE digest=?", digest));
      TRY_ASSIGN(const bool needed, work.journal().content_needed(digest));
      if (!row && !needed) TRY(contents.remove(digest));
    }
    if (slice == 255) contents.unpin_all();
    return {};
  };
  CO_TRY(co_await look(job));
  co_return sweep_slice_ > 255;
}

}  // namespace proxy::client::replica
