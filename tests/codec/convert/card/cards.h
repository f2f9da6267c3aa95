// Cards that several tests read: the examples of the RFCs' kinds, in words of our own.
#pragma once
#include <string>

namespace codec::convert::card {

inline const std::string kZone =
    "BEGIN:VTIMEZONE\r\nTZID:Harbour/North\r\n"
    "BEGIN:STANDARD\r\nDTSTART:19981025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:HNT\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:19990328T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:HNST\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";

// An event of 20 properties, as an invitation carries it.
inline const std::string kMeeting =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Tide Table 3.1//EN\r\nCALSCALE:GREGORIAN\r\n"
    "METHOD:REQUEST\r\n" +
    kZone +
    "BEGIN:VEVENT\r\nUID:5f2c9a10-harbour-watch@boats.example\r\nDTSTAMP:20260201T101500Z\r\n"
    "CREATED:20260105T080000Z\r\nLAST-MODIFIED:20260201T101500Z\r\n"
    "DTSTART;TZID=Harbour/North:20260309T140000\r\nDTEND;TZID=Harbour/North:20260309T153000\r\n"
    "SUMMARY:Harbour watch\\, spring rota\r\nLOCATION:Pier 4\\; upper deck\r\nSEQUENCE:0\r\nSTATUS:CONFIRMED\r\n"
    "TRANSP:OPAQUE\r\nCLASS:PUBLIC\r\nPRIORITY:5\r\nCATEGORIES:WATCH,HARBOUR\r\nURL:https://boats.example/watch/17\r\n"
    "DESCRIPTION:Who takes which night.\\nPlease bring the list of last year and \r\n"
    " the keys of the boat house.\r\n"
    "ORGANIZER;CN=Ann Pilot:mailto:ann@boats.example\r\n"
    "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;CN=\"Mate, Bob\":mailto:b\r\n"
    " ob@boats.example\r\n"
    "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:cy@boats.example\r\n"
    "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10\r\n"
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n";

inline const std::string kPerson =
    "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:11f2c6a0-7e0a-4c4e-9d3c-6d4f7b8f0001\r\n"
    "FN:Dr. Ann Pilot\r\nN:Pilot;Ann;Mary,Jo;Dr.;\r\nORG:Harbour\\; North;Pilots;Night watch\r\n"
    "item1.EMAIL;TYPE=work;PREF=1:ann@boats.example\r\nitem1.X-ABLabel:_$!<Work>!$_\r\n"
    "EMAIL;TYPE=\"home,other\":ann@home.example\r\nTEL;VALUE=uri;TYPE=cell:tel:+1-555-0100\r\n"
    "REV:20260201T101500Z\r\nEND:VCARD\r\n";

// With the part of the text that occurs first in place of `old`.
inline std::string with(std::string text, std::string_view old, std::string_view part) {
  return text.replace(text.find(old), old.size(), part);
}

}  // namespace codec::convert::card
