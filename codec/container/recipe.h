// How to have the octets of a block again from its content: a row of stretches.            Source: RECIPE.md §2, §3
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "codec/container/inflater.h"
#include "codec/container/settings.h"

namespace codec::container {

struct LiteralRun {
  std::size_t size = 0;
  bool operator==(const LiteralRun&) const = default;
};

// `gap` counts the right answers of its kind since the last wrong one.
struct TokenCorrection {
  enum class Way : std::uint8_t { Literal, SameDistance, Hops, Distance };
  std::size_t gap = 0;
  Way way = Way::Literal;
  std::size_t length = 0;
  std::size_t value = 0;  // hops, or the distance
  bool operator==(const TokenCorrection&) const = default;
};
struct EndCorrection {
  std::size_t gap = 0;
  std::size_t tokens = 0;  // in the block, from its beginning; kNoEnd: it goes on behind this stretch
  bool operator==(const EndCorrection&) const = default;
};
constexpr std::size_t kNoEnd = SIZE_MAX;
struct HeadCorrection {
  std::size_t gap = 0;
  BlockHead head;
  bool built = false;  // Dynamic: the codes are what the block's frequencies give; `head` holds none
  bool operator==(const HeadCorrection&) const = default;
};

// A piece of a deflate stream. Sizes are octets of content.
struct StreamRun {
  std::size_t size = 0;
  StreamEnd end = StreamEnd::Ends;
  bool begins = false;
  std::optional<Settings> settings = std::nullopt;  // from here on; must be there when it begins
  std::size_t blocks = 0;                           // deflate blocks that begin in it
  std::uint8_t padding = 0;                         // Ends
  std::vector<TokenCorrection> tokens = {};
  std::vector<EndCorrection> ends = {};
  std::vector<HeadCorrection> heads = {};
  Bytes tail = {};  // not Ends
  bool operator==(const StreamRun&) const = default;
};
using AnyRun = std::variant<LiteralRun, StreamRun>;

void write_run(ByteWriter& out, const AnyRun& run);
//   Errors  Protocol: a kind, flag or number that cannot be
Result<AnyRun> read_run(ByteReader& in);

}  // namespace codec::container
