// Items coming in, whatever stream brings them: start, blocks, end.
#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/offload.h"
#include "codec/refer/prefix.h"
#include "proxy/client/body_lane.h"

namespace proxy::client {

// The same item may come on two streams (a person opened what was under way already): the first to begin is written,
// the other passed over.
Task<Result<>> BodyFetcher::start_item(Incoming& item, sync::ItemStart start, std::uint64_t asked_offset,
                                       std::shared_ptr<Fetching> fetching) {
  if (item.active()) co_return fail(Errc::Protocol, "bodies: an item begins inside another");
  if (start.mailbox.empty()) co_return fail(Errc::Protocol, "bodies: an item of no mailbox");
  BodyKey key{std::move(start.mailbox), start.uid_validity, start.uid};
  if (receiving_.contains(key) || !beginning_.insert(key).second) {
    item.begin_passing_over(std::move(key));
    co_return Result<>();
  }
  Result<std::unique_ptr<BodySink>> sink = co_await store_.begin_body(key, asked_offset, start.size);
  beginning_.erase(key);
  const bool unwanted = !sink && (sink.error().code == Errc::NotFound || sink.error().code == Errc::Conflict);
  if (!sink && !unwanted) co_return tl::unexpected(sink.error());
  if (unwanted) {
    if (fetching) fetching->fail_with(Error(Errc::NotFound, "the message is gone"));
    item.begin_passing_over(std::move(key));
    co_return Result<>();
  }
  if (start.offset > (*sink)->offset()) co_return fail(Errc::Protocol, "bodies: an item begins behind what is here");
  if (!fetching) fetching = std::make_shared<Fetching>(key);
  fetching->begin(std::shared_ptr<BodySink>(*std::move(sink)), start.size);
  item.begin(std::move(key), std::move(fetching));
  co_return Result<>();
}

// Appends the content of what is here; else it is missing.
Task<Result<>> BodyFetcher::append_references(std::vector<sync::ItemKey> keys, codec::refer::Extent extent,
                                              booster::runtime::CpuClock clock, Referred& referred) {
  for (sync::ItemKey& key : keys) {
    BodyKey of{key.mailbox, key.uid_validity, key.uid};
    // One octet more tells that the mail goes on.
    const Result<Bytes> body = co_await store_.body_octets(std::move(of), 0, codec::refer::most_octets(extent) + 1);
    if (!body && body.error().code == Errc::Cancelled) co_return tl::unexpected(body.error());
    if (body) {
      const auto append = [&] {
        const auto job = [&] { return codec::refer::append_reference(*body, extent, referred.octets); };
        return booster::runtime::timed(clock, referred.cpu, job);
      };
      CO_TRY(co_await booster::runtime::offload(append));
    } else {
      referred.missing.push_back(std::move(key));
    }
  }
  co_return Result<>();
}

// What the item is coded against. Where that is not here any more (evicted, or another copy of the mailbox), it is
// asked for once more without.
Task<Result<>> BodyFetcher::take_references(BodyLane& lane, sync::ItemReferences references) {
  Incoming& item = lane.item;
  if (!item.active()) co_return fail(Errc::Protocol, "bodies: references of nothing");
  const BodyKey key = item.key();
  for (std::vector<sync::ItemKey>* const keys : {&references.fronts, &references.whole, &references.sources}) {
    for (sync::ItemKey& one : *keys) {
      if (one.mailbox.empty()) one = {key.mailbox, key.uid_validity, one.uid};
    }
  }
  Referred referred;
  const booster::runtime::CpuClock clock = lane.stream->cpu_clock();
  CO_TRY(co_await append_references(references.fronts, codec::refer::Extent::Front, clock, referred));
  CO_TRY(co_await append_references(references.whole, codec::refer::Extent::Whole, clock, referred));
  CO_TRY_ASSIGN(std::vector<sync::ItemKey> lacking, co_await missing_of(references.sources));
  if (references.fronts.empty() && references.whole.empty()) {
    if (!lacking.empty()) co_return co_await begin_missing(lane, std::move(lacking));
    if (item.sink() == nullptr) co_return Result<>();
    ++traffic_.referred;
    begin_repeating(lane, std::move(references.sources));
    co_return Result<>();
  }
  std::vector<sync::ItemKey> missing = std::move(referred.missing);
  missing.insert(missing.end(), lacking.begin(), lacking.end());
  if (Carried* const counted = lane.items.now()) counted->cpu += referred.cpu;
  const booster::crypto::Digest digest = booster::crypto::sha256(referred.octets);
  const bool alike = std::equal(references.check.begin(), references.check.end(), digest.bytes.begin());
  if (missing.empty() && alike) {
    if (Carried* const counted = lane.items.now()) {
      counted->references += references.fronts.size() + references.whole.size();
      counted->referred += referred.octets.size();
    }
    lane.stream->expect(std::move(referred.octets));
    if (item.sink() != nullptr && !references.sources.empty()) begin_repeating(lane, std::move(references.sources));
    co_return Result<>();
  }
  if (missing.empty()) {  // each is in doubt
    missing = std::move(references.fronts);
    missing.insert(missing.end(), references.whole.begin(), references.whole.end());
  }
  lane.stream->pass_over();
  lane.items.came_to_nothing();
  item.release();
  sync::WantItems want;
  want.mailbox = key.mailbox;
  want.uid_validity = key.uid_validity;
  want.uids.push_back(key.uid);
  want.missing = std::move(missing);
  const sync::ItemMessage message = std::move(want);
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await lane.stream->send(chain);
}

void BodyFetcher::begin_repeating(BodyLane& lane, std::vector<sync::ItemKey> sources) {
  if (Carried* const counted = lane.items.now()) counted->references += sources.size();
  lane.item.repeated().emplace(Repeated{HeldSources(store_, std::move(sources)), {}});
}

Task<Result<std::vector<sync::ItemKey>>> BodyFetcher::missing_of(const std::vector<sync::ItemKey>& sources) {
  std::vector<sync::ItemKey> missing;
  HeldSources held(store_, sources);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Result<Bytes> first = co_await held.octets(i, 0, 1);
    if (!first && first.error().code == Errc::Cancelled) co_return tl::unexpected(first.error());
    if (!first) missing.push_back(sources[i]);
  }
  co_return missing;
}

