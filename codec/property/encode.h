// Chain -> bytes. One encoding per chain.                                                        Source: FORMAT.md §3
#pragma once
#include "codec/property/chain.h"

namespace codec::property {

std::size_t encoded_size(const Chain& chain);
Bytes encode(const Chain& chain);
void append(const Chain& chain, Bytes& out);
// varint length, then the chain: for streams of chains. Read back by FrameReader (frame.h).
void append_framed(const Chain& chain, Bytes& out);

// Parts of a property, for writers that stream.
void append_key(Id id, Type type, Bytes& out);
void append_entry(const Entry& entry, Bytes& out);

}  // namespace codec::property
