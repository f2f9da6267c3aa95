#include "codec/convert/card/calendar_values.h"

#include <libical/ical.h>

#include <algorithm>
#include <map>

#include "codec/convert/card/card_chain.h"
#include "codec/convert/card/limits.h"

namespace codec::convert::card {
namespace {

using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t kMaxObservances = 64;  // STANDARD and DAYLIGHT parts of one zone
constexpr std::size_t kMaxYearlyTimes = 7;   // a rule's times in a year: the seven days one of which is its Sunday
constexpr int kMaxDuration = 1 << 30;        // seconds: 34 years

// libical stops the process at what it takes for an error, unless told otherwise.
void start_libical() {
  static const bool started = [] {
    icalerror_set_errors_are_fatal(0);
    return true;
  }();
  (void)started;
}

// What libical is given: text with an end.
std::optional<std::string> given(std::string_view value) {
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  if (value.empty() || value.size() > kMaxValueText || value.find('\0') != std::string_view::npos) return std::nullopt;
  start_libical();
  return std::string(value);
}

std::optional<local_seconds> local_of(const icaltimetype& time) {
  using namespace std::chrono;
  const year_month_day day(year(time.year), month(static_cast<unsigned>(time.month)),
                           std::chrono::day(static_cast<unsigned>(time.day)));
  if (time.year < 1 || time.year > 9999 || time.month < 1 || time.day < 1 || !day.ok()) return std::nullopt;
  if (time.is_date) return local_seconds(local_days(day));
  if (time.hour < 0 || time.hour > 23 || time.minute < 0 || time.minute > 59 || time.second < 0 || time.second > 60)
    return std::nullopt;
  return local_days(day) + hours(time.hour) + minutes(time.minute) + seconds(time.second);
}

std::optional<icaltimetype> time_of(std::string_view value) {
  const auto text = given(value);
  if (!text) return std::nullopt;
  const icaltimetype time = icaltime_from_string(text->c_str());
  if (icaltime_is_null_time(time)) return std::nullopt;
  return time;
}

icaltimetype time_of(local_seconds local) {
  using namespace std::chrono;
  const local_days day = floor<days>(local);
  const year_month_day date(day);
  const hh_mm_ss clock(local - day);
  icaltimetype time = icaltime_null_time();
  time.year = static_cast<int>(date.year());
  time.month = static_cast<int>(static_cast<unsigned>(date.month()));
  time.day = static_cast<int>(static_cast<unsigned>(date.day()));
  time.hour = static_cast<int>(clock.hours().count());
  time.minute = static_cast<int>(clock.minutes().count());
  time.second = static_cast<int>(clock.seconds().count());
  return time;
}

std::size_t entries_of(const short* list, std::size_t size) {
  return static_cast<std::size_t>(std::find(list, list + size, short{ICAL_RECURRENCE_ARRAY_MAX}) - list);
}

// How often a zone's rule comes in a year; 0: it is not one that comes once in a year or so.
std::size_t times_in_a_year(const icalrecurrencetype& rule) {
  const std::size_t days = entries_of(rule.by_day, ICAL_BY_DAY_SIZE);
  const std::size_t month_days = entries_of(rule.by_month_day, ICAL_BY_MONTHDAY_SIZE);
  const std::size_t months = entries_of(rule.by_month, ICAL_BY_MONTH_SIZE);
  const std::size_t others =
      entries_of(rule.by_second, ICAL_BY_SECOND_SIZE) + entries_of(rule.by_minute, ICAL_BY_MINUTE_SIZE) +
      entries_of(rule.by_hour, ICAL_BY_HOUR_SIZE) + entries_of(rule.by_year_day, ICAL_BY_YEARDAY_SIZE) +
      entries_of(rule.by_week_no, ICAL_BY_WEEKNO_SIZE) + entries_of(rule.by_set_pos, ICAL_BY_SETPOS_SIZE);
  const bool yearly = rule.freq == ICAL_YEARLY_RECURRENCE && !rule.rscale && others == 0 && months <= 1 && days <= 1 &&
                      month_days <= kMaxYearlyTimes && (months == 1 || days + month_days == 0);
  if (!yearly) return 0;
  constexpr std::size_t kWeeksOfAMonth = 5;
  const bool every_week = days == 1 && icalrecurrencetype_day_position(rule.by_day[0]) == 0;
  return month_days > 0 ? month_days : every_week ? kWeeksOfAMonth : 1;
}

// Times that libical would write down for one STANDARD or DAYLIGHT; kMaxZoneTimes + 1: far too many.
std::size_t times_of(const property::Chain& observance) {
  constexpr int kLastYear = 2583;  // libical stops before it
  std::size_t times = 1 + find_lines(observance, "RDATE", kMaxObservances).size();
  const auto start = find_line(observance, "DTSTART");
  const auto first = start ? time_of(start->value) : std::nullopt;
  const int years = kLastYear - (first ? std::clamp(first->year, 0, kLastYear) : 0);
  for (const PropertyLine& line : find_lines(observance, "RRULE", kMaxObservances)) {
    const auto text = given(line.value);
    const std::size_t yearly = text ? times_in_a_year(icalrecurrencetype_from_string(text->c_str())) : 0;
    if (yearly == 0) return kMaxZoneTimes + 1;
    times += yearly * static_cast<std::size_t>(years);
  }
  return times;
}

std::string_view observance_name(const property::Entry& entry) {
  if (is_component(entry, kStandard)) return kStandard.name;
  return is_component(entry, kDaylight) ? kDaylight.name : std::string_view();
}

// What libical needs of one STANDARD or DAYLIGHT, and nothing else that somebody wrote there.
void append_observance(std::string& text, std::string_view name, const property::Chain& observance) {
  text.append("BEGIN:").append(name).append("\r\n");
  for (const std::string_view wanted : {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"})
    for (const PropertyLine& line : find_lines(observance, wanted, kMaxObservances)) {
      const std::string_view value = line.value;
      const bool clean = std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f; });
      if (clean && value.size() <= kMaxValueText) text.append(wanted).append(":").append(value).append("\r\n");
    }
  text.append("END:").append(name).append("\r\n");
}

// A zone as libical reads it; takes its times off what is left of the card's. Empty: there are too many.
std::string zone_text(const property::Chain& zone, std::size_t& times_left) {
  std::string text = "BEGIN:VTIMEZONE\r\nTZID:zone\r\n";
  std::size_t observances = 0;
  std::size_t times = 0;
  for (const property::Entry& entry : zone.entries()) {
    const std::string_view name = observance_name(entry);
    if (name.empty()) continue;
    const property::Chain& observance = *entry.value.view<Type::Chain>();
    times += times_of(observance);
    if (++observances > kMaxObservances || times > times_left) return {};
    append_observance(text, name, observance);
  }
  times_left -= times;
  return observances == 0 ? std::string() : text + "END:VTIMEZONE\r\n";
}

struct FreeZone {
  void operator()(icaltimezone* zone) const { icaltimezone_free(zone, 1); }
};
using Zone = std::unique_ptr<icaltimezone, FreeZone>;

// Null: not one that can be understood.
Zone make_zone(const property::Entry& described, std::size_t& times_left) {
  const std::string text = zone_text(*described.value.view<Type::Chain>(), times_left);
  if (text.empty() || text.size() > kMaxZoneText) return {};
  start_libical();
  icalcomponent* component = icalparser_parse_string(text.c_str());
  if (!component) return {};
  Zone zone(icaltimezone_new());
  if (icalcomponent_isa(component) == ICAL_VTIMEZONE_COMPONENT && icaltimezone_set_component(zone.get(), component))
    return zone;
  icalcomponent_free(component);
  return {};
}

}  // namespace

// Zones are made when first asked for: most cards describe one and ask for it.
struct Zones::State {
  std::map<std::string, const property::Entry*> described;
  std::map<std::string, Zone> made;
  std::size_t times_left = kMaxZoneTimes;
};

Zones::Zones(const property::Chain& calendar) : state_(std::make_unique<State>()) {
  for (const property::Entry& entry : calendar.entries()) {
    if (!is_component(entry, kTimezone) || state_->described.size() >= kMaxZones) continue;
    if (const auto id = find_line(*entry.value.view<Type::Chain>(), "TZID"))
      state_->described.emplace(std::string(id->value), &entry);
  }
}

Zones::Zones(Zones&&) noexcept = default;
Zones& Zones::operator=(Zones&&) noexcept = default;
Zones::~Zones() = default;

std::optional<sys_seconds> Zones::utc_of(local_seconds local, const std::string& zone) {
  const auto described = state_->described.find(zone);
  if (described == state_->described.end()) return std::nullopt;
  auto made = state_->made.find(zone);
  if (made == state_->made.end())
    made = state_->made.emplace(zone, make_zone(*described->second, state_->times_left)).first;
  if (!made->second) return std::nullopt;
  icaltimetype time = time_of(local);
  int daylight = 0;
  const int offset = icaltimezone_get_utc_offset(made->second.get(), &time, &daylight);
  return sys_seconds(local.time_since_epoch() - seconds(offset));
}

std::optional<Moment> parse_moment(const PropertyLine& line, Zones& zones) {
  const auto time = time_of(line.value);
  if (!time) return std::nullopt;
  const auto local = local_of(*time);
  if (!local) return std::nullopt;
  Moment moment{.local = *local, .utc = {}, .zone = {}, .whole_day = time->is_date != 0};
  if (icaltime_is_utc(*time)) {
    moment.utc = sys_seconds(local->time_since_epoch());
  } else if (const std::string* zone = line.parameter("TZID")) {
    moment.zone = *zone;
    if (!moment.whole_day) moment.utc = zones.utc_of(*local, *zone);
  }
  return moment;
}

std::optional<seconds> parse_duration(std::string_view value) {
  constexpr std::size_t kLongest = 32;  // above it the numbers do not fit libical's
  const auto text = given(value);
  if (!text || text->size() > kLongest) return std::nullopt;
  const icaldurationtype duration = icaldurationtype_from_string(text->c_str());
  if (icaldurationtype_is_bad_duration(duration)) return std::nullopt;
  if (std::max({duration.days, duration.weeks, duration.hours, duration.minutes, duration.seconds}) > kMaxDuration)
    return std::nullopt;
  const std::int64_t total = std::int64_t{duration.seconds} + 60 * std::int64_t{duration.minutes} +
                             3600 * std::int64_t{duration.hours} + 86'400 * std::int64_t{duration.days} +
                             604'800 * std::int64_t{duration.weeks};
  if (total < 0 || total > kMaxDuration) return std::nullopt;
  return seconds(duration.is_neg ? -total : total);
}

std::optional<Recurrence> parse_recurrence(std::string_view value) {
  const auto text = given(value);
  if (!text) return std::nullopt;
  const icalrecurrencetype rule = icalrecurrencetype_from_string(text->c_str());
  if (rule.freq < ICAL_SECONDLY_RECURRENCE || rule.freq > ICAL_YEARLY_RECURRENCE) return std::nullopt;
  Recurrence out;
  out.text = *text;
  out.frequency = static_cast<Frequency>(rule.freq - ICAL_SECONDLY_RECURRENCE);
  out.interval = rule.interval > 0 ? static_cast<unsigned>(rule.interval) : 1;
  out.count = rule.count > 0 ? static_cast<unsigned>(rule.count) : 0;
  if (!icaltime_is_null_time(rule.until)) {
    out.until = local_of(rule.until);
    out.until_utc = icaltime_is_utc(rule.until) != 0;
  }
  return out;
}

}  // namespace codec::convert::card
