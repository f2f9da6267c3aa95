"""Telling the client what changed in its mailbox, when the protocol allows it (see Mailbox._tell)."""

from fakes.imap_parse import compact


class Notifying:
    def on_exists(self, _):
        self.wake.set()

    def on_flags(self, uids):
        if not self.muted:
            self.pending_flags.update(dict.fromkeys(uids))
            self.wake.set()

    def on_expunge(self, uids):
        self.pending_gone.update(dict.fromkeys(uids))
        self.wake.set()

    def on_gone(self, reason):
        self.untagged(b"BYE " + reason.encode())
        self.drop()

    def drop(self):
        self.leave_mailbox()
        self.wire.writer.close()

    def tell_changes(self, expunges=True):
        """Untagged EXPUNGE or VANISHED, EXISTS and FETCH for what changed since the last time."""
        if not self.box:
            return
        if expunges and self.pending_gone:
            self._tell_expunges()
        last = self.view[-1] if self.view else 0
        if self.box.uidnext > last + 1:
            new = self._newer_than(last)
            if new:
                self.view.extend(new)
                self.untagged(b"%d EXISTS" % len(self.view))
                self.untagged(b"0 RECENT")
        if self.pending_flags:
            uids, self.pending_flags = self.pending_flags, {}
            self.send_flags([u for u in uids if u in self.box.messages], with_uid="QRESYNC" in self.enabled)

    def _newer_than(self, last):
        new = []
        for uid in reversed(self.box.messages):
            if uid <= last:
                break
            new.append(uid)
        return new[::-1]

    def _tell_expunges(self):
        gone, self.pending_gone = self.pending_gone, {}
        silent, self.silent = self.silent, False
        if "QRESYNC" in self.enabled:
            known = set(self.view)
            told = [u for u in gone if u in known]
            self.view = [u for u in self.view if u not in gone]
            if told and not silent:
                self.untagged(b"VANISHED " + compact(told).encode())
            return
        lines, kept = [], []
        for uid in self.view:
            if uid in gone:
                lines.append(b"* %d EXPUNGE\r\n" % (len(kept) + 1))
            else:
                kept.append(uid)
        self.view = kept
        if not silent:
            self.wire.write(b"".join(lines))
