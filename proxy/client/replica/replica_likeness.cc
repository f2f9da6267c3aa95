// Likeness: what is held is looked at while nobody waits; a mail that goes up finds there what it repeats.
#include "booster/runtime/offload.h"
#include "codec/content/unwrapper.h"
#include "proxy/client/replica/replica.h"
#include "proxy/client/replica/sketches.h"
#include "proxy/messaging/outlining.h"

namespace proxy::client::replica {
namespace {

constexpr std::size_t kSketchedAtOnce = 8;  // contents in one transaction

}  // namespace

Task<Result<Bytes>> Replica::content_octets(const sync::ContentDigest& digest, std::uint64_t from, std::size_t most) {
  Bytes octets;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto file, work.store().contents().open(digest));
    TRY_ASSIGN(const auto stat, file->stat());
    octets.resize(static_cast<std::size_t>(std::min<std::uint64_t>(stat.size - std::min(stat.size, from), most)));
    TRY_ASSIGN(const std::size_t read, file->read_at(from, octets));
    octets.resize(read);
    return {};
  };
  CO_TRY(co_await look(job));
  co_return octets;
}

// A large one piece by piece.
Task<Result<Chunks>> Replica::chunks_of(const sync::ContentDigest& digest) {
  CO_TRY_ASSIGN(Bytes octets, co_await content_octets(digest, 0, kMostOpened + 1));
  if (octets.size() <= kMostOpened) {
    const auto take = [&octets] { return distinct_chunks(ByteView(octets)); };
    co_return co_await booster::runtime::offload(take);
  }
  const auto read = [this, digest](std::uint64_t from, std::size_t most) { return content_octets(digest, from, most); };
  CO_TRY_ASSIGN(const codec::repeat::Outline outline, co_await messaging::outline_through(kSketchKey, read));
  const auto all = [&outline] { return distinct_chunks(outline); };
  co_return co_await booster::runtime::offload(all);
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
    Result<Chunks> chunks = co_await chunks_of(one.digest);
    if (!chunks && chunks.error().code == Errc::Cancelled) co_return tl::unexpected(chunks.error());
    samples.push_back(chunks ? sample_of(*std::move(chunks)) : Chunks());
  }
  const Job put = [&](Work& work) -> Result<> {
    for (std::size_t i = 0; i < next.size(); ++i) TRY(put_sketch(work, next[i], samples[i]));
    return {};
  };
  CO_TRY(co_await run(put, true));
  co_return true;
}

Task<Result<std::vector<sync::ItemKey>>> Replica::alike(const sync::ContentDigest& digest) {
  CO_TRY_ASSIGN(const Chunks chunks, co_await chunks_of(digest));
  std::vector<sync::ItemKey> keys;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(keys, find_alike(work, chunks));
    return {};
  };
  CO_TRY(co_await look(job));
  co_return keys;
}

}  // namespace proxy::client::replica
