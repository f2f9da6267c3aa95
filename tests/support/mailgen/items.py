"""What lies beside mail: appointments (RFC 5545) and contacts (RFC 6350), one in a file as servers hand them out."""

import datetime

from mailgen.transport import token
from mailgen.words import LANGUAGE, make_word



def _observance(kind, name, offsets, start):
    return [f"BEGIN:{kind}", f"TZOFFSETFROM:{offsets[0]}", f"TZOFFSETTO:{offsets[1]}", f"TZNAME:{name}", f"DTSTART:{start}",
            f"RDATE:{start}", f"END:{kind}"]


def _zone():
    """As programs export one: each change of the clocks of some years by itself."""
    lines = ["BEGIN:VTIMEZONE", "TZID:Europe/Harbour", "X-LIC-LOCATION:Europe/Harbour"]
    for year in range(1996, 2003):
        lines += _observance("DAYLIGHT", "CEST", ("+0100", "+0200"), f"{year}03{31 - (year * 5 // 4 + 4) % 7}T020000")
        lines += _observance("STANDARD", "CET", ("+0200", "+0100"), f"{year}10{31 - (year * 5 // 4 + 1) % 7}T030000")
    return [*lines, "END:VTIMEZONE"]


def folded(lines):
    """Lines of at most 75 octets; what is longer goes on behind a space."""
    out = []
    for line in lines:
        out.append(line[:74])
        out += [" " + line[at : at + 73] for at in range(74, len(line), 73)]
    return "".join(line + "\r\n" for line in out).encode()


def _attendee(person, rng):
    state = rng.choice(("NEEDS-ACTION", "ACCEPTED", "ACCEPTED", "TENTATIVE", "DECLINED"))
    return (
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={state};RSVP=TRUE;CN={person.name};X-NUM-GUESTS=0:"
        f"mailto:{person.address}"
    )


def appointment(rng, organizer, people, when):
    start = datetime.datetime.fromtimestamp(when, datetime.timezone.utc) + datetime.timedelta(hours=rng.randint(4, 900))
    end = start + datetime.timedelta(minutes=rng.choice((30, 45, 60, 60, 90, 120)))
    made = (start - datetime.timedelta(hours=3)).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Packetboat//mailgen//EN", "CALSCALE:GREGORIAN", *_zone(), "BEGIN:VEVENT"]
    lines += [f"UID:{token(rng, 26)}@{organizer.domain}", f"DTSTAMP:{made}", f"CREATED:{made}", f"LAST-MODIFIED:{made}"]
    lines += [f"DTSTART;TZID=Europe/Harbour:{start:%Y%m%dT%H%M00}", f"DTEND;TZID=Europe/Harbour:{end:%Y%m%dT%H%M00}"]
    if rng.random() < 0.4:
        lines += ["RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=" + ",".join(rng.sample(("MO", "TU", "WE", "TH", "FR"), 2))]
        lines += [f"EXDATE;TZID=Europe/Harbour:{start + datetime.timedelta(days=7 * n):%Y%m%dT%H%M00}" for n in range(rng.randint(0, 12))]
    lines += [f"SUMMARY:{LANGUAGE.title(rng)}", f"LOCATION:{LANGUAGE.phrase(rng, 2)}"]
    lines += [f"ORGANIZER;CN={organizer.name}:mailto:{organizer.address}", *(_attendee(one, rng) for one in people)]
    if rng.random() < 0.5:
        lines.append("DESCRIPTION:" + LANGUAGE.paragraph(rng, 2).replace(",", "\\,"))
    for minutes in rng.sample((5, 10, 15, 30, 60), 2):
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:This is an event reminder", f"TRIGGER:-P0DT0H{minutes}M0S", "END:VALARM"]
    return folded([*lines, "SEQUENCE:0", "STATUS:CONFIRMED", "TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR"])


def contact(rng, person):
    first, last = person.name.split()
    lines = ["BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Packetboat//mailgen//EN", f"FN:{person.name}", f"N:{last};{first};;;"]
    lines += [f"NICKNAME:{first}"] if rng.random() < 0.3 else []
    lines.append(f"EMAIL;type=INTERNET;type=WORK;type=pref:{person.address}")
    if rng.random() < 0.5:
        lines.append(f"EMAIL;type=INTERNET;type=HOME:{first.lower()}@{make_word(rng)}.example")
    for kind in rng.sample(("CELL", "WORK", "HOME", "WORK;type=FAX"), rng.randint(2, 3)):
        lines.append(f"TEL;type={kind};type=VOICE:+{rng.randint(1, 99)} {rng.randint(100, 999)} {rng.randint(10000, 999999)}")
    for kind in rng.sample(("WORK", "HOME"), rng.randint(1, 2)):
        lines.append(f"ADR;type={kind};type=pref:;;{LANGUAGE.word(rng).capitalize()} street {rng.randint(1, 200)};"
                     f"{make_word(rng).capitalize()};;{rng.randint(1000, 99999)};Harbourland")
    lines += [f"ORG:{person.house.headers[4].split(': ')[1]};", f"TITLE:{LANGUAGE.word(rng)}"] if rng.random() < 0.6 else []
    lines += [f"URL;type=WORK;type=pref:https://www.{person.domain}/"] if rng.random() < 0.5 else []
    when = f"20{rng.randint(15, 25)}-0{rng.randint(1, 9)}-{rng.randint(10, 28)}T{rng.randint(10, 23)}:{rng.randint(10, 59)}:00Z"
    return folded([*lines, f"UID:{token(rng, 16)}", f"REV:{when}", "END:VCARD"])
