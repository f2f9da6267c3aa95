// Splitter: takes a mail's octets apart for compression, block by block: base64 and quoted-printable undone where, and
// only where, join() gives the very same octets again. Looks at lines, not at the tree of parts: a broken boundary
// costs nothing.                                                                           Source: SPLIT.md
#pragma once
#include <string_view>

#include "codec/base/bytes.h"

namespace codec::mime {

struct SplitBlock {
  Bytes layout;   // empty: the content is the octets themselves
  Bytes content;  // decoded
};

// How much of `octets` to give to split() when the mail goes on behind them: up to the last line end, if one is near.
std::size_t split_point(ByteView octets);

// Of one mail, its blocks in order. Linear time; memory of one block.
//   Limits  a block <= kMaxSplitBlock; layout and content together <= the block + a few octets
class Splitter {
 public:
  SplitBlock split(ByteView block);

 private:
  class Sink;
  void look_at(std::string_view line);

  bool announced_ = false;  // this header block says quoted-printable
  bool quoted_ = false;     // such a body
};

// Octets of content that the layout takes.   Errors  as join
Result<std::size_t> content_size(ByteView layout);

// The block's octets.   Errors  Protocol: layout and content that do not give `size` octets · Limit: kMaxSplitBlock
Result<Bytes> join(ByteView layout, ByteView content, std::size_t size);

}  // namespace codec::mime
