// What every window has seen before its first block: the words and shapes that each mail repeats, so that the first
// mail of a window costs little too. Public, the same for everybody, part of the format.          Source: FORMAT.md §2
#pragma once
#include "codec/base/bytes.h"

namespace codec::compress {

ByteView vocabulary();

}  // namespace codec::compress
