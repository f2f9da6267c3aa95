// A mail's octets, or a block of them, in a message: what hides their content from compression taken off where that is
// smaller.                                      Source: PROTOCOL.md §5, codec/mime/SPLIT.md, codec/container/RECIPE.md
#pragma once
#include "codec/content/block.h"
#include "codec/property/chain.h"

namespace proxy::sync {

void put_block(codec::property::Chain& chain, const codec::content::Block& block);
//   Errors  Limit: more octets than codec::content::kMaxWritten
Result<> get_block(const codec::property::Chain& chain, codec::content::Block& into);

// An item that stands whole in one message. Nothing for no octets, as with every property.
//   Limits  codec::content::kMaxWritten; more stay as they are
void put_octets(codec::property::Chain& chain, ByteView octets);
//   Errors  Limit: more than `most` octets, before they cost memory · Protocol: what cannot be put together
Result<> get_octets(const codec::property::Chain& chain, std::size_t most, Bytes& into);

}  // namespace proxy::sync
