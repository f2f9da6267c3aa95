// The receiver's side of repeats: what a block repeats is read from sources that are here.   Source:
// codec/repeat/REPEATS.md
#pragma once
#include <vector>

#include "booster/runtime/task.h"
#include "codec/content/block.h"
#include "codec/repeat/code.h"
#include "codec/repeat/cursor.h"

namespace proxy::messaging {

using booster::runtime::Task;

// The sources of one item, by their number.
class SourceOctets {
 public:
  virtual ~SourceOctets() = default;
  // At most `count` octets as they are written; fewer: it ends there.   Errors  NotFound: it is not here now
  virtual Task<Result<Bytes>> octets(std::size_t source, std::uint64_t from, std::size_t count) = 0;
};

// Of one item, its blocks in order.
//   Limits  memory of a piece for each source
class RepeatFiller {
 public:
  // Puts what the block repeats into its content; a block that repeats nothing stays as it is.
  //   Errors  NotFound: a source is not here, or not what the sender took it for; nothing was changed · Protocol,
  //   Limit:
  //           no such block
  Task<Result<>> fill(codec::content::Block& block, SourceOctets& sources);

 private:
  Task<Result<>> copy(const codec::repeat::Copy& copy, SourceOctets& sources, Bytes& out);

  codec::repeat::RepeatReader reader_;
  std::array<codec::repeat::Cursor, codec::repeat::kMostSources> cursors_;
};

}  // namespace proxy::messaging
