// Sketches: of the chunks of each content that is held a sample, durable, to find what a new mail repeats. It stays
// here and is told to nobody. Internal to this folder.
#pragma once
#include <vector>

#include "codec/repeat/find.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {

// Octets of a mail that is sketched (schema.cc: contents_unsketched). A smaller one costs little. Of one up to
// kMostOpened containers are opened; of a larger one only what it repeats is referred to (codec/repeat).
constexpr std::uint64_t kLeastSketched = codec::repeat::kLeastItem;
constexpr std::uint64_t kMostOpened = 4 * 1024 * 1024;
constexpr std::uint64_t kMostSketched = codec::repeat::kMostItem;

using Chunks = std::vector<codec::chunk::Chunk>;

// Of the content of a mail, each once.
Chunks distinct_chunks(ByteView mail);  // up to kMostOpened
Chunks distinct_chunks(const codec::repeat::Outline& mail);
constexpr std::uint64_t kSketchKey = 0;  // of their ids, which never leave this database
// Those of `chunks` that are written down: every 2^n-th of all that there can be, so that two contents that share
// octets share samples. About 32, and one more for each 32 KiB: each costs a page of the index.
Chunks sample_of(Chunks chunks);

struct Unsketched {
  std::int64_t id = 0;
  sync::ContentDigest digest{};
};
Result<std::vector<Unsketched>> next_unsketched(Work& work, std::size_t limit);
// Nothing where the content went meanwhile.
Result<> put_sketch(Work& work, const Unsketched& of, const Chunks& sample);

// Messages with a UID of the server that together hold most of `chunks`, the best one last.
Result<std::vector<sync::ItemKey>> find_alike(Work& work, const Chunks& chunks);

}  // namespace proxy::client::replica
