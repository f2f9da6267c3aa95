// Whether compression is worth its time, told from a few pieces of the octets.
#pragma once
#include "codec/base/bytes.h"

namespace codec::compress {

// False for what is compressed or encrypted already. Never for less than 1 KiB: too little to tell, and cheap.
bool worth_compressing(ByteView raw);

}  // namespace codec::compress
