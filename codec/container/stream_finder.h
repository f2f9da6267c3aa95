// StreamFinder: where deflate streams begin, by the headers in front of them: of a zip entry, a gzip member, or a PDF
// stream in zlib's format. A header may lie in two blocks.                                  Source: RECIPE.md §1
#pragma once
#include <cstddef>
#include <optional>

#include "codec/base/bytes.h"

namespace codec::container {

class StreamFinder {
 public:
  // The first place in `block`, not before `from`, where the octets of a deflate stream begin.
  std::optional<std::size_t> next(ByteView block, std::size_t from);
  // The block is over, looked at up to its end: what may be a header goes on in the next one.
  void keep(ByteView block, std::size_t from);
  void forget() { kept_.clear(); }

 private:
  Bytes kept_;  // a header that began in the block before
};

}  // namespace codec::container
