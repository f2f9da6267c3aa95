// INTERNALDATE and SEARCH dates.                                                 Source: RFC 9051 §9 date-time, date
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace proxy::imap {

struct DateTime {
  std::int64_t seconds = 0;       // since 1970-01-01T00:00:00Z
  std::int32_t zone_minutes = 0;  // east of Greenwich, as it was written
  friend bool operator==(const DateTime&, const DateTime&) = default;
};

struct Day {
  std::int32_t days = 0;  // since 1970-01-01
  auto operator<=>(const Day&) const = default;
};

// date-time = DQUOTE (SP DIGIT / 2DIGIT) "-" date-month "-" 4DIGIT SP time SP zone DQUOTE, here without the quotes
//   Errors  Protocol: not that form, no such day. Quirk DayWithoutSpace: "1-Jan-2024 ..." (no leading space) is taken
Result<DateTime> parse_date_time(std::string_view text);
std::string write_date_time(const DateTime& time);  // " 1-Jan-2024 00:00:00 +0000", in its zone; years 0..9999

// date = 1*2DIGIT "-" date-month "-" 4DIGIT
Result<Day> parse_day(std::string_view text);
std::string write_day(Day day);
Day local_day(const DateTime& time);  // the calendar day in its own zone: what BEFORE, ON and SINCE compare

}  // namespace proxy::imap
