"""FETCH: what is asked for, and the answer message by message."""

import re
import time
from bisect import bisect_left, bisect_right

from fakes import mime
from fakes.imap_parse import BadCommand, ranges

_MACROS = {
    "ALL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
    "FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
    "FULL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"],
}
_PLAIN = {"FLAGS", "UID", "RFC822.SIZE", "INTERNALDATE", "ENVELOPE", "BODYSTRUCTURE", "BODY", "MODSEQ", "EMAILID"}
_OLD = {"RFC822": (b"", False), "RFC822.HEADER": (b"HEADER", True), "RFC822.TEXT": (b"TEXT", False)}
_SECTION = re.compile(rb"BODY(\.PEEK)?\[([^\](]*)(?:\(([^)\]]*)\))?\](?:<(\d+)\.(\d+)>)?", re.I)
_PATH = re.compile(rb"((?:\d+(?:\.|\Z))*)(HEADER|TEXT|MIME|HEADER\.FIELDS(?:\.NOT)?|)\s*\Z", re.I)


class Section:
    """One BODY[...] item."""

    def __init__(self, label, section, names, peek, partial):
        found = _PATH.match(section.rstrip(b" "))
        if not found:
            raise BadCommand(f"bad section {section[:40]!r}")
        self.label, self.peek, self.partial = label, peek, partial
        self.path = [int(n) for n in found[1].split(b".") if n]
        self.what = found[2].upper()
        self.names = names
        if self.what == b"MIME" and not self.path:
            raise BadCommand("MIME of no part")

    def octets(self, root):
        data = root.data
        if not self.path and not self.what:
            return data
        part = mime.find(root, self.path) if self.path else root
        if part is None:
            return None
        if not self.what:
            return data[part.body : part.end]
        if self.what == b"MIME":
            return data[part.start : part.body]
        if self.path:
            part = part.message
            if part is None:
                return None
        if self.what == b"TEXT":
            return data[part.body : part.end]
        header = data[part.start : part.body]
        if self.what == b"HEADER":
            return header
        return mime.header_fields(header, self.names, self.what.endswith(b".NOT"))


