// Ours, for mail that comes now: each by itself, after what it may refer to.
#pragma once
#include "codec/refer/history.h"
#include "perf/codec/method.h"

namespace perf::codec_bench {

enum class PackedFor : std::uint8_t { Usual, Slow, Lan };  // what kind of link: zstd, mix, LZ4

std::unique_ptr<Encoder> make_live(const Options& options, codec::refer::Rules rules, PackedFor packed);
Result<std::vector<Bytes>> decode_items(ByteView link);

}  // namespace perf::codec_bench
