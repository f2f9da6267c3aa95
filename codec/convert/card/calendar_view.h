// What a calendar says, read off its chain: nothing of it is stored a second time.                 Source: RFC 5545
// §3.6
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "codec/convert/card/calendar_values.h"
#include "codec/property/chain.h"

namespace codec::convert::card {

enum class ItemKind : std::uint8_t { Event, Task, Journal, FreeBusy };

struct CalendarUser {
  std::string address;  // "mailto:" removed
  std::string name;     // CN
  std::string role;     // ROLE, PARTSTAT as written, empty: not there
  std::string status;
  bool operator==(const CalendarUser&) const = default;
};

// One component: an item, or one of the exceptions to it (recurrence_id) that share its uid.
struct CalendarItem {
  ItemKind kind = ItemKind::Event;
  std::string uid;
  std::string summary;
  std::string location;
  std::string status;  // in capitals
  std::uint32_t sequence = 0;
  std::optional<Moment> stamp, created, last_modified;
  std::optional<Moment> start;
  std::optional<Moment> end;  // of an event also by its DURATION, or by what its absence means (§3.6.1)
  std::optional<Moment> due;  // of a task also by its DURATION
  std::optional<Moment> completed;
  std::optional<Moment> recurrence_id;
  std::optional<Recurrence> recurrence;  // the first rule
  std::optional<CalendarUser> organizer;
  std::vector<CalendarUser> attendees;  // kMaxAttendees
};

// Of a chain of to_chain's, in the order of the text. A line that cannot be understood counts as absent.
std::vector<CalendarItem> calendar_items(const property::Chain& card);

}  // namespace codec::convert::card
