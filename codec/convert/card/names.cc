#include "codec/convert/card/names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace codec::convert::card {
namespace {

constexpr Id kFirstLine = 0x320;

// Components: ids from 0x310, in this order.
constexpr std::array kComponents = {
    std::string_view("VCALENDAR"),     std::string_view("VEVENT"),    std::string_view("VTODO"),
    std::string_view("VJOURNAL"),      std::string_view("VFREEBUSY"), std::string_view("VTIMEZONE"),
    std::string_view("STANDARD"),      std::string_view("DAYLIGHT"),  std::string_view("VALARM"),
    std::string_view("VAVAILABILITY"), std::string_view("AVAILABLE"), std::string_view("PARTICIPANT"),
    std::string_view("VLOCATION"),     std::string_view("VRESOURCE"), std::string_view("VCARD")};

// Lines: ids from 0x320, in this order.
constexpr std::array kLines = {std::string_view("UID"),
                               std::string_view("DTSTAMP"),
                               std::string_view("DTSTART"),
                               std::string_view("DTEND"),
                               std::string_view("DUE"),
                               std::string_view("DURATION"),
                               std::string_view("SUMMARY"),
                               std::string_view("DESCRIPTION"),
                               std::string_view("LOCATION"),
                               std::string_view("STATUS"),
                               std::string_view("SEQUENCE"),
                               std::string_view("CREATED"),
                               std::string_view("LAST-MODIFIED"),
                               std::string_view("RECURRENCE-ID"),
                               std::string_view("RRULE"),
                               std::string_view("RDATE"),
                               std::string_view("EXDATE"),
                               std::string_view("EXRULE"),
                               std::string_view("ORGANIZER"),
                               std::string_view("ATTENDEE"),
                               std::string_view("CATEGORIES"),
                               std::string_view("CLASS"),
                               std::string_view("TRANSP"),
                               std::string_view("PRIORITY"),
                               std::string_view("URL"),
                               std::string_view("GEO"),
                               std::string_view("COMMENT"),
                               std::string_view("CONTACT"),
                               std::string_view("RELATED-TO"),
                               std::string_view("RESOURCES"),
                               std::string_view("ATTACH"),
                               std::string_view("PERCENT-COMPLETE"),
                               std::string_view("COMPLETED"),
                               std::string_view("REQUEST-STATUS"),
                               std::string_view("FREEBUSY"),
                               std::string_view("ACTION"),
                               std::string_view("TRIGGER"),
                               std::string_view("REPEAT"),
                               std::string_view("TZID"),
                               std::string_view("TZNAME"),
                               std::string_view("TZOFFSETFROM"),
                               std::string_view("TZOFFSETTO"),
                               std::string_view("TZURL"),
                               std::string_view("PRODID"),
                               std::string_view("VERSION"),
                               std::string_view("METHOD"),
                               std::string_view("CALSCALE"),
                               std::string_view("NAME"),
                               std::string_view("COLOR"),
                               std::string_view("IMAGE"),
                               std::string_view("CONFERENCE"),
                               std::string_view("REFRESH-INTERVAL"),
                               std::string_view("SOURCE"),
                               std::string_view("ACKNOWLEDGED"),
                               std::string_view("PROXIMITY"),
                               std::string_view("BUSYTYPE"),
                               std::string_view("STRUCTURED-DATA"),
                               std::string_view("STYLED-DESCRIPTION"),
                               std::string_view("LINK"),
                               std::string_view("CONCEPT"),
                               std::string_view("REFID"),
                               std::string_view("X-WR-CALNAME"),
                               std::string_view("X-WR-CALDESC"),
                               std::string_view("X-WR-TIMEZONE"),
                               std::string_view("X-WR-RELCALID"),
                               std::string_view("X-WR-ALARMUID"),
                               std::string_view("X-LIC-LOCATION"),
                               std::string_view("X-ALT-DESC"),
                               std::string_view("X-MOZ-GENERATION"),
                               std::string_view("X-MOZ-LASTACK"),
                               std::string_view("X-MOZ-SNOOZE-TIME"),
                               std::string_view("X-MICROSOFT-CDO-BUSYSTATUS"),
                               std::string_view("X-MICROSOFT-CDO-INTENDEDSTATUS"),
                               std::string_view("X-MICROSOFT-CDO-ALLDAYEVENT"),
                               std::string_view("X-MICROSOFT-CDO-IMPORTANCE"),
                               std::string_view("X-MICROSOFT-CDO-INSTTYPE"),
                               std::string_view("X-MICROSOFT-CDO-APPT-SEQUENCE"),
                               std::string_view("X-MICROSOFT-CDO-OWNERAPPTID"),
                               std::string_view("X-MICROSOFT-CDO-OWNER-CRITICAL-CHANGE"),
                               std::string_view("X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE"),
                               std::string_view("X-MICROSOFT-DISALLOW-COUNTER"),
                               std::string_view("X-MICROSOFT-DONOTFORWARDMEETING"),
                               std::string_view("X-MICROSOFT-LOCATIONS"),
                               std::string_view("X-MS-OLK-CONFTYPE"),
                               std::string_view("X-MS-OLK-FORCEINSPECTOROPEN"),
                               std::string_view("X-APPLE-STRUCTURED-LOCATION"),
                               std::string_view("X-APPLE-TRAVEL-ADVISORY-BEHAVIOR"),
                               std::string_view("X-APPLE-CREATOR-IDENTITY"),
                               std::string_view("X-APPLE-CREATOR-TEAM-IDENTITY"),
                               std::string_view("X-GOOGLE-CONFERENCE"),
                               std::string_view("FN"),
                               std::string_view("N"),
                               std::string_view("NICKNAME"),
                               std::string_view("PHOTO"),
                               std::string_view("BDAY"),
                               std::string_view("ANNIVERSARY"),
                               std::string_view("GENDER"),
                               std::string_view("ADR"),
                               std::string_view("LABEL"),
                               std::string_view("TEL"),
                               std::string_view("EMAIL"),
                               std::string_view("IMPP"),
                               std::string_view("LANG"),
                               std::string_view("TZ"),
                               std::string_view("TITLE"),
                               std::string_view("ROLE"),
                               std::string_view("LOGO"),
                               std::string_view("ORG"),
                               std::string_view("MEMBER"),
                               std::string_view("RELATED"),
                               std::string_view("NOTE"),
                               std::string_view("REV"),
                               std::string_view("SOUND"),
                               std::string_view("KIND"),
                               std::string_view("CLIENTPIDMAP"),
                               std::string_view("KEY"),
                               std::string_view("FBURL"),
                               std::string_view("CALADRURI"),
                               std::string_view("CALURI"),
                               std::string_view("XML"),
                               std::string_view("AGENT"),
                               std::string_view("MAILER"),
                               std::string_view("SORT-STRING"),
                               std::string_view("BIRTHPLACE"),
                               std::string_view("DEATHPLACE"),
                               std::string_view("DEATHDATE"),
                               std::string_view("EXPERTISE"),
                               std::string_view("HOBBY"),
                               std::string_view("INTEREST"),
                               std::string_view("ORG-DIRECTORY"),
                               std::string_view("CONTACT-URI"),
                               std::string_view("GRAMGENDER"),
                               std::string_view("LANGUAGE"),
                               std::string_view("PRONOUNS"),
                               std::string_view("SOCIALPROFILE"),
                               std::string_view("JSPROP"),
                               std::string_view("X-ABUID"),
                               std::string_view("X-ABSHOWAS"),
                               std::string_view("X-ABLABEL"),
                               std::string_view("X-AIM"),
                               std::string_view("X-ICQ"),
                               std::string_view("X-JABBER"),
                               std::string_view("X-MSN"),
                               std::string_view("X-SKYPE"),
                               std::string_view("X-PHONETIC-FIRST-NAME"),
                               std::string_view("X-PHONETIC-LAST-NAME"),
                               std::string_view("X-ADDRESSBOOKSERVER-KIND"),
                               std::string_view("X-ADDRESSBOOKSERVER-MEMBER"),
                               std::string_view("X-EVOLUTION-FILE-AS"),
                               std::string_view("X-MS-OL-DEFAULT-POSTAL-ADDRESS"),
                               std::string_view("X-MS-OL-DESIGN"),
                               std::string_view("X-MS-CARDPICTURE"),
                               std::string_view("X-MOZILLA-HTML")};

constexpr std::array kOwn = {property::name_of(kLayout),    property::name_of(kBeginLine),
                             property::name_of(kEndLine),   property::name_of(kUnended),
                             property::name_of(kOtherLine), property::name_of(kOtherComponent)};

constexpr auto kNames = [] {
  std::array<property::Name, kOwn.size() + kComponents.size() + kLines.size()> all{};
  std::size_t at = 0;
  for (const property::Name& name : kOwn) all[at++] = name;
  for (Id i = 0; i < kComponents.size(); ++i) all[at++] = {kCalendar.id + i, Type::Chain, kComponents[i].data()};
  for (Id i = 0; i < kLines.size(); ++i) all[at++] = {kFirstLine + i, Type::Bytes, kLines[i].data()};
  return all;
}();
static_assert(property::well_registered(kNames, property::kCardIds));
static_assert(kComponents[kContact.id - kCalendar.id] == kContact.name && kLines[kUid.id - kFirstLine] == kUid.name);
static_assert(kComponents[kTimezone.id - kCalendar.id] == kTimezone.name);
static_assert(kComponents[kDaylight.id - kCalendar.id] == kDaylight.name);

// Lines in the order of their names.
constexpr auto kSorted = [] {
  std::array<std::uint8_t, kLines.size()> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint8_t>(i);
  std::sort(order.begin(), order.end(), [](std::uint8_t a, std::uint8_t b) { return kLines[a] < kLines[b]; });
  return order;
}();

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same_letter(char a, char b) {
  return upper(a) == upper(b);
}

}  // namespace

