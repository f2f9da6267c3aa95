#include "codec/convert/card/calendar_view.h"

#include <gtest/gtest.h>

#include "codec/convert/card/card_chain.h"
#include "tests/codec/convert/card/cards.h"

namespace codec::convert::card {
namespace {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

std::vector<CalendarItem> items(const std::string& text) {
  const auto chain = to_chain(text);
  EXPECT_TRUE(chain) << chain.error().what;
  return calendar_items(*chain);
}

// The one event of these lines, beside the zone.
CalendarItem event(const std::string& lines) {
  const auto found =
      items("BEGIN:VCALENDAR\r\n" + kZone + "BEGIN:VEVENT\r\n" + lines + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  EXPECT_EQ(found.size(), 1U);
  return found.at(0);
}

TEST(CalendarView, ReadsAnInvitation) {
  const auto found = items(kMeeting);
  ASSERT_EQ(found.size(), 1U);
  const CalendarItem& item = found[0];
  EXPECT_EQ(item.kind, ItemKind::Event);
  EXPECT_EQ(item.uid, "5f2c9a10-harbour-watch@boats.example");
  EXPECT_EQ(item.summary, "Harbour watch, spring rota");
  EXPECT_EQ(item.location, "Pier 4; upper deck");
  EXPECT_EQ(item.status, "CONFIRMED");
  EXPECT_EQ(item.sequence, 0U);
  EXPECT_EQ(item.stamp->utc, sys_days(2026y / 2 / 1) + 10h + 15min);
  EXPECT_EQ(item.last_modified, item.stamp);
  EXPECT_EQ(item.organizer, (CalendarUser{"ann@boats.example", "Ann Pilot", "", ""}));
  ASSERT_EQ(item.attendees.size(), 2U);
  EXPECT_EQ(item.attendees[0], (CalendarUser{"bob@boats.example", "Mate, Bob", "REQ-PARTICIPANT", "NEEDS-ACTION"}));
  EXPECT_EQ(item.attendees[1], (CalendarUser{"cy@boats.example", "", "", "ACCEPTED"}));
  ASSERT_TRUE(item.recurrence);
  EXPECT_EQ(item.recurrence->text, "FREQ=WEEKLY;INTERVAL=2;COUNT=10");
  EXPECT_EQ(item.recurrence->frequency, Frequency::Weekly);
  EXPECT_EQ(item.recurrence->interval, 2U);
  EXPECT_EQ(item.recurrence->count, 10U);
}

TEST(CalendarView, KnowsTheZonesOfTheCard) {
  const CalendarItem winter = event("DTSTART;TZID=Harbour/North:20260309T140000");
  EXPECT_EQ(winter.start->local, local_seconds(local_days(2026y / 3 / 9) + 14h));
  EXPECT_EQ(winter.start->utc, sys_seconds(sys_days(2026y / 3 / 9) + 13h));
  EXPECT_EQ(winter.start->zone, "Harbour/North");
  EXPECT_EQ(event("DTSTART;TZID=\"Harbour/North\":20260709T140000").start->utc, sys_days(2026y / 7 / 9) + 12h);
  EXPECT_EQ(event("DTSTART:20260709T140000Z").start->utc, sys_days(2026y / 7 / 9) + 14h);
  EXPECT_EQ(event("DTSTART:20260709T140000").start->utc, std::nullopt);
  EXPECT_EQ(event("DTSTART;TZID=Europe/Berlin:20260709T140000").start->utc, std::nullopt);
}

TEST(CalendarView, ZonesStandStillFarAhead) {
  EXPECT_EQ(event("DTSTART;TZID=Harbour/North:20340709T140000").start->utc, sys_days(2034y / 7 / 9) + 12h);
  EXPECT_TRUE(event("DTSTART;TZID=Harbour/North:99980709T140000").start->utc);
}

TEST(CalendarView, EndsByDurationAreOfDaysOrOfTime) {
  const std::string start = "DTSTART;TZID=Harbour/North:20260328T140000\r\n";  // the clock changes in the night
  EXPECT_EQ(event(start + "DURATION:P1D").end->utc, sys_days(2026y / 3 / 29) + 12h);
  EXPECT_EQ(event(start + "DURATION:PT23H").end->utc, sys_days(2026y / 3 / 29) + 12h);
  EXPECT_EQ(event(start + "DURATION:PT1H30M").end->utc, sys_days(2026y / 3 / 28) + 14h + 30min);
  EXPECT_EQ(event(start).end, event(start).start);
  const CalendarItem day = event("DTSTART;VALUE=DATE:20260328");
  EXPECT_TRUE(day.start->whole_day);
  EXPECT_EQ(day.start->utc, std::nullopt);
  EXPECT_EQ(day.end->local, local_days(2026y / 3 / 29));
  EXPECT_TRUE(day.end->whole_day);
}

TEST(CalendarView, ReadsTasksAndNotes) {
  const auto found = items(
      "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nDTSTART:20260101T080000Z\r\nDURATION:P2W\r\nSTATUS:needs-action\r\n"
      "END:VTODO\r\nBEGIN:VTODO\r\nUID:d\r\nDUE;VALUE=DATE:20260401\r\nCOMPLETED:20260331T120000Z\r\nEND:VTODO\r\n"
      "BEGIN:VJOURNAL\r\nUID:j\r\nSUMMARY:Log\r\nEND:VJOURNAL\r\nBEGIN:VFREEBUSY\r\nUID:f\r\nEND:VFREEBUSY\r\n"
      "END:VCALENDAR\r\n");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].kind, ItemKind::Task);
  EXPECT_EQ(found[0].due->utc, sys_days(2026y / 1 / 15) + 8h);
  EXPECT_EQ(found[0].status, "NEEDS-ACTION");
  EXPECT_TRUE(found[1].due->whole_day);
  EXPECT_EQ(found[1].completed->utc, sys_days(2026y / 3 / 31) + 12h);
  EXPECT_EQ(found[2].kind, ItemKind::Journal);
  EXPECT_FALSE(found[2].end);
  EXPECT_EQ(found[3].kind, ItemKind::FreeBusy);
}

TEST(CalendarView, SeesWhatIsNotInCapitals) {
  const auto found =
      items("begin:vcalendar\nbegin:vevent\nuid:1\ndtstart;value=date:20260101\nend:vevent\nend:vcalendar\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].uid, "1");
  EXPECT_TRUE(found[0].start->whole_day);
}

TEST(CalendarView, WhatIsNoDateIsAbsent) {
  for (const std::string value : {"", "x", "20261301", "20260231T000000Z", "20260101T250000Z", "00000000T000000Z",
                                  "20260101T000000Q", "99999999999999999999"}) {
    EXPECT_FALSE(event("DTSTART:" + value).start) << value;
    EXPECT_FALSE(event("DTSTART:" + value).end) << value;
  }
  EXPECT_FALSE(event("DTSTART:2026\0"
                     "0101")
                   .start);
  EXPECT_FALSE(event("DTSTART:20260101T000000Z\r\nDURATION:PT99999999999999S").end);
  EXPECT_FALSE(event("DTSTART:20260101T000000Z\r\nDURATION:soon").end);
  EXPECT_FALSE(event("RRULE:FREQ=NEVER").recurrence);
  EXPECT_FALSE(event("RRULE:").recurrence);
  EXPECT_EQ(event("SEQUENCE:-7").sequence, 0U);
}

TEST(CalendarView, RecurrencesEnd) {
  const auto rule = event("RRULE:FREQ=DAILY;UNTIL=20260401T000000Z").recurrence;
  EXPECT_EQ(rule->until, local_days(2026y / 4 / 1));
  EXPECT_TRUE(rule->until_utc);
  EXPECT_EQ(rule->interval, 1U);
  EXPECT_FALSE(event("RRULE:FREQ=YEARLY").recurrence->until);
}

// Each of these would have libical write down times for minutes or for ever.
TEST(CalendarView, ZonesOfTooManyTimesStayUnknown) {
  for (const std::string rule : {"FREQ=SECONDLY", "FREQ=DAILY", "FREQ=YEARLY;BYMONTH=1,2;BYDAY=SU",
                                 "FREQ=YEARLY;BYMONTH=1;BYHOUR=1,2,3", "FREQ=YEARLY;BYDAY=MO", "nonsense"}) {
    const std::string hostile = with(kMeeting, "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", rule);
    const auto found = items(hostile);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].start->utc, std::nullopt) << rule;
    EXPECT_EQ(found[0].start->local, local_seconds(local_days(2026y / 3 / 9) + 14h));
  }
  // One zone alone would be small enough, but not sixty.
  std::string zones = "BEGIN:VCALENDAR\r\n";
  std::string events;
  for (int i = 0; i < 60; ++i) {
    zones += with(with(kZone, "Harbour/North", std::to_string(i)), "19981025", "00010101");
    events += "BEGIN:VEVENT\r\nDTSTART;TZID=" + std::to_string(i) + ":20260309T140000\r\nEND:VEVENT\r\n";
  }
  const auto all = items(zones + events + "END:VCALENDAR\r\n");
  ASSERT_EQ(all.size(), 60U);
  EXPECT_TRUE(all.front().start->utc);
  EXPECT_FALSE(all.back().start->utc);
  std::string many = "BEGIN:VTIMEZONE\r\nTZID:Harbour/North\r\n";
  for (int i = 0; i < 1000; ++i)
    many +=
        "BEGIN:STANDARD\r\nDTSTART:00010101T000000\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\nTZOFFSETFROM:+"
        "0100\r\n"
        "TZOFFSETTO:+0100\r\nEND:STANDARD\r\n";
  EXPECT_EQ(items(with(kMeeting, kZone, many + "END:VTIMEZONE\r\n"))[0].start->utc, std::nullopt);
}

}  // namespace
}  // namespace codec::convert::card
