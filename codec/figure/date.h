// Dates of mail headers as numbers, where the number gives the same octets again.          Source: RFC 5322 §3.3
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codec::figure {

// How the day is written.
enum class DayForm : std::uint8_t { Plain, Zero, Space };  // 1, 01, " 1"

struct DateForm {
  bool weekday = true;
  DayForm day = DayForm::Plain;
  bool operator==(const DateForm&) const = default;
};

struct Date {
  DateForm form;
  std::int64_t seconds = 0;  // since 1970, by the clock that the text shows
  std::size_t size = 0;      // octets of the text
};

// [ day-name "," SP ] day SP month SP year SP hour ":" minute ":" second, at the front; the zone is no part of it.
// nullopt: write_date() would not give these octets.
std::optional<Date> parse_date(std::string_view text);

// The text of a date; nullopt: not of the years 1970 to 2099.
std::optional<std::string> write_date(const DateForm& form, std::int64_t seconds);

struct Zone {
  std::int64_t seconds = 0;  // ahead of UTC
  std::size_t size = 0;      // octets, with the white space before it; 0: there is none
};
// ( "+" / "-" ) 4DIGIT behind a little white space, a folded line's too.
Zone parse_zone(std::string_view text);

}  // namespace codec::figure
