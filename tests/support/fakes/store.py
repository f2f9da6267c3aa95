"""The mail of all users of a fake server: one in-memory store behind IMAP, submission and LMTP.

Every change is an event; applying it live and replaying it after a restart are the same code. With a directory the
events go to `store.log` first (one JSON line each, written unbuffered, so that a kill -9 loses nothing that was
answered); a torn last line is cut off at the next start.
"""

import base64
import hashlib
import json
import os
import pathlib
import time

from fakes.mailbox import Mailbox, Message, SyntheticMessage, intern_flags

SPECIAL = {"Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash", "Archive": "\\Archive", "Junk": "\\Junk"}


class Account:
    def __init__(self, user):
        self.user = user
        self.mailboxes = {}
        self.subscribed = set()


class Store:
    def __init__(self, directory=None):
        self.accounts = {}
        self.blobs = {}
        self.submissions = []
        self._validity = 0
        self._log = None
        if directory:
            self._open(pathlib.Path(directory))

    def _open(self, directory):
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / "store.log"
        good = 0
        if path.exists():
            with open(path, "rb") as log:
                for line in log:
                    if not line.endswith(b"\n"):
                        break
                    self._apply(json.loads(line))
                    good += len(line)
            os.truncate(path, good)
        self._log = open(path, "ab", buffering=0)

    def change(self, **event):
        """Makes one event durable (against kill -9), then applies it. Returns what the event made."""
        if self._log:
            self._log.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")
        return self._apply(event)

    def _apply(self, event):
        return getattr(self, "_on_" + event["op"])(event)

    def add_user(self, user):
        if user not in self.accounts:
            self.change(op="user", user=user)
            for name in ("INBOX", *SPECIAL):
                self.create(user, name, SPECIAL.get(name))
        return self.accounts[user]

    # ---- what the protocols call

    def mailbox(self, user, name):
        boxes = self.accounts[user].mailboxes
        return boxes.get("INBOX" if name.upper() == "INBOX" else name)

    def create(self, user, name, special=None):
        value = max(self._validity + 1, int(time.time()))
        self.change(op="create", user=user, mailbox=name, uidvalidity=value, special=special)
        self.change(op="subscribe", user=user, mailbox=name, on=True)
        return self.accounts[user].mailboxes[name]

    def append(self, box, octets, flags=(), date=None):
        sha = hashlib.sha256(octets).hexdigest()
        event = {"sha": sha, "flags": sorted(flags), "date": int(time.time() if date is None else date)}
        if sha not in self.blobs:
            event["data"] = base64.b64encode(octets).decode()
        return self.change(op="append", user=box.user, mailbox=box.name, uid=box.uidnext, **event)

    def copy(self, message, box):
        if message.sha in self.blobs:
            event = {"sha": message.sha, "flags": sorted(message.flags), "date": message.date}
            return self.change(op="append", user=box.user, mailbox=box.name, uid=box.uidnext, **event)
        return self.append(box, message.octets(self), message.flags, message.date)

    def set_flags(self, box, uids, mode, flags):
        """Applies + - or = to those of `uids` that it changes; the changed uids."""
        flags = frozenset(flags)
        changed = [u for u in uids if u in box.messages and box.messages[u].with_flags(mode, flags) != box.messages[u].flags]
        if changed:
            self.change(op="store", user=box.user, mailbox=box.name, uids=changed, mode=mode, flags=sorted(flags))
        return changed

    def expunge(self, box, uids):
        gone = [u for u in uids if u in box.messages]
        if gone:
            self.change(op="expunge", user=box.user, mailbox=box.name, uids=gone)
        return gone

    def tree(self, user, name):
        """The mailbox and everything below it."""
        return [n for n in self.accounts[user].mailboxes if n == name or n.startswith(name + "/")]

    def rename(self, user, old, new):
        self.change(op="rename", user=user, mailbox=old, to=new, uidvalidity=max(self._validity + 1, int(time.time())))

    # ---- events

    def _on_user(self, event):
        self.accounts[event["user"]] = Account(event["user"])

    def _on_create(self, event):
        box = Mailbox(event["user"], event["mailbox"], event["uidvalidity"], event.get("special"))
        self._validity = max(self._validity, box.uidvalidity)
        self.accounts[box.user].mailboxes[box.name] = box
        return box

    def _on_delete(self, event):
        account = self.accounts[event["user"]]
        account.mailboxes.pop(event["mailbox"]).vanish("mailbox deleted")

    def _on_rename(self, event):
        account = self.accounts[event["user"]]
        old, new = event["mailbox"], event["to"]
        if old == "INBOX":  # RFC 3501 §6.3.5: the mail moves, INBOX stays
            box = self._on_create({**event, "op": "create", "mailbox": new})
            inbox = account.mailboxes["INBOX"]
            for message in list(inbox.messages.values()):
                self._on_append(
                    {"user": box.user, "mailbox": new, "uid": box.uidnext, "sha": message.sha, "date": message.date,
                     "flags": sorted(message.flags), "data": base64.b64encode(message.octets(self)).decode()}
                )
            inbox.expunge(list(inbox.messages))
            return
        for name in self.tree(event["user"], old):
            box = account.mailboxes.pop(name)
            box.name = new + name[len(old):]
            account.mailboxes[box.name] = box
            if name in account.subscribed:
                account.subscribed.discard(name)
                account.subscribed.add(box.name)

    def _on_subscribe(self, event):
        names = self.accounts[event["user"]].subscribed
        (names.add if event["on"] else names.discard)(event["mailbox"])

    def _on_append(self, event):
        if "data" in event:
            self.blobs.setdefault(event["sha"], base64.b64decode(event["data"]))
        size = len(self.blobs[event["sha"]])
        message = Message(event["uid"], intern_flags(event["flags"]), event["date"], event["sha"], size)
        self._box(event).add(message)
        return message

    def _on_store(self, event):
        self._box(event).store(event["uids"], event["mode"], frozenset(event["flags"]))

    def _on_expunge(self, event):
        self._box(event).expunge(event["uids"])

    def _on_uidvalidity(self, event):
        self._validity = max(self._validity, event["uidvalidity"])
        self._box(event).renew(event["uidvalidity"], event["renumber"])

    def _on_synthetic(self, event):
        box = self._box(event)
        for uid in range(box.uidnext, box.uidnext + event["count"]):
            box.messages[uid] = SyntheticMessage(uid)
        box.uidnext += event["count"]

    def _on_submission(self, event):
        self.submissions.append(event)

    def _box(self, event):
        return self.accounts[event["user"]].mailboxes[event["mailbox"]]
