#include "proxy/imap/date.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "proxy/imap/types.h"

namespace proxy::imap {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::int64_t kDaySeconds = 86400;
constexpr std::int32_t kMaxZone = 24 * 60;  // "+1400" is the largest that is real; others only must not overflow

// Exactly `count` digits off the front; -1: not so.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool starts_with_digit(std::string_view text, std::size_t at) {
  return text.size() > at && text[at] >= '0' && text[at] <= '9';
}

// date-day "-" date-month "-" date-year off the front
Result<std::chrono::sys_days> take_day(std::string_view& text) {
  const auto bad = fail(Errc::Protocol, "expected a date such as 1-Feb-2024");
  const int day = take_digits(text, starts_with_digit(text, 1) ? 2 : 1);
  if (day < 0 || !take(text, '-') || text.size() < 3) return bad;
  unsigned month = 0;
  while (month < kMonths.size() && !equal_no_case(text.substr(0, 3), kMonths[month])) ++month;
  text.remove_prefix(3);
  if (!take(text, '-')) return bad;
  const int year = take_digits(text, 4);
  if (year < 0) return bad;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month + 1),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad;
  return std::chrono::sys_days(date);
}

std::string write_date(std::int64_t days, const char* format) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), format, static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()));
  return out.data();
}

std::int64_t floor_days(std::int64_t seconds) {
  return (seconds - (seconds % kDaySeconds + kDaySeconds) % kDaySeconds) / kDaySeconds;
}

constexpr std::int64_t kFirstDay = -719528;  // 1-Jan-0000: four digits hold no more
constexpr std::int64_t kLastDay = 2932896;   // 31-Dec-9999

std::int64_t clamp_day(std::int64_t day) {
  return day < kFirstDay ? kFirstDay : day > kLastDay ? kLastDay : day;
}

}  // namespace

Result<DateTime> parse_date_time(std::string_view text) {
  const auto bad = fail(Errc::Protocol, "expected a date-time such as \" 1-Feb-2024 10:20:30 +0100\"");
  take(text, ' ');
  TRY_ASSIGN(const std::chrono::sys_days day, take_day(text));
  if (!take(text, ' ')) return bad;
  const int hour = take_digits(text, 2);
  if (!take(text, ':')) return bad;
  const int minute = take_digits(text, 2);
  if (!take(text, ':')) return bad;
  const int second = take_digits(text, 2);
  if (!take(text, ' ') || text.empty()) return bad;
  const bool west = text[0] == '-';
  if (!west && text[0] != '+') return bad;
  text.remove_prefix(1);
  const int zone_hour = take_digits(text, 2);
  const int zone_minute = take_digits(text, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return bad;
  if (zone_hour < 0 || zone_hour > 23 || zone_minute < 0 || zone_minute > 59 || !text.empty()) return bad;
  DateTime time;
  time.zone_minutes = (zone_hour * 60 + zone_minute) * (west ? -1 : 1);
  time.seconds = day.time_since_epoch().count() * kDaySeconds + hour * 3600 + minute * 60 + second -
                 std::int64_t{time.zone_minutes} * 60;
  return time;
}

std::string write_date_time(const DateTime& time) {
  const std::int32_t zone = time.zone_minutes > -kMaxZone && time.zone_minutes < kMaxZone ? time.zone_minutes : 0;
  const std::int64_t day = clamp_day(floor_days(time.seconds + std::int64_t{zone} * 60));
  const std::int64_t rest = time.seconds + std::int64_t{zone} * 60 - day * kDaySeconds;
  const int second = static_cast<int>(rest >= 0 && rest < kDaySeconds ? rest : 0);
  const int minutes = zone < 0 ? -zone : zone;
  std::array<char, 40> clock{};
  std::snprintf(clock.data(), clock.size(), " %02d:%02d:%02d %c%02d%02d", second / 3600, second / 60 % 60, second % 60,
                zone < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return write_date(day, "%2u-%.3s-%04d") + clock.data();
}

Result<Day> parse_day(std::string_view text) {
  TRY_ASSIGN(const std::chrono::sys_days day, take_day(text));
  if (!text.empty()) return fail(Errc::Protocol, "expected a date such as 1-Feb-2024");
  return Day{static_cast<std::int32_t>(day.time_since_epoch().count())};
}

std::string write_day(Day day) {
  return write_date(clamp_day(day.days), "%u-%.3s-%04d");
}

Day local_day(const DateTime& time) {
  return Day{static_cast<std::int32_t>(clamp_day(floor_days(time.seconds + std::int64_t{time.zone_minutes} * 60)))};
}

}  // namespace proxy::imap
