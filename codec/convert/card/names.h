// Names of lines and components and their ids: 0x300–0x3ff. A line of a known name is one property, its value all
// octets behind the name. Which of two names an octet more is written decides nothing: ids are for ever, so a name is
// added at the end of its table.                                                          Source: CARDS.md §1
#pragma once
#include <span>
#include <string_view>

#include "codec/property/registry.h"

namespace codec::convert::card {

using property::Id;
using property::Property;
using property::Type;

inline constexpr Property<Type::Bytes> kLayout{0x300, "layout"};         // layout.h; absent: canonical
inline constexpr Property<Type::Bytes> kBeginLine{0x301, "begin_line"};  // of a component whose id does not say it
inline constexpr Property<Type::Bytes> kEndLine{0x302, "end_line"};      // where it is not as BEGIN has it
inline constexpr Property<Type::Unsigned> kUnended{0x303, "unended"};    // no END stands
inline constexpr Property<Type::Bytes> kOtherLine{0x304, "other_line"};  // whole

inline constexpr Property<Type::Chain> kCalendar{0x310, "VCALENDAR"};
inline constexpr Property<Type::Chain> kEvent{0x311, "VEVENT"};
inline constexpr Property<Type::Chain> kTask{0x312, "VTODO"};
inline constexpr Property<Type::Chain> kJournal{0x313, "VJOURNAL"};
inline constexpr Property<Type::Chain> kFreeBusy{0x314, "VFREEBUSY"};
inline constexpr Property<Type::Chain> kTimezone{0x315, "VTIMEZONE"};
inline constexpr Property<Type::Chain> kStandard{0x316, "STANDARD"};
inline constexpr Property<Type::Chain> kDaylight{0x317, "DAYLIGHT"};
inline constexpr Property<Type::Chain> kContact{0x31e, "VCARD"};
inline constexpr Property<Type::Chain> kOtherComponent{0x31f, "other_component"};  // has a begin_line

inline constexpr Property<Type::Bytes> kUid{0x320, "UID"};  // what a revision of an item keeps

std::span<const property::Name> names();  // all of them

// 0: none.
Id component_of(std::string_view name);  // as written in capitals
Id line_of(std::string_view name);
// Empty: the id is no component's (no line's) with a name of its own.
std::string_view component_name(Id id);
std::string_view line_name(Id id);

// Names know no case (RFC 5545 §2, RFC 6350 §3.3).
bool same_name(std::string_view a, std::string_view b);
bool contains_name(std::string_view text, std::string_view name);
bool starts_with_name(std::string_view text, std::string_view name);

}  // namespace codec::convert::card