// The agent is told; the rest of the item is passed over, and asked for again from where it stands.
Task<Result<>> BodyFetcher::begin_missing(BodyLane& lane, std::vector<sync::ItemKey> missing) {
  const BodyKey key = lane.item.key();
  lane.items.came_to_nothing();
  lane.item.release();
  lane.item.begin_passing_over(key);
  ++traffic_.not_here;
  sync::WantItems want;
  want.mailbox = key.mailbox;
  want.uid_validity = key.uid_validity;
  want.missing = std::move(missing);
  const sync::ItemMessage message = std::move(want);
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await lane.stream->send(chain);
}

// What the block repeats comes from here. Where that is another than the agent takes it for, all sources are in doubt.
Task<Result<>> BodyFetcher::take_repeating_block(BodyLane& lane, sync::ItemBlock block) {
  Incoming& item = lane.item;
  if (block.block.repeats.empty() || item.sink() == nullptr)
    co_return co_await take_block(item, std::move(block), lane.items);
  if (!item.repeated()) co_return fail(Errc::Protocol, "bodies: repeats of nothing");
  if (Carried* const counted = lane.items.now()) counted->count(block.block);
  const Result<> filled = co_await item.repeated()->filler.fill(block.block, item.repeated()->sources);
  if (!filled && filled.error().code != Errc::NotFound) co_return filled;
  if (!filled) co_return co_await begin_missing(lane, item.repeated()->sources.keys());
  co_return co_await take_block(item, std::move(block), lane.items);
}

// What is here already is passed over: the octets of a message never change, and the digest tells.
Task<Result<>> BodyFetcher::take_block(Incoming& item, sync::ItemBlock block, ItemMeter& items) {
  const booster::runtime::CpuClock clock = items.cpu_clock();
  if (!item.active()) co_return fail(Errc::Protocol, "bodies: a block of nothing");
  if (item.sink() == nullptr) {
    traffic_.passed_over += block.block.written;
    co_return Result<>();
  }
  if (block.offset > item.sink()->offset()) co_return fail(Errc::Protocol, "bodies: a gap between blocks");
  booster::runtime::Duration cpu{};
  const auto wrap = [&item, &block, &cpu, clock] {
    return booster::runtime::timed(clock, cpu, [&] { return item.wrapper().wrap(block.block); });
  };
  CO_TRY_ASSIGN(const Bytes octets, co_await booster::runtime::offload(wrap));
  if (Carried* const counted = items.now()) {
    if (block.block.repeats.empty()) counted->count(block.block);  // else it was, before it was filled
    counted->cpu += cpu;
  }
  BodySink* const sink = item.sink();
  if (sink == nullptr) co_return Result<>();
  const std::uint64_t known = sink->offset() - block.offset;
  if (known >= octets.size()) co_return Result<>();
  CO_TRY(co_await sink->write(ByteView(octets).subspan(static_cast<std::size_t>(known))));
  item.fetching()->progressed();
  co_return Result<>();
}

Task<Result<BodyFetcher::Ended>> BodyFetcher::end_item(Incoming& item, sync::DigestFront digest, ItemMeter& items) {
  if (!item.active()) co_return fail(Errc::Protocol, "bodies: the end of nothing");
  const BodyKey key = item.key();
  if (item.sink() == nullptr) {
    item.end(Error(Errc::NotFound));
    items.came_to_nothing();
    co_return Ended::Dropped;
  }
  const Result<> finished = co_await item.sink()->finish(digest);
  if (finished) {
    items.arrived();
    item.fetching()->finish();
    wrong_once_.erase(key);
    item.end(Error(Errc::Closed));
    co_return Ended::Whole;
  }
  if (finished.error().code != Errc::Protocol && finished.error().code != Errc::NotFound)
    co_return tl::unexpected(finished.error());
  const bool again = finished.error().code == Errc::Protocol && wrong_once_.insert(key).second;
  if (Carried* const counted = items.now()) counted->fell_back += again ? 1 : 0;
  items.came_to_nothing();
  if (again) {
    item.release();
    co_return Ended::Again;
  }
  const std::string text = finished.error().code == Errc::NotFound
                               ? "the message is gone"
                               : "a message arrived with a wrong digest twice and was not kept";
  item.end(Error(finished.error().code == Errc::NotFound ? Errc::NotFound : Errc::Corrupt, text));
  if (wrong_once_.erase(key) > 0) {
    events_.notice(address_, text, true);
    CO_TRY(co_await store_.body_failed(key, text));
  }
  co_return Ended::Dropped;
}

Task<Result<>> BodyFetcher::take_failed(sync::ItemFailed failed) {
  const BodyKey key{std::move(failed.mailbox), failed.uid_validity, failed.uid};
  if (!failed.gone) {
    set_aside(key);
    co_return Result<>();
  }
  co_return co_await store_.body_failed(key, std::move(failed.text));
}

}  // namespace proxy::client
