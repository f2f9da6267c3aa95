// What a large item that goes up repeats of mail that both ends hold.              Source: codec/repeat/REPEATS.md
#include <map>

#include "proxy/client/upward.h"
#include "proxy/messaging/outlining.h"

namespace proxy::client {

using codec::chunk::ChunkId;
using codec::repeat::Outline;

namespace {

constexpr std::uint64_t kOutlineKey = 0;  // the ids stay here

// Where each chunk lies first.
std::map<ChunkId, std::uint64_t> places_of(const Outline& outline) {
  std::map<ChunkId, std::uint64_t> places;
  for (const codec::repeat::Place& place : outline.places) places.try_emplace(place.chunk.id, place.at);
  return places;
}

}  // namespace

// None is no trouble: it goes up plainly.
Task<Result<Upward::Repeats>> Upward::repeats_of(const Going& item) {
  Repeats repeats;
  if (item.size > codec::repeat::kMostItem) co_return repeats;
  Result<std::vector<sync::ItemKey>> alike = co_await store_.alike(item.digest);
  if (!alike && alike.error().code == Errc::Cancelled) co_return tl::unexpected(alike.error());
  if (!alike || alike->empty()) co_return repeats;
  const auto read_item = [this, digest = item.digest](std::uint64_t at, std::size_t most) {
    return store_.content(digest, at, most);
  };
  CO_TRY_ASSIGN(Outline outline, co_await messaging::outline_through(kOutlineKey, read_item));
  std::vector<std::map<ChunkId, std::uint64_t>> places;
  for (const sync::ItemKey& key : *alike) {
    const auto read_source = [this, &key](std::uint64_t at, std::size_t most) {
      BodyKey of{key.mailbox, key.uid_validity, key.uid};
      return store_.body_octets(std::move(of), at, most);
    };
    const Result<Outline> source = co_await messaging::outline_through(kOutlineKey, read_source);
    if (!source && source.error().code == Errc::Cancelled) co_return tl::unexpected(source.error());
    places.push_back(source ? places_of(*source) : std::map<ChunkId, std::uint64_t>());
  }
  std::vector<codec::repeat::Match> matches;
  for (std::size_t i = 0; i < outline.places.size(); ++i) {
    for (std::size_t source = 0; source < places.size(); ++source) {
      const auto found = places[source].find(outline.places[i].chunk.id);
      if (found != places[source].end()) matches.push_back({i, source, found->second});
    }
  }
  repeats.of = codec::repeat::ItemRepeats(std::move(outline), matches);
  for (const codec::repeat::Source source : repeats.of.writer.sources())
    repeats.sources.push_back((*alike)[static_cast<std::size_t>(source)]);
  co_return repeats;
}

}  // namespace proxy::client
