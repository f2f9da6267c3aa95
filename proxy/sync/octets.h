// A mail's octets, or a block of them, in a message: without their transfer encodings where that is smaller.  Source:
// PROTOCOL.md §5, codec/mime/SPLIT.md
#pragma once
#include "codec/property/chain.h"

namespace proxy::sync {

// Nothing for no octets, as with every property. More than the splitter takes (codec::mime::kMaxSplitBlock) stay as
// they are.
void put_octets(codec::property::Chain& chain, ByteView octets);
//   Errors  Limit: more than `most` octets, before they cost memory · Protocol: what cannot be put together
Result<> get_octets(const codec::property::Chain& chain, std::size_t most, Bytes& into);

}  // namespace proxy::sync
