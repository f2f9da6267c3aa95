// What a card may be. Above it the caller carries the octets as they are.
#pragma once
#include <cstddef>

#include "codec/property/limits.h"

namespace codec::convert::card {

constexpr std::size_t kMaxCard = property::kMaxMessageChain;  // octets of text; its chain must fit a message, too
constexpr std::size_t kMaxLines = 30'000;  // content lines; with the components below kMaxMessageProperties
constexpr std::size_t kMaxNesting = 6;     // components in components; calendars use 3, chains allow 8
static_assert(kMaxLines < property::kMaxMessageProperties && kMaxNesting < property::kMaxDepth);

// Of the views, which read what strangers wrote.
constexpr std::size_t kMaxLineParameters = 64;
constexpr std::size_t kMaxAttendees = 10'000;     // what a meeting may invite; the rest is not seen
constexpr std::size_t kMaxZones = 64;             // time zones told apart in one card
constexpr std::size_t kMaxZoneTimes = 50'000;     // changes of the clock that all of them may name; usual: 1,000
constexpr std::size_t kMaxZoneText = 256 * 1024;  // octets of one VTIMEZONE that are understood
constexpr std::size_t kMaxValueText = 4096;       // octets of a date, duration or rule that are understood

}  // namespace codec::convert::card
