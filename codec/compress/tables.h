// What zstd expects before it has seen anything: how often each octet stands as it is, how long matches are and how far
// they reach. A short mail's frame would else spend a tenth of itself on saying so.                Source: FORMAT.md §2
#pragma once
#include "codec/base/bytes.h"

namespace codec::compress {

// The front of a dictionary (RFC 8878 §5), number 0, up to its content: that is what the window begins after.
ByteView tables();

}  // namespace codec::compress
