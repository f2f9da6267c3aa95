// Likeness: what is held is looked at while nobody waits; a mail that goes up finds there what it repeats.
#include "booster/runtime/offload.h"
#include "proxy/client/replica/replica.h"
#include "proxy/client/replica/sketches.h"

namespace proxy::client::replica {
namespace {

constexpr std::size_t kSketchedAtOnce = 8;  // contents in one transaction

}  // namespace

Task<Result<Bytes>> Replica::front_of(const sync::ContentDigest& digest, std::size_t most) {
  Bytes front;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto file, work.store().contents().open(digest));
    TRY_ASSIGN(const auto stat, file->stat());
    front.resize(static_cast<std::size_t>(std::min<std::uint64_t>(stat.size, most)));
    TRY_ASSIGN(const std::size_t read, file->read_at(0, front));
    front.resize(read);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return front;
}

// What cannot be read is like nothing, and not looked at again.
Task<Result<bool>> Replica::sketch() {
  std::vector<Unsketched> next;
  const Job find = [&](Work& work) -> Result<> {
    TRY_ASSIGN(next, next_unsketched(work, kSketchedAtOnce));
    return {};
  };
  CO_TRY(co_await look(find));
  if (next.empty()) co_return false;
  std::vector<Chunks> samples;
  for (const Unsketched& one : next) {
    const Result<Bytes> mail = co_await front_of(one.digest, kMostSketched);
    if (!mail && mail.error().code == Errc::Cancelled) co_return tl::unexpected(mail.error());
    Chunks& sample = samples.emplace_back();
    if (!mail) continue;
    const auto take = [&mail] { return sample_of(distinct_chunks(*mail)); };
    sample = co_await booster::runtime::offload(take);
  }
  const Job put = [&](Work& work) -> Result<> {
    for (std::size_t i = 0; i < next.size(); ++i) TRY(put_sketch(work, next[i], samples[i]));
    return {};
  };
  CO_TRY(co_await run(put, true));
  co_return true;
}

Task<Result<std::vector<sync::ItemKey>>> Replica::alike(const sync::ContentDigest& digest) {
  CO_TRY_ASSIGN(const Bytes mail, co_await front_of(digest, kMostSketched));
  const auto take = [&mail] { return distinct_chunks(mail); };
  const Chunks chunks = co_await booster::runtime::offload(take);
  std::vector<sync::ItemKey> keys;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(keys, find_alike(work, chunks));
    return {};
  };
  CO_TRY(co_await look(job));
  co_return keys;
}

}  // namespace proxy::client::replica
