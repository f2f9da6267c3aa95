// Likeness: of contents that are held, those that a new one repeats most, found by samples of their chunks.
#pragma once
#include <functional>
#include <unordered_map>
#include <vector>

#include "codec/repeat/find.h"

namespace proxy::client::replica {

using codec::Bytes;
using codec::ByteView;
using codec::Result;

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

constexpr int kHolders = 32;  // of one chunk, the newest: a logo stands in every mail of a sender
constexpr std::int64_t kNoContent = -1;

using Holders = std::unordered_map<std::size_t, std::vector<std::int64_t>>;  // by the chunk's place in the list
// Contents, rising in time, that together hold most of `chunks`, the best one first.
//   usable  whether it can be referred to; each that is taken is asked about once
Result<std::vector<std::int64_t>> cover(Holders lacking, const Chunks& chunks,
                                        const std::function<Result<bool>(std::int64_t)>& usable);

}  // namespace proxy::client::replica