class Fetching:
    def selected(self, text, uid):
        """[(sequence number, uid)] of a set, ascending; of those that are still there."""
        if uid:
            places = set()
            for low, high in ranges(text, self.view[-1] if self.view else 0):
                places.update(range(bisect_left(self.view, low), bisect_right(self.view, high)))
            return [(p + 1, self.view[p]) for p in sorted(places) if self.view[p] in self.box.messages]
        numbers = set()
        for low, high in ranges(text, len(self.view)):
            if low < 1 or high > len(self.view):
                raise BadCommand("no such message")
            numbers.update(range(low, high + 1))
        return [(n, self.view[n - 1]) for n in sorted(numbers) if self.view[n - 1] in self.box.messages]

    async def do_fetch(self, parser, uid):
        parser.space()
        text = parser.sequence()
        parser.space()
        items = self._items(parser)
        since, vanished = self._modifiers(parser, uid)
        if uid and "UID" not in items:
            items.insert(0, "UID")
        if since is not None and "MODSEQ" not in items:
            items.append("MODSEQ")
        if "MODSEQ" in items:
            self.enabled.add("CONDSTORE")
        if vanished and self.fault != "skip-vanished":
            self.vanished_earlier(since, text)
        for number, one in self.selected(text, uid):
            message = self.box.messages.get(one)
            if message and (since is None or message.modseq > since):
                self._answer(number, message, items)
                await self.wire.breathe()
        self.tell_changes(expunges=uid)
        self.ok()

    def _modifiers(self, parser, uid):
        since, vanished = None, False
        if not parser.at_end():
            parser.space()
            words = [v.upper() for v in parser.list()]
            if not words or words[0] != b"CHANGEDSINCE" or not self.has("CONDSTORE"):
                raise BadCommand("bad FETCH modifier")
            try:
                since = int(words[1])
            except (IndexError, ValueError):
                raise BadCommand("bad CHANGEDSINCE") from None
            vanished = b"VANISHED" in words[2:]
            if vanished and not (uid and "QRESYNC" in self.enabled):
                raise BadCommand("VANISHED without QRESYNC")
        parser.end()
        return since, vanished

    def _items(self, parser):
        if not parser.peek(b"("):
            item = self._item(parser)
            return list(_MACROS[item]) if isinstance(item, str) and item in _MACROS else [item]
        parser.expect(b"(")
        items = [self._item(parser)]
        while not parser.peek(b")"):
            parser.space()
            items.append(self._item(parser))
        parser.expect(b")")
        return items

    def _item(self, parser):
        found = _SECTION.match(parser.data, parser.pos)
        if found:
            parser.pos = found.end()
            section = found[2].strip().upper()
            names = found[3].replace(b'"', b"").split() if found[3] is not None else []
            label = b"BODY[" + section + (b" (" + found[3] + b")" if found[3] is not None else b"") + b"]"
            partial = (int(found[4]), int(found[5])) if found[4] else None
            return Section(label, section, names, bool(found[1]), partial)
        name = re.match(rb"[A-Za-z0-9.]*", parser.data[parser.pos :])[0]
        parser.pos += len(name)
        name = name.decode().upper()
        if name in _OLD:
            section, peek = _OLD[name]
            return Section(name.encode(), section, [], peek, None)
        if name in _PLAIN and (name != "MODSEQ" or self.has("CONDSTORE")) and (name != "EMAILID" or self.has("OBJECTID")):
            return name
        if name in _MACROS:
            return name
        raise BadCommand(f"unknown FETCH item {name[:40]!r}")

    def _answer(self, number, message, items):
        octets = root = None
        out = []
        if self.fault == "huge-literal":
            self.fault = ""
            return self.wire.write(b"* %d FETCH (UID %d BODY[] {4294967296}\r\nnot so many" % (number, message.uid))
        if any(isinstance(i, Section) and not i.peek for i in items) and not self.read_only:
            self._see(message, items)
        for item in items:
            if isinstance(item, Section) or item in ("ENVELOPE", "BODYSTRUCTURE", "BODY"):
                octets = octets if octets is not None else message.octets(self.store)
                root = root or mime.parse(octets)
            out.append(self._section(item, root) if isinstance(item, Section) else self._plain(item, message, root))
        self.untagged(b"%d FETCH (%s)" % (number, b" ".join(out)))

    def _see(self, message, items):
        self.muted = True
        changed = self.store.set_flags(self.box, [message.uid], "+", ["\\Seen"])
        self.muted = False
        if changed and "FLAGS" not in items:
            items.append("FLAGS")

    def _section(self, item, root):
        octets = item.octets(root)
        label = item.label
        if octets is None:
            return label + b" NIL"
        if item.partial:
            first, count = item.partial
            octets, label = octets[first : first + count], label + b"<%d>" % first
        return b"%s {%d}\r\n%s" % (label, len(octets), octets)

    def _plain(self, item, message, root):
        if item == "FLAGS":
            value = b"(" + " ".join(sorted(message.flags)).encode() + b")"
        elif item == "UID":
            value = b"%d" % message.uid
        elif item == "RFC822.SIZE":
            value = b"%d" % max(0, message.size + self.box.misstated)
        elif item == "INTERNALDATE":
            value = time.strftime('"%d-%b-%Y %H:%M:%S +0000"', time.gmtime(message.date)).encode()
        elif item == "MODSEQ":
            value = b"(%d)" % message.modseq
        elif item == "EMAILID":
            value = b"(M%s)" % message.sha[:20].encode()
        elif item == "ENVELOPE":
            value = mime.envelope(root)
        else:
            value = mime.structure(root, extended=item == "BODYSTRUCTURE")
        return item.encode() + b" " + value

    def send_flags(self, uids, with_uid=False, only_modseq=False):
        """Untagged FETCH with the flags of some messages."""
        if not uids:
            return
        items = [] if only_modseq else ["FLAGS"]
        if with_uid:
            items.insert(0, "UID")
        if "CONDSTORE" in self.enabled:
            items.append("MODSEQ")
        found = ((bisect_left(self.view, uid), uid) for uid in sorted(uids))
        places = [(p + 1, uid) for p, uid in found if p < len(self.view) and self.view[p] == uid]
        for number, uid in places:
            self._answer(number, self.box.messages[uid], items)
