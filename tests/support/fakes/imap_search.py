"""SEARCH and its extended answer. A key becomes a function of (sequence number, message)."""

import calendar
import time
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

from fakes import mime
from fakes.imap_parse import BadCommand, Refused, canonical_flag, compact, ranges

_FLAG_KEYS = {
    "ANSWERED": "\\Answered", "DELETED": "\\Deleted", "DRAFT": "\\Draft", "FLAGGED": "\\Flagged", "SEEN": "\\Seen",
}
_CHARSETS = ("UTF-8", "US-ASCII")


def _day(text):
    try:
        return calendar.timegm(time.strptime(text, "%d-%b-%Y"))
    except ValueError:
        raise BadCommand("bad date") from None


def _decoded(value):
    try:
        return str(make_header(decode_header(value.decode("latin-1")))).lower()
    except (LookupError, ValueError):
        return value.decode("latin-1").lower()


class Searching:
    async def do_search(self, parser, uid):
        parser.space()
        wants = None
        if parser.peek(b"RETURN ") and self.has("ESEARCH"):
            parser.word()
            parser.space()
            wants = [v.decode().upper() for v in parser.list()] or ["ALL"]
            parser.space()
        if parser.data[parser.pos : parser.pos + 8].upper() == b"CHARSET ":
            parser.word()
            parser.space()
            if parser.word() not in _CHARSETS:
                raise Refused("[BADCHARSET (UTF-8 US-ASCII)] unknown charset")
            parser.space()
        self._modseq_asked = False
        test = self._all_of(parser, end=None)
        hits = []
        for number, one in enumerate(self.view, 1):
            message = self.box.messages.get(one)
            if message and test(number, message):
                hits.append((number, message))
        self._answer_search([m.uid if uid else n for n, m in hits], [m for _, m in hits], wants, uid)
        self.tell_changes(expunges=uid)
        self.ok()

    def _answer_search(self, found, messages, wants, uid):
        modseq = max((m.modseq for m in messages), default=0) if self._modseq_asked else 0
        if wants is None:
            tail = b" (MODSEQ %d)" % modseq if modseq else b""
            return self.untagged(b" ".join([b"SEARCH", *(b"%d" % n for n in found)]) + tail)
        out = [b"ESEARCH (TAG %s)" % mime.string(self.tag)] + ([b"UID"] if uid else [])
        if found and "MIN" in wants:
            out.append(b"MIN %d" % found[0])
        if found and "MAX" in wants:
            out.append(b"MAX %d" % found[-1])
        if found and "ALL" in wants:
            out.append(b"ALL " + compact(found).encode())
        if "COUNT" in wants:
            out.append(b"COUNT %d" % len(found))
        if modseq:
            out.append(b"MODSEQ %d" % modseq)
        self.untagged(b" ".join(out))

    def _all_of(self, parser, end):
        tests = [self._key(parser)]
        while not (parser.at_end() if end is None else parser.peek(end)):
            parser.space()
            tests.append(self._key(parser))
        return tests[0] if len(tests) == 1 else lambda n, m: all(t(n, m) for t in tests)

    def _key(self, parser):
        if parser.peek(b"("):
            parser.expect(b"(")
            test = self._all_of(parser, b")")
            parser.expect(b")")
            return test
        if parser.data[parser.pos : parser.pos + 1].isdigit() or parser.peek(b"*"):
            return self._in_set(parser.sequence(), uid=False)
        return self._named(parser.word(), parser)

    def _in_set(self, text, uid):
        limits = ranges(text, (self.view[-1] if self.view else 0) if uid else len(self.view))
        if uid:
            return lambda n, m: any(a <= m.uid <= b for a, b in limits)
        return lambda n, m: any(a <= n <= b for a, b in limits)

    def _named(self, name, parser):
        def text():
            parser.space()
            return parser.text()

        if name in ("ALL", "OLD"):
            return lambda n, m: True
        if name in ("NEW", "RECENT"):
            return lambda n, m: False
        if name in _FLAG_KEYS:
            return lambda n, m, flag=_FLAG_KEYS[name]: flag in m.flags
        if name.startswith("UN") and name[2:] in _FLAG_KEYS:
            return lambda n, m, flag=_FLAG_KEYS[name[2:]]: flag not in m.flags
        if name in ("KEYWORD", "UNKEYWORD"):
            flag, wanted = canonical_flag(text()), name == "KEYWORD"
            return lambda n, m: (flag in m.flags) == wanted
        if name == "UID":
            parser.space()
            return self._in_set(parser.sequence(), uid=True)
        if name == "NOT":
            parser.space()
            inner = self._key(parser)
            return lambda n, m: not inner(n, m)
        if name == "OR":
            parser.space()
            one = self._key(parser)
            parser.space()
            other = self._key(parser)
            return lambda n, m: one(n, m) or other(n, m)
        if name in ("LARGER", "SMALLER"):
            parser.space()
            limit = parser.number()
            return (lambda n, m: m.size > limit) if name == "LARGER" else (lambda n, m: m.size < limit)
        if name == "MODSEQ" and self.has("CONDSTORE"):
            return self._modseq(parser)
        if name in ("SINCE", "BEFORE", "ON", "SENTSINCE", "SENTBEFORE", "SENTON"):
            return self._date(name, _day(text()))
        if name in ("FROM", "TO", "CC", "BCC", "SUBJECT"):
            return self._header(name, text())
        if name == "HEADER":
            return self._header(text(), text())
        if name in ("BODY", "TEXT"):
            return self._text(name, text())
        raise BadCommand(f"unknown search key {name[:40]!r}")

    def _modseq(self, parser):
        parser.space()
        if parser.peek(b'"'):  # a flag's own mod-sequence: like most servers, the message's
            parser.astring()
            parser.space()
            parser.atom()
            parser.space()
        limit = parser.number()
        self._modseq_asked = True
        self.enabled.add("CONDSTORE")
        return lambda n, m: m.modseq >= limit

    def _date(self, name, day):
        def when(message):
            if not name.startswith("SENT"):
                return message.date - message.date % 86400
            date = mime.parse(message.octets(self.store)).header("date")
            try:
                return calendar.timegm(parsedate_to_datetime((date or b"").decode("latin-1")).date().timetuple())
            except (TypeError, ValueError):
                return None

        kind = name.removeprefix("SENT")

        def test(n, m):
            at = when(m)
            return at is not None and (at >= day if kind == "SINCE" else at < day if kind == "BEFORE" else at == day)

        return test

    def _header(self, name, wanted):
        key, wanted = name.lower().encode("latin-1", "replace"), wanted.lower()

        def test(n, m):
            headers = mime.parse(m.octets(self.store)).headers
            return any(k == key and wanted in _decoded(v) for k, v in headers)

        return test

    def _text(self, name, wanted):
        needle = wanted.lower().encode("utf-8", "surrogateescape")

        def test(n, m):
            octets = m.octets(self.store)
            start = 0 if name == "TEXT" else mime.parse(octets).body
            return needle in octets[start:].lower()

        return test
