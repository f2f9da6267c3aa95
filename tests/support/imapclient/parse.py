"""Lines of an IMAP server as simple structures: atoms and strings are bytes, NIL is None, lists are lists."""

import re
from dataclasses import dataclass, field

_ATOM = re.compile(rb"[^\s()\"\[]*(?:\[[^\]]*\](?:<\d+>)?)?[^\s()\"]*")
_LITERAL = re.compile(rb"~?\{(\d+)\}\r\n")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')


@dataclass
class Line:
    kind: bytes  # FETCH, EXISTS, LIST, OK, …; b"+" for a continuation
    raw: bytes
    number: int = 0  # of `* n EXISTS` and the like
    values: list = field(default_factory=list)  # what follows the kind
    items: dict = field(default_factory=dict)  # of FETCH and STATUS


class Reader:
    def __init__(self, data):
        self.data, self.pos = data, 0

    def at_end(self):
        return self.pos >= len(self.data)

    def _take(self, pattern):
        found = pattern.match(self.data, self.pos)
        if found:
            self.pos = found.end()
        return found

    def value(self):
        here = self.data[self.pos : self.pos + 1]
        if here == b"(":
            return self._list()
        if here == b'"' and (found := self._take(_QUOTED)):
            return re.sub(rb"\\(.)", rb"\1", found[1])
        if found := self._take(_LITERAL):
            octets = self.data[self.pos : self.pos + int(found[1])]
            self.pos += len(octets)
            return octets
        atom = self._take(_ATOM)[0]
        if not atom:  # nothing that fits: take one octet, so that broken lines end too
            atom = self.data[self.pos : self.pos + 1]
            self.pos += 1
        return None if atom.upper() == b"NIL" else atom

    def _list(self):
        self.pos += 1
        out = []
        while not self.at_end():
            if self.data[self.pos : self.pos + 1] == b")":
                self.pos += 1
                break
            if self.data[self.pos : self.pos + 1] == b" ":
                self.pos += 1
                continue
            out.append(self.value())
        return out

    def rest(self):
        out = []
        while not self.at_end():
            if self.data[self.pos : self.pos + 1] in (b" ", b"\r", b"\n"):
                self.pos += 1
            else:
                out.append(self.value())
        return out


def _pairs(values):
    return {k.upper(): v for k, v in zip(values[::2], values[1::2]) if isinstance(k, bytes)}


def parse_line(raw):
    """An untagged line or a continuation; a tagged line comes back with its status as kind."""
    mark, _, rest = raw.partition(b" ")
    if mark == b"+":
        return Line(b"+", raw, values=[rest])
    word, _, after = rest.partition(b" ")
    if word.isdigit():
        kind, _, tail = after.partition(b" ")
        values = Reader(tail).rest()
        items = _pairs(values[0]) if kind.upper() == b"FETCH" and values and isinstance(values[0], list) else {}
        return Line(kind.upper(), raw, int(word), values, items)
    if word.upper() in (b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"):
        return Line(word.upper(), raw, values=[after])
    values = Reader(after).rest()
    items = _pairs(values[-1]) if word.upper() == b"STATUS" and values and isinstance(values[-1], list) else {}
    return Line(word.upper(), raw, values=values, items=items)


def numbers(text):
    """The numbers of a set: b"1:3,7" -> [1, 2, 3, 7]."""
    out = []
    for piece in text.decode().split(","):
        low, _, high = piece.partition(":")
        out += range(int(low), int(high or low) + 1)
    return out
