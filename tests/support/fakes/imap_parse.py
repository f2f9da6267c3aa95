"""Tokens of IMAP commands. Literals stand in the command's octets as they came: {n} CRLF octets."""

import re

_ATOM = re.compile(rb'[^\s(){"]+')
_QUOTED = re.compile(rb'"((?:[^"\\\r\n]|\\.)*)"')
_LITERAL = re.compile(rb"~?\{(\d+)\+?\}\r\n")
_SET = re.compile(rb"(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*\Z")


class BadCommand(Exception):
    pass


class Refused(Exception):
    """A tagged NO with this text."""


class Parser:
    def __init__(self, data):
        self.data, self.pos = data, 0

    def at_end(self):
        return self.pos >= len(self.data)

    def peek(self, text):
        return self.data.startswith(text, self.pos)

    def expect(self, text):
        if not self.peek(text):
            raise BadCommand(f"expected {text!r} at {self.pos}")
        self.pos += len(text)

    def space(self):
        self.expect(b" ")

    def end(self):
        if not self.at_end():
            raise BadCommand("something follows the command")

    def _match(self, pattern):
        found = pattern.match(self.data, self.pos)
        if found:
            self.pos = found.end()
        return found

    def atom(self):
        found = self._match(_ATOM)
        if not found:
            raise BadCommand(f"atom expected at {self.pos}")
        return found[0]

    def word(self):
        return self.atom().decode("latin-1").upper()

    def astring(self):
        if self.peek(b'"'):
            found = self._match(_QUOTED)
            if not found:
                raise BadCommand("quoted string without end")
            return re.sub(rb"\\(.)", rb"\1", found[1])
        if self.peek(b"{") or self.peek(b"~{"):
            found = self._match(_LITERAL)
            if not found:
                raise BadCommand("bad literal")
            data = self.data[self.pos : self.pos + int(found[1])]
            self.pos += len(data)
            return data
        return self.atom()

    def text(self):
        return self.astring().decode("utf-8", "surrogateescape")

    def mailbox(self):
        name = self.text()
        return "INBOX" if name.upper() == "INBOX" else name

    def number(self):
        try:
            return int(self.atom())
        except ValueError:
            raise BadCommand("number expected") from None

    def sequence(self):
        text = self.atom()
        if not _SET.match(text):
            raise BadCommand(f"bad set {text[:40]!r}")
        return text.decode()

    def value(self):
        """An astring or a parenthesized list of values."""
        return self.list() if self.peek(b"(") else self.astring()

    def list(self):
        self.expect(b"(")
        out = []
        while not self.peek(b")"):
            if out:
                self.space()
            out.append(self.value())
        self.expect(b")")
        return out

    def flags(self):
        if self.peek(b"("):
            return [f.decode("latin-1") for f in self.list()]
        out = [self.atom().decode("latin-1")]
        while self.peek(b" "):
            self.space()
            out.append(self.atom().decode("latin-1"))
        return out


def ranges(text, last):
    """[(low, high)] of a set; `*` is `last`."""
    out = []
    for piece in text.split(","):
        low, _, high = piece.partition(":")
        low = last if low == "*" else int(low)
        high = low if not high else last if high == "*" else int(high)
        out.append((min(low, high), max(low, high)))
    return out


def compact(numbers):
    """The shortest set text of ascending numbers."""
    out, start, previous = [], None, None
    for n in [*sorted(numbers), None]:
        if start is not None and n != previous + 1:
            out.append(str(start) if start == previous else f"{start}:{previous}")
            start = None
        if n is not None and start is None:
            start = n
        previous = n
    return ",".join(out)


def canonical_flag(flag):
    system = {"\\seen", "\\answered", "\\flagged", "\\deleted", "\\draft"}
    return "\\" + flag[1:].capitalize() if flag.lower() in system else flag


def quote(name):
    if not name.isascii() or any(c in name for c in "\r\n"):
        data = name.encode("utf-8", "surrogateescape")
        return b"{%d}\r\n%s" % (len(data), data)
    return b'"' + name.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
