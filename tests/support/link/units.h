// Numbers as profiles write them: 20k, 2M, 1G (powers of ten), percent, milliseconds.
#pragma once
#include <cstdint>
#include <string_view>

#include "codec/base/result.h"
#include "tests/support/link/settings.h"

namespace support::link {

constexpr std::uint64_t kMaxCount = 1'000'000'000'000;  // 1T of anything; keeps all sums inside 64 bits

// Errors  Protocol: not such a number · Limit: too large
codec::Result<std::uint64_t> parse_count(std::string_view text);    // digits only
codec::Result<double> parse_scaled(std::string_view text);          // 1.5M, 300, 2k
codec::Result<double> parse_share(std::string_view text);           // 1% or .01, in [0, 1]
codec::Result<Duration> parse_milliseconds(std::string_view text);  // 75 or 22.5, at most an hour

}  // namespace support::link
