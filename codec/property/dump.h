// A chain as text for failures and logs: ids, types, sizes and numbers; never what stands in Bytes or Text.
#pragma once
#include <span>
#include <string>

#include "codec/property/chain.h"
#include "codec/property/registry.h"

namespace codec::property {

// "{0x61 user text[11], 0x8 unsigned 3, 0xa0 chain{...}}"; names where `names` knows the id.   Limits  about 4 KiB,
// then "…"
std::string dump(const Chain& chain, std::span<const Name> names = {});

}  // namespace codec::property
