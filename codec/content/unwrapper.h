// Unwrapper: takes off what hides an item's content from compression: transfer encodings, and the containers inside
// them; what stands for numbers is kept apart. Wrapper puts all of it on again, octet by octet.
#pragma once
#include "codec/container/opener.h"
#include "codec/content/block.h"
#include "codec/mime/splitter.h"

namespace codec::content {

// How much of an item's rest becomes the next block: kPiece, or less to end with a line.
std::size_t next_piece(ByteView rest);

// A piece that nothing is taken off.
Block as_written(ByteView piece);

// Opening takes ten times as long as zstd: not worth it where the link is fast.
enum class Containers : std::uint8_t { Opened, Left };

// Of one item, its pieces in order from wherever the first one begins.
class Unwrapper {
 public:
  explicit Unwrapper(Containers containers = Containers::Opened) : containers_(containers) {}
  Block unwrap(ByteView piece);
  // Only transfer encodings are taken off. A container that goes on behind it stays closed.
  Block decode(ByteView piece);

 private:
  Containers containers_;
  mime::Splitter splitter_;
  container::Opener opener_;
};

// The content and figures of an item, or of the front of it, as its blocks have them: the same wherever it is made.
// Limits  `most` octets of the item, kMaxContent of
//   content: what lies behind does not count
Bytes content_of(ByteView item, std::size_t most);

}  // namespace codec::content
