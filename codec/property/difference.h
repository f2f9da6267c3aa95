// What makes the next revision of a chain out of the one before.                                Source: FORMAT.md §7
#pragma once
#include <optional>

#include "codec/property/chain.h"
#include "codec/property/limits.h"
#include "codec/property/registry.h"

namespace codec::property {

inline constexpr Property<Type::Bytes> kDifference{0x10, "difference"};

inline constexpr Name kChainNames[] = {name_of(kDifference)};
static_assert(well_registered(kChainNames, kChainIds));

struct Difference {
  Bytes steps;
  bool operator==(const Difference&) const = default;
};

// Time n log n in the entries of both, linear in their octets for each level of nesting. `identity`: the property of a
// nested chain that says which of the base's it is a revision of (an event's UID); where none is, the order decides.
Difference difference(const Chain& base, const Chain& next, std::optional<Id> identity = {});

// The `next` that the difference was made of.
//   Errors  Protocol: not of this base, malformed · Limit: the outcome is more than `limits` allow
Result<Chain> apply(const Chain& base, const Difference& difference, const Limits& limits = {});

Chain encode_difference(Difference difference);
Result<Difference> decode_difference(const Chain& chain);  // Errors  Protocol: absent, twice, of another type

// The kinds of steps, as both sides write and read them.
enum class Step : std::uint8_t { Keep = 0, Seek = 1, Change = 2, Add = 3 };
constexpr unsigned kStepBits = 2;

}  // namespace codec::property
