// Bulk lists as one packed property each: columns, so that what is alike stands together for the compressor.   Source:
// PROTOCOL.md §7
#pragma once
#include <span>

#include "proxy/sync/feed.h"

namespace proxy::sync {

constexpr std::size_t kMaxPacked =
    100'000;  // elements of one list; a message carries at most 2,000 skeleton entries of ours

// Ascending UIDs as runs: *(gap:varint run-1:varint). 1,000 expunges scattered in pairs cost about 1 KB, in one piece 3
// bytes.
//   Errors  unpack: Protocol: not ascending, above 32 bits · Limit: more than kMaxPacked
Bytes pack_uids(std::span<const ServerUid> ascending);
Result<std::vector<ServerUid>> unpack_uids(ByteView bytes);
// The same of ranges, however long.   Errors  unpack: as above; Limit: more than `most` ranges
Bytes pack_ranges(std::span<const UidRange> rising);
Result<std::vector<UidRange>> unpack_ranges(ByteView bytes, std::size_t most);
// UIDs in any order: *(difference to the one before: zigzag varint).
Bytes pack_uid_order(std::span<const ServerUid> uids);
Result<std::vector<ServerUid>> unpack_uid_order(ByteView bytes);

Bytes pack_flags(const Flags& flags);
Result<Flags> unpack_flags(ByteView bytes);

// (uid, flags): ascending UIDs, then per entry the system flags, then a table of keywords and each entry's set.
Bytes pack_entries(std::span<const Entry> ascending);
Result<std::vector<Entry>> unpack_entries(ByteView bytes);

Bytes pack_skeleton(std::span<const SkeletonEntry> ascending);
Result<std::vector<SkeletonEntry>> unpack_skeleton(ByteView bytes);

Bytes pack_digest(const SetDigest& digest);
Result<SetDigest> unpack_digest(ByteView bytes);

}  // namespace proxy::sync
