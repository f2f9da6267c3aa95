#include "codec/figure/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace codec::figure {
namespace {

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::size_t kName = 3;
constexpr std::size_t kMostBlank = 8;  // before a zone: a folded line's end and what it is indented by
constexpr std::string_view kClock = " 00:00:00";
constexpr std::string_view kYear = " 0000";
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2099;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The number at `at` if the text there has the shape of `like`, where 0 is any digit; its digits in a row.
std::optional<int> shaped(std::string_view text, std::size_t at, std::string_view like) {
  if (text.size() < at + like.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < like.size(); ++i) {
    const char c = text[at + i];
    if (like[i] != '0' ? c != like[i] : !is_digit(c)) return std::nullopt;
    if (like[i] == '0') value = value * 10 + (c - '0');
  }
  return value;
}

// The place of a name of three letters among such; nullopt: none of them.
std::optional<unsigned> named(std::string_view text, std::size_t at, std::string_view names) {
  if (text.size() < at + kName) return std::nullopt;
  for (std::size_t i = 0; i < names.size(); i += kName) {
    if (text.compare(at, kName, names, i, kName) == 0) return static_cast<unsigned>(i / kName);
  }
  return std::nullopt;
}

// The day of the month at `at`, which moves behind it; 0: there is none.
unsigned take_day(std::string_view text, std::size_t& at, DateForm& form) {
  if (text.size() < at + 2) return 0;
  const bool space = form.weekday && text[at] == ' ';
  const bool two = is_digit(text[at + 1]);
  if (!space && !is_digit(text[at])) return 0;
  if (space && !two) return 0;
  if (space || (two && text[at] == '0')) form.day = space ? DayForm::Space : DayForm::Zero;
  const auto digit = [&text](std::size_t place) { return static_cast<unsigned>(text[place] - '0'); };
  const unsigned day = space ? digit(at + 1) : two ? digit(at) * 10 + digit(at + 1) : digit(at);
  at += two ? 2 : 1;
  return day;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  using namespace std::chrono;
  Date date;
  std::size_t at = 0;
  const std::optional<unsigned> weekday = named(text, 0, kWeekdays);
  date.form.weekday = weekday.has_value();
  if (weekday) {
    if (text.substr(kName, 2) != ", ") return std::nullopt;
    at = kName + 2;
  }
  const unsigned day_number = take_day(text, at, date.form);
  if (day_number == 0 || text.substr(at, 1) != " ") return std::nullopt;
  const std::optional<unsigned> month_number = named(text, ++at, kMonths);
  if (!month_number) return std::nullopt;
  at += kName;
  const std::optional<int> year_number = shaped(text, at, kYear);
  const std::optional<int> clock = shaped(text, at + kYear.size(), kClock);
  if (!year_number || !clock || *year_number < kFirstYear || *year_number > kLastYear) return std::nullopt;
  date.size = at + kYear.size() + kClock.size();
  const int hour = *clock / 10'000, minute = *clock / 100 % 100, second = *clock % 100;
  const year_month_day day{year{*year_number}, month{*month_number + 1}, std::chrono::day{day_number}};
  if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  if (weekday && std::chrono::weekday{sys_days{day}}.c_encoding() != *weekday) return std::nullopt;
  date.seconds = (sys_days{day}.time_since_epoch() + hours{hour} + minutes{minute} + seconds{second}) / 1s;
  return date;
}

std::optional<std::string> write_date(const DateForm& form, std::int64_t seconds) {
  using namespace std::chrono;
  constexpr std::int64_t kEnd = sys_days{year{kLastYear + 1} / January / 1}.time_since_epoch() / 1s;
  if (seconds < 0 || seconds >= kEnd) return std::nullopt;
  const auto days = sys_days{std::chrono::days{seconds / 86'400}};
  const auto second = static_cast<unsigned>(seconds % 86'400);
  const year_month_day day{days};
  const auto number = static_cast<unsigned>(day.day());
  std::string text;
  if (form.weekday) {
    text += kWeekdays.substr(std::chrono::weekday{days}.c_encoding() * kName, kName);
    text += ", ";
  }
  if (number < 10 && form.day != DayForm::Plain) text += form.day == DayForm::Zero ? '0' : ' ';
  text += fmt::format("{} {} {:04} {:02}:{:02}:{:02}", number,
                      kMonths.substr((static_cast<unsigned>(day.month()) - 1) * kName, kName),
                      static_cast<int>(day.year()), second / 3600, second / 60 % 60, second % 60);
  return text;
}

Zone parse_zone(std::string_view text) {
  const std::string_view near = text.substr(0, kMostBlank + 1);
  const std::size_t at = std::min(near.find_first_not_of(" \t\r\n"), near.size());
  if (at == 0 || at > kMostBlank || at == text.size() || (text[at] != '+' && text[at] != '-')) return {};
  const std::optional<int> digits = shaped(text, at + 1, "0000");
  if (!digits) return {};
  const std::int64_t ahead = (*digits / 100 * 60 + *digits % 100) * 60;
  return {text[at] == '+' ? ahead : -ahead, at + 5};
}

}  // namespace codec::figure
