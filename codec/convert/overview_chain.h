// An Overview as a property chain, for tunnel and replica.                              Source: item_properties.h,
// pack.h
#pragma once
#include "codec/base/result.h"
#include "codec/convert/overview.h"
#include "codec/property/chain.h"

namespace codec::convert {

property::Chain encode_overview(const Overview& overview);

//   Errors  Protocol: a property absent, twice, or malformed · Limit: pack.h's. (Stored bytes: the caller says
//   Corrupt.)
Result<Overview> decode_overview(const property::Chain& chain);

}  // namespace codec::convert
