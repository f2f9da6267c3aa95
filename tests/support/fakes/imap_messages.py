"""STORE, COPY, MOVE, APPEND, EXPUNGE."""

import calendar
import re
import time

from fakes.imap_parse import BadCommand, Refused, canonical_flag, compact

_DATE = re.compile(r"\s?(\d{1,2}-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d) ([+-])(\d\d)(\d\d)\Z")


def parse_date(text):
    found = _DATE.match(text)
    try:
        when = calendar.timegm(time.strptime(found[1], "%d-%b-%Y %H:%M:%S"))
    except (TypeError, ValueError):
        raise BadCommand("bad date-time") from None
    offset = (int(found[3]) * 60 + int(found[4])) * 60
    return when - offset if found[2] == "+" else when + offset


class Messages:
    def _writable(self):
        if self.read_only:
            raise Refused("[READ-ONLY] examined only")

    def _target(self, parser):
        box = self.store.mailbox(self.user, parser.mailbox())
        if not box:
            raise Refused("[TRYCREATE] no such mailbox")
        return box

    async def do_store(self, parser, uid):
        parser.space()
        text = parser.sequence()
        parser.space()
        guard = None
        if parser.peek(b"("):
            words = parser.list()
            if len(words) != 2 or words[0].upper() != b"UNCHANGEDSINCE" or not self.has("CONDSTORE"):
                raise BadCommand("bad STORE modifier")
            guard = int(words[1])
            self.enabled.add("CONDSTORE")
            parser.space()
        item = parser.word()
        found = re.fullmatch(r"([+-]?)FLAGS(\.SILENT)?", item)
        if not found:
            raise BadCommand("bad STORE item")
        parser.space()
        flags = [canonical_flag(f) for f in parser.flags() if f.lower() != "\\recent"]
        parser.end()
        self._writable()
        chosen = self.selected(text, uid)
        failed = [(n, u) for n, u in chosen if guard is not None and self.box.messages[u].modseq > guard]
        uids = [u for _, u in chosen if (_, u) not in failed] if failed else [u for _, u in chosen]
        if self.box.keywords is not None:
            flags = [flag for flag in flags if flag.startswith("\\") or flag in self.box.keywords]
        self.muted = True
        changed = self.store.set_flags(self.box, uids, found[1] or "=", flags)
        self.muted = False
        if not found[2]:
            self.send_flags(uids, with_uid=uid or "QRESYNC" in self.enabled)
        elif "CONDSTORE" in self.enabled:
            self.send_flags(changed, with_uid=uid or "QRESYNC" in self.enabled, only_modseq=True)
        self.tell_changes(expunges=uid)
        if failed:
            return self.ok(b"[MODIFIED %s] some changed" % compact([u if uid else n for n, u in failed]).encode())
        self.ok()

    async def do_copy(self, parser, uid):
        parser.space()
        text = parser.sequence()
        parser.space()
        target = self._target(parser)
        source, made = self._copy(text, uid, target)
        self.tell_changes()
        self.ok(self._copyuid(target, source, made) + b"copied" if source else b"nothing to copy")

    async def do_move(self, parser, uid):
        parser.space()
        text = parser.sequence()
        parser.space()
        target = self._target(parser)
        self._writable()
        source, made = self._copy(text, uid, target)
        if source and self.has("UIDPLUS"):
            self.untagged(b"OK " + self._copyuid(target, source, made) + b"moved")
        self.store.expunge(self.box, source)
        self.silent = self.fault == "skip-vanished"
        self.tell_changes()
        self.ok()

    def _copy(self, text, uid, target):
        source = [u for _, u in self.selected(text, uid)]
        made = [self.store.copy(self.box.messages[u], target).uid for u in source]
        return source, made

    def _copyuid(self, target, source, made):
        if not self.has("UIDPLUS"):
            return b""
        return b"[COPYUID %d %s %s] " % (target.uidvalidity, compact(source).encode(), compact(made).encode())

    async def do_append(self, parser):
        parser.space()
        target = self._target(parser)
        parser.space()
        flags, date = [], None
        if parser.peek(b"("):
            flags = [canonical_flag(f) for f in parser.flags()]
            parser.space()
        if parser.peek(b'"'):
            date = parse_date(parser.text())
            parser.space()
        if not parser.peek(b"{"):
            raise BadCommand("literal expected")
        octets = parser.astring()
        parser.end()
        if b"\0" in octets:
            raise Refused("NUL in a message")
        message = self.store.append(target, octets, flags, date)
        self.tell_changes()
        code = b"[APPENDUID %d %d] " % (target.uidvalidity, message.uid) if self.has("UIDPLUS") else b""
        self.ok(code + b"appended")

    async def do_expunge(self, parser, uid):
        self._writable()
        gone = [u for u, m in self.box.messages.items() if "\\Deleted" in m.flags]
        if uid:
            parser.space()
            chosen = {u for _, u in self.selected(parser.sequence(), True)}
            gone = [u for u in gone if u in chosen]
        self.store.expunge(self.box, gone)
        self.silent = self.fault == "skip-vanished"
        self.tell_changes()
        if gone and "CONDSTORE" in self.enabled and self.has("QRESYNC"):
            return self.ok(b"[HIGHESTMODSEQ %d] expunged" % self.box.modseq)
        self.ok()
