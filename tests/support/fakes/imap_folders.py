"""LIST, LSUB, STATUS, SELECT and what makes, names and removes mailboxes."""

import re

from fakes.imap_parse import BadCommand, Refused, compact, quote, ranges

SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
FLAGS = b"(\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $Junk $NotJunk)"


class Folders:
    def _boxes(self):
        return self.store.accounts[self.user].mailboxes

    def _existing(self, name):
        box = self.store.mailbox(self.user, name)
        if not box:
            raise Refused("[NONEXISTENT] no such mailbox")
        return box

    # ---- LIST

    async def do_list(self, parser):
        parser.space()
        select, returns, status = [], [], None
        extended = self.has("LIST-EXTENDED") or self.has("LIST-STATUS") or self.has("SPECIAL-USE")
        if parser.peek(b"("):
            select = [o.decode().upper() for o in parser.list()]
            parser.space()
        reference = parser.text()
        parser.space()
        patterns = parser.value()
        patterns = patterns if isinstance(patterns, list) else [patterns]
        if not parser.at_end():
            parser.space()
            if not extended or parser.word() != "RETURN":
                raise BadCommand("bad LIST")
            parser.space()
            returns, status = self._return_options(parser.list())
        if (select or returns) and not extended:
            raise BadCommand("no LIST-EXTENDED here")
        if patterns == [b""]:
            self.untagged(b'LIST (\\Noselect) "/" ""')
        for name in self._matching(reference, patterns, "SUBSCRIBED" in select):
            if "SPECIAL-USE" in select and not self._boxes()[name].special:
                continue
            self._list_line(b"LIST", name, select, returns)
            if status and name in self._boxes():
                self._status_line(self._boxes()[name], status)
            await self.wire.breathe()
        self.ok()

    def _return_options(self, values):
        names, status = [], None
        for value in values:
            if isinstance(value, list):
                if not names or names[-1] != "STATUS" or not self.has("LIST-STATUS"):
                    raise BadCommand("bad RETURN")
                status = [v.decode().upper() for v in value]
            else:
                names.append(value.decode().upper())
        return names, status

    def _matching(self, reference, patterns, subscribed=False):
        names = self.store.accounts[self.user].subscribed if subscribed else self._boxes()
        expressions = []
        for pattern in patterns:
            text = re.escape(reference + pattern.decode("utf-8", "surrogateescape"))
            expressions.append(text.replace(r"\*", ".*").replace("%", "[^/]*"))
        wanted = re.compile("(?s:" + "|".join(expressions) + r")\Z")
        inbox_first = sorted(names, key=lambda n: (n != "INBOX", n))
        return [n for n in inbox_first if wanted.match(n) or (n == "INBOX" and wanted.match("inbox"))]

    def _list_line(self, verb, name, select=(), returns=()):
        box, account = self._boxes().get(name), self.store.accounts[self.user]
        flags = [] if box else ["\\NonExistent"]
        if self.has("CHILDREN") or "CHILDREN" in returns:
            below = any(n.startswith(name + "/") for n in self._boxes())
            flags.append("\\HasChildren" if below else "\\HasNoChildren")
        if ("SUBSCRIBED" in select or "SUBSCRIBED" in returns) and name in account.subscribed:
            flags.append("\\Subscribed")
        if box and box.special and self.has("SPECIAL-USE"):
            flags.append(box.special)
        self.untagged(b'%s (%s) "/" %s' % (verb, " ".join(flags).encode(), quote(name)))

    async def do_lsub(self, parser):
        parser.space()
        reference = parser.text()
        parser.space()
        for name in self._matching(reference, [parser.astring()], subscribed=True):
            self._list_line(b"LSUB", name)
        self.ok()

    # ---- STATUS

    async def do_status(self, parser):
        parser.space()
        box = self._existing(parser.mailbox())
        parser.space()
        self._status_line(box, [v.decode().upper() for v in parser.list()])
        self.ok()

    def _status_line(self, box, items):
        out = []
        for item in items:
            out.append(b"%s %s" % (item.encode(), self._status_value(box, item)))
        self.untagged(b"STATUS %s (%s)" % (quote(box.name), b" ".join(out)))

    def _status_value(self, box, item):
        if item == "MESSAGES":
            return b"%d" % (len(box.messages) + (3 if self.fault == "wrong-counts" else 0))
        if item == "UIDNEXT":
            return b"%d" % box.uidnext
        if item == "UIDVALIDITY":
            return b"%d" % box.uidvalidity
        if item == "UNSEEN":
            return b"%d" % sum("\\Seen" not in m.flags for m in box.messages.values())
        if item == "RECENT":
            return b"0"
        if item == "HIGHESTMODSEQ" and self.has("CONDSTORE"):
            self.enabled.add("CONDSTORE")
            return b"%d" % box.modseq
        if item == "SIZE" and self.has("STATUS=SIZE"):
            return b"%d" % sum(m.size for m in box.messages.values())
        if item == "MAILBOXID" and self.has("OBJECTID"):
            return b"(F%s)" % box.object_id.encode()
        raise BadCommand(f"unknown STATUS item {item}")

    # ---- SELECT

    async def do_select(self, parser):
        await self._select(parser, read_only=False)

    async def do_examine(self, parser):
        await self._select(parser, read_only=True)

    async def _select(self, parser, read_only):
        parser.space()
        name, resync = parser.mailbox(), None
        self.leave_mailbox()
        if not parser.at_end():
            parser.space()
            resync = self._select_parameters(parser.list())
        parser.end()
        box = self._existing(name)
        read_only = read_only or box.read_only
        self.box, self.read_only, self.view = box, read_only, list(box.messages)
        box.listeners.add(self)
        self.untagged(b"FLAGS " + FLAGS)
        self.untagged(b"OK [PERMANENTFLAGS %s] kept" % (b"()" if read_only else self._permanent_flags(box)))
        self.untagged(b"%d EXISTS" % (len(self.view) + (3 if self.fault == "wrong-counts" else 0)))
        self.untagged(b"0 RECENT")
        unseen = next((n for n, u in enumerate(self.view, 1) if "\\Seen" not in box.messages[u].flags), 0)
        if unseen:
            self.untagged(b"OK [UNSEEN %d] first unseen" % unseen)
        self.untagged(b"OK [UIDVALIDITY %d] valid" % box.uidvalidity)
        self.untagged(b"OK [UIDNEXT %d] next" % box.uidnext)
        if self.has("CONDSTORE"):
            self.untagged(b"OK [HIGHESTMODSEQ %d] highest" % box.modseq)
        if self.has("OBJECTID"):
            self.untagged(b"OK [MAILBOXID (F%s)] id" % box.object_id.encode())
        if resync and resync[0] == box.uidvalidity:
            self._resync(resync[1], resync[2])
        self.ok(b"[READ-ONLY] open" if read_only else b"[READ-WRITE] open")

    @staticmethod
    def _permanent_flags(box):
        if box.keywords is None:
            return FLAGS[:-1] + b" \\*)"
        return b"(" + " ".join([*SYSTEM_FLAGS, *box.keywords]).encode() + b")"

    def _select_parameters(self, values):
        """(uidvalidity, modseq, known uids or None) where QRESYNC was asked for."""
        resync = None
        for place, value in enumerate(values):
            if isinstance(value, list):
                continue
            word = value.upper()
            if word == b"CONDSTORE" and self.has("CONDSTORE"):
                self.enabled.add("CONDSTORE")
            elif word == b"QRESYNC" and "QRESYNC" in self.enabled and isinstance(values[place + 1 :][:1], list):
                try:
                    args = values[place + 1]
                    known = args[2].decode() if len(args) > 2 and not isinstance(args[2], list) else None
                    resync = (int(args[0]), int(args[1]), known)
                except (IndexError, ValueError, TypeError):
                    raise BadCommand("bad QRESYNC parameters") from None
            else:
                raise BadCommand(f"bad SELECT parameter {word[:20]!r}")
        return resync

    def _resync(self, modseq, known):
        if self.fault != "skip-vanished":
            self.vanished_earlier(modseq, known)
        changed = [u for u, m in self.box.messages.items() if m.modseq > modseq]
        if known is not None:
            limits = ranges(known, self.box.uidnext - 1)
            changed = [u for u in changed if any(a <= u <= b for a, b in limits)]
        self.send_flags(changed, with_uid=True)

    def vanished_earlier(self, modseq, known):
        gone = {u for m, u in self.box.expunged if m > modseq}
        if known is not None:
            limits = ranges(known, self.box.uidnext - 1)
            gone = {u for u in gone if any(a <= u <= b for a, b in limits)}
        if gone:
            self.untagged(b"VANISHED (EARLIER) " + compact(gone).encode())

    def leave_mailbox(self):
        if self.box:
            self.box.listeners.discard(self)
        self.box, self.view = None, []
        self.pending_flags, self.pending_gone = {}, {}

    async def do_unselect(self, parser):
        self.leave_mailbox()
        self.ok()

    async def do_close(self, parser):
        if not self.read_only:
            self.store.expunge(self.box, [u for u, m in self.box.messages.items() if "\\Deleted" in m.flags])
        self.leave_mailbox()
        self.ok()

    # ---- making and removing

    async def do_create(self, parser):
        parser.space()
        name = parser.mailbox().rstrip("/")
        if not name or name in self._boxes():
            raise Refused("[ALREADYEXISTS] mailbox exists")
        parts = name.split("/")
        for depth in range(1, len(parts) + 1):
            if "/".join(parts[:depth]) not in self._boxes():
                box = self.store.create(self.user, "/".join(parts[:depth]))
        self.ok(b"[MAILBOXID (F%s)] created" % box.object_id.encode() if self.has("OBJECTID") else b"created")

    async def do_delete(self, parser):
        parser.space()
        box = self._existing(parser.mailbox())
        if box.name == "INBOX" or len(self.store.tree(self.user, box.name)) > 1:
            raise Refused("[CANNOT] not this one")
        self.tell_and_drop_if_selected(box)
        self.store.change(op="delete", user=self.user, mailbox=box.name)
        self.ok()

    def tell_and_drop_if_selected(self, box):
        if self.box is box:
            self.leave_mailbox()

    async def do_rename(self, parser):
        parser.space()
        old = self._existing(parser.mailbox()).name
        parser.space()
        new = parser.mailbox()
        if new in self._boxes() or new.startswith(old + "/"):
            raise Refused("[ALREADYEXISTS] mailbox exists")
        parent = new.rpartition("/")[0]
        if parent and parent not in self._boxes():
            self.store.create(self.user, parent)
        self.store.rename(self.user, old, new)
        self.tell_changes()
        self.ok()

    async def do_subscribe(self, parser):
        parser.space()
        self.store.change(op="subscribe", user=self.user, mailbox=parser.mailbox(), on=True)
        self.ok()

    async def do_unsubscribe(self, parser):
        parser.space()
        self.store.change(op="subscribe", user=self.user, mailbox=parser.mailbox(), on=False)
        self.ok()
