// Ids of mail in property chains: 0x200–0x2ff.                                      Source: codec/property/registry.h
#pragma once
#include "codec/property/registry.h"

namespace codec::convert {

using property::Property;
using property::Type;

inline constexpr Property<Type::Bytes> kEnvelope{0x200, "envelope"};    // pack.h
inline constexpr Property<Type::Bytes> kStructure{0x201, "structure"};  // pack.h
inline constexpr Property<Type::Text> kPreview{0x202, "preview"};
inline constexpr Property<Type::Unsigned> kHasAttachment{0x203, "has_attachment"};
inline constexpr Property<Type::Unsigned> kSize{0x204, "size"};
inline constexpr Property<Type::Unsigned> kHeaderSize{0x205, "header_size"};
inline constexpr Property<Type::Unsigned> kMatchKey{0x206, "match_key"};

inline constexpr property::Name kItemNames[] = {property::name_of(kEnvelope), property::name_of(kStructure),
                                                property::name_of(kPreview),  property::name_of(kHasAttachment),
                                                property::name_of(kSize),     property::name_of(kHeaderSize),
                                                property::name_of(kMatchKey)};
static_assert(property::well_registered(kItemNames, property::kItemIds));

}  // namespace codec::convert
