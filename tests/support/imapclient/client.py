"""A raw, synchronous IMAP client for tests: what is sent is what the test wrote, what comes back is kept as it came.

Every tagged OK (and every 250 of `smtp.py`) is recorded the moment it is read, with a number that only rises across
all connections of the process: the oracle of crash tests asks which answers the program really had in hand.
"""

import itertools
import re
import socket
import ssl
import time
from dataclasses import dataclass, field

from imapclient.parse import parse_line

_LITERAL = re.compile(rb"\{(\d+)\}\Z")
_TRANSCRIPT_LINE = 4096  # of one line or literal; a whole mailbox must not stay in memory
_sequence = itertools.count(1)


@dataclass
class Answer:
    """One acknowledged thing: which number, when, over what, what was asked and what was said."""

    number: int
    when: float
    asked: bytes
    said: bytes


ACKNOWLEDGED = []  # of the whole process, in order


def acknowledge(asked, said):
    ACKNOWLEDGED.append(Answer(next(_sequence), time.monotonic(), asked, said))
    return ACKNOWLEDGED[-1]


class ImapError(Exception):
    pass


class Disconnected(ImapError):
    pass


class TimedOut(ImapError):
    pass


@dataclass
class Reply:
    status: str
    text: bytes
    untagged: list = field(default_factory=list)  # parsed lines, see parse.py
    number: int = 0

    @property
    def code(self):
        """The response code as words: [b"APPENDUID", b"1", b"2"]."""
        found = re.match(rb"\[([^\]]*)\]", self.text)
        return found[1].split() if found else []

    def lines(self, kind):
        """The untagged lines of one kind: b"FETCH", b"EXISTS", b"LIST", …"""
        return [line for line in self.untagged if line.kind == kind]


def tls_context(ca=None):
    context = ssl.create_default_context(cafile=ca)
    if not ca:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _Input:
    """Buffered reading that survives a time-out, which a socket's makefile does not."""

    def __init__(self, sock):
        self._socket, self._buffer = sock, bytearray()

    def _fill(self):
        data = self._socket.recv(65536)
        self._buffer += data
        return data

    def readline(self):
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            if not self._fill():
                return b""
        return self._cut(end + 1)

    def read(self, count):
        while len(self._buffer) < count and self._fill():
            pass
        return self._cut(count)

    def _cut(self, count):
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data


