// Where text ends and what looks random begins. In one block of zstd they would share one code for literals: each octet
// of both would pay some .8 bits for the other kind.
#pragma once
#include <cstddef>

#include "codec/base/bytes.h"

namespace codec::compress {

// Octets of the front that are of one kind, text or not; all of them where the rest is short.     Limits  linear time
std::size_t one_kind(ByteView octets);

}  // namespace codec::compress