std::span<const property::Name> names() {
  return kNames;
}

Id component_of(std::string_view name) {
  const auto found = std::find(kComponents.begin(), kComponents.end(), name);
  return found == kComponents.end() ? 0 : kCalendar.id + static_cast<Id>(found - kComponents.begin());
}

Id line_of(std::string_view name) {
  const auto found = std::lower_bound(kSorted.begin(), kSorted.end(), name,
                                      [](std::uint8_t a, std::string_view b) { return kLines[a] < b; });
  return found == kSorted.end() || kLines[*found] != name ? 0 : kFirstLine + *found;
}

std::string_view component_name(Id id) {
  return id >= kCalendar.id && id - kCalendar.id < kComponents.size() ? kComponents[id - kCalendar.id]
                                                                      : std::string_view();
}

std::string_view line_name(Id id) {
  return id >= kFirstLine && id - kFirstLine < kLines.size() ? kLines[id - kFirstLine] : std::string_view();
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_letter);
}

bool contains_name(std::string_view text, std::string_view name) {
  return std::search(text.begin(), text.end(), name.begin(), name.end(), same_letter) != text.end();
}

bool starts_with_name(std::string_view text, std::string_view name) {
  return text.size() >= name.size() && same_name(text.substr(0, name.size()), name);
}

}  // namespace codec::convert::card
