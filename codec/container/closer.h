// Closer: content and recipe of a block to its octets.                                     Source: RECIPE.md §2, §3
#pragma once
#include <memory>
#include <vector>

#include "codec/base/bytes.h"

namespace codec::container {

class StreamCloser;

// One level of containers.
class LevelCloser {
 public:
  LevelCloser();
  ~LevelCloser();
  LevelCloser(LevelCloser&&) noexcept;
  LevelCloser& operator=(LevelCloser&&) noexcept;

  // At most `most` octets.   Errors  Protocol: a recipe that does not fit the content
  Result<Bytes> close(ByteView recipe, ByteView content, std::size_t most);

 private:
  std::unique_ptr<StreamCloser> stream_;  // one that the next block goes on with
};

// Of one item, its blocks in order; any recipe is safe.
//   Limits  memory ~1 MiB and a few times the block
class Closer {
 public:
  Closer();

  // The block's `size` octets.   Errors  Protocol: recipe and content that do not give them; the item is then over
  Result<Bytes> close(ByteView recipe, ByteView content, std::size_t size);

 private:
  std::vector<LevelCloser> levels_;
};

}  // namespace codec::container