class Client:
    def __init__(self, host, port, tls=None, ca=None, timeout=30, connection=None):
        """tls: None, "implicit" or "starttls"; connection: a socket that is connected already."""
        self.host, self.tags, self._asked = host, itertools.count(1), {}
        self.transcript = []  # (b"C" or b"S", octets)
        self._socket = connection or socket.create_connection((host, port))
        self._socket.settimeout(timeout)
        if tls == "implicit":
            self._wrap(ca)
        self._file = _Input(self._socket)
        self.greeting = self.read_line()
        if tls == "starttls":
            self.ok("STARTTLS")
            self._wrap(ca)
            self._file = _Input(self._socket)

    def _wrap(self, ca):
        self._socket = tls_context(ca).wrap_socket(self._socket, server_hostname=self.host)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- octets

    def send(self, data):
        self.transcript.append((b"C", data[:_TRANSCRIPT_LINE]))
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Disconnected(str(error)) from error

    def read_raw(self):
        """One response with its literals, without the last CRLF."""
        out = bytearray()
        try:
            while True:
                line = self._file.readline()
                if not line.endswith(b"\n"):
                    raise Disconnected("end of stream")
                out += line
                found = _LITERAL.search(line.rstrip(b"\r\n"))
                if not found:
                    break
                octets = self._file.read(int(found[1]))
                if len(octets) < int(found[1]):
                    raise Disconnected("end of stream in a literal")
                out += octets
        except TimeoutError as error:
            raise TimedOut("no answer in time") from error
        except OSError as error:
            raise Disconnected(str(error)) from error
        self.transcript.append((b"S", bytes(out[:_TRANSCRIPT_LINE])))
        return bytes(out).removesuffix(b"\n").removesuffix(b"\r")

    def read_line(self):
        return parse_line(self.read_raw())

    # ---- commands

    def start(self, *parts):
        """Sends a command and does not wait; its tag. A Literal goes as one; all else is written as it stands."""
        tag = b"t%d" % next(self.tags)
        line = tag
        for part in parts:
            line += b" "
            if isinstance(part, Literal):
                self.send(line + b"{%d%s}\r\n" % (len(part.octets), b"+" if part.plus else b""))
                if not part.plus:
                    answer = self.read_raw()
                    if not answer.startswith(b"+"):
                        raise ImapError(f"no continuation: {answer[:100]!r}")
                line = part.octets
            else:
                line += part.encode() if isinstance(part, str) else part
        self.send(line + b"\r\n")
        self._asked[tag] = b" ".join(_label(p) for p in parts)
        return tag

    def finish(self, tag):
        """Reads until the tagged answer of `tag`."""
        untagged = []
        while True:
            raw = self.read_raw()
            if raw.startswith(tag + b" "):
                _, status, text = (raw + b" ").split(b" ", 2)
                reply = Reply(status.decode().upper(), text.rstrip(), untagged)
                asked = self._asked.pop(tag, b"")
                if reply.status == "OK":
                    reply.number = acknowledge(asked, raw).number
                return reply
            untagged.append(parse_line(raw))

    def command(self, *parts):
        return self.finish(self.start(*parts))

    def ok(self, *parts):
        reply = self.command(*parts)
        if reply.status != "OK":
            raise ImapError(f"{b' '.join(_label(p) for p in parts)[:60]!r}: {reply.status} {reply.text!r}")
        return reply

    def login(self, user, password):
        return self.ok("LOGIN", quoted(user), quoted(password))

    def select(self, mailbox, *parameters, examine=False):
        return self.ok("EXAMINE" if examine else "SELECT", quoted(mailbox), *parameters)

    def append(self, mailbox, octets, flags=(), date=None, plus=False):
        parts = ["APPEND", quoted(mailbox), "(" + " ".join(flags) + ")"]
        if date:
            parts.append(f'"{date}"')
        return self.ok(*parts, Literal(octets, plus))

    def fetch(self, numbers, items, uid=True):
        """{uid or number: {item: value}}"""
        reply = self.ok(*(["UID"] if uid else []), "FETCH", str(numbers), items)
        out = {}
        for line in reply.lines(b"FETCH"):
            key = int(line.items[b"UID"]) if uid else line.number
            out.setdefault(key, {}).update(line.items)
        return out

    def body(self, uid):
        got = self.fetch(uid, "(BODY.PEEK[])")
        if uid not in got:
            raise ImapError(f"UID {uid}: no such message")
        return got[uid][b"BODY[]"]

    def idle(self, wanted, timeout):
        """IDLE until a line of kind `wanted` comes; the lines that came. TimedOut after `timeout` seconds (the
        connection stays good)."""
        tag = self.start("IDLE")
        before, deadline, lines, late = self._socket.gettimeout(), time.monotonic() + timeout, [], False
        while not late and not any(line.kind == wanted for line in lines):
            try:
                self._socket.settimeout(max(0.001, deadline - time.monotonic()))
                lines.append(self.read_line())
            except TimedOut:
                late = True
        self._socket.settimeout(before)
        self.send(b"DONE\r\n")
        lines += self.finish(tag).untagged
        if late and not any(line.kind == wanted for line in lines):
            raise TimedOut(f"no {wanted!r} within {timeout} s of IDLE")
        return lines

    def logout(self):
        self.command("LOGOUT")
        self.close()

    def close(self):
        self._socket.close()


@dataclass
class Literal:
    octets: bytes
    plus: bool = False


def _label(part):
    if isinstance(part, Literal):
        return b"{%d}" % len(part.octets)
    return part.encode() if isinstance(part, str) else part


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
