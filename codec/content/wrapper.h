// Wrapper: an item's octets, from the blocks that an Unwrapper made of it.
#pragma once
#include "codec/container/closer.h"
#include "codec/content/block.h"

namespace codec::content {

// Of one item, its blocks in order from the first that its Unwrapper made; what they repeat is in their content
// already.
class Wrapper {
 public:
  // Exactly block.written octets.   Errors  Protocol: what cannot be put together · Limit: more than kMaxWritten
  // octets, or than the layout takes
  Result<Bytes> wrap(const Block& block);

 private:
  container::Closer closer_;
};

}  // namespace codec::content
