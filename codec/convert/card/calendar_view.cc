#include "codec/convert/card/calendar_view.h"

#include <algorithm>
#include <charconv>

#include "codec/convert/card/card_chain.h"
#include "codec/convert/card/limits.h"

namespace codec::convert::card {
namespace {

using property::Chain;

std::optional<ItemKind> item_kind(const property::Entry& entry) {
  if (is_component(entry, kEvent)) return ItemKind::Event;
  if (is_component(entry, kTask)) return ItemKind::Task;
  if (is_component(entry, kJournal)) return ItemKind::Journal;
  if (is_component(entry, kFreeBusy)) return ItemKind::FreeBusy;
  return std::nullopt;
}

std::string text_at(const Chain& component, std::string_view name) {
  const auto line = find_line(component, name);
  return line ? text_of(*line) : std::string();
}

std::uint32_t number_at(const Chain& component, std::string_view name) {
  std::uint32_t number = 0;
  if (const auto line = find_line(component, name))
    std::from_chars(line->value.data(), line->value.data() + line->value.size(), number);
  return number;
}

std::optional<Moment> moment_at(const Chain& component, std::string_view name, Zones& zones) {
  const auto line = find_line(component, name);
  return line ? parse_moment(*line, zones) : std::nullopt;
}

std::string capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

CalendarUser user_of(const PropertyLine& line) {
  constexpr std::string_view kMailto = "mailto:";
  const auto or_empty = [](const std::string* text) { return text ? *text : std::string(); };
  CalendarUser user{.address = text_of(line),
                    .name = or_empty(line.parameter("CN")),
                    .role = or_empty(line.parameter("ROLE")),
                    .status = or_empty(line.parameter("PARTSTAT"))};
  if (starts_with_name(user.address, kMailto)) user.address.erase(0, kMailto.size());
  return user;
}

// A duration of whole days is of days on the calendar, another one of time that passes (RFC 5545 §3.3.6): where a
// zone's clock changes in between they differ, and the wall's time follows the days.
Moment later(const Moment& start, std::chrono::seconds duration, Zones& zones) {
  Moment end = start;
  end.local += duration;
  const bool days = duration % std::chrono::days(1) == std::chrono::seconds(0);
  if (!days && start.utc) {
    end.utc = *start.utc + duration;
  } else if (start.utc) {
    end.utc = start.zone.empty() ? *start.utc + duration : zones.utc_of(end.local, start.zone);
  }
  end.whole_day = start.whole_day && days;
  return end;
}

std::optional<Moment> end_by_duration(const Chain& component, const CalendarItem& item, Zones& zones) {
  if (!item.start) return std::nullopt;
  if (const auto line = find_line(component, "DURATION")) {
    const auto duration = parse_duration(line->value);
    return duration ? std::optional(later(*item.start, *duration, zones)) : std::nullopt;
  }
  if (item.kind != ItemKind::Event) return std::nullopt;
  return item.start->whole_day ? later(*item.start, std::chrono::days(1), zones) : *item.start;
}

CalendarItem read_item(ItemKind kind, const Chain& component, Zones& zones) {
  CalendarItem item;
  item.kind = kind;
  item.uid = text_at(component, "UID");
  item.summary = text_at(component, "SUMMARY");
  item.location = text_at(component, "LOCATION");
  item.status = capitals(text_at(component, "STATUS"));
  item.sequence = number_at(component, "SEQUENCE");
  item.stamp = moment_at(component, "DTSTAMP", zones);
  item.created = moment_at(component, "CREATED", zones);
  item.last_modified = moment_at(component, "LAST-MODIFIED", zones);
  item.start = moment_at(component, "DTSTART", zones);
  item.end = moment_at(component, "DTEND", zones);
  item.due = moment_at(component, "DUE", zones);
  item.completed = moment_at(component, "COMPLETED", zones);
  item.recurrence_id = moment_at(component, "RECURRENCE-ID", zones);
  if (kind == ItemKind::Event && !item.end) item.end = end_by_duration(component, item, zones);
  if (kind == ItemKind::Task && !item.due) item.due = end_by_duration(component, item, zones);
  if (const auto line = find_line(component, "RRULE")) item.recurrence = parse_recurrence(line->value);
  if (const auto line = find_line(component, "ORGANIZER")) item.organizer = user_of(*line);
  for (const PropertyLine& line : find_lines(component, "ATTENDEE", kMaxAttendees))
    item.attendees.push_back(user_of(line));
  return item;
}

// The items of a calendar; elsewhere than in one they have no zones but are seen, too.
void read_items(const Chain& within, std::vector<CalendarItem>& into) {
  Zones zones(within);
  for (const property::Entry& entry : within.entries()) {
    if (const auto kind = item_kind(entry)) {
      into.push_back(read_item(*kind, *entry.value.view<Type::Chain>(), zones));
    } else if (is_component(entry, kCalendar)) {
      read_items(*entry.value.view<Type::Chain>(), into);
    }
  }
}

}  // namespace

std::vector<CalendarItem> calendar_items(const Chain& card) {
  std::vector<CalendarItem> items;
  read_items(card, items);
  return items;
}

}  // namespace codec::convert::card
