"""The control channel: one JSON object a line in, one out. Tests steer the fake and ask what it saw.

    {"op": "deliver", "user": "alice", "mailbox": "INBOX", "octets": BASE64, "flags": [], "date": EPOCH}
    {"op": "store", "user": "alice"}            mailboxes with uids, flags, sha256, sizes
    {"op": "fault", "protocol": "imap", "on": "SELECT", "action": "drop", "times": 1}
    {"op": "fault", "protocol": "smtp", "at": "rcpt", "action": "reply 550 5.1.1 no", "recipient": "x@y.test"}

An answer is {"ok": true, …} or {"ok": false, "error": TEXT}.
"""

import base64
import json


class Control:
    def __init__(self, server, reader, writer):
        self.server, self.store = server, server.store
        self.reader, self.writer = reader, writer

    async def serve(self):
        try:
            while line := await self.reader.readline():
                self.writer.write(json.dumps(self._answer(line)).encode() + b"\n")
                await self.writer.drain()
        except (ConnectionError, ValueError):
            pass
        finally:
            self.writer.close()

    def _answer(self, line):
        try:
            request = json.loads(line)
            handler = getattr(self, "op_" + request.pop("op").replace("-", "_"))
            return {"ok": True, **(handler(**request) or {})}
        except Exception as error:  # noqa: BLE001 - a wrong request must not end the fake
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    def _box(self, user, mailbox):
        box = self.store.mailbox(user, mailbox)
        if not box:
            raise ValueError(f"no mailbox {mailbox!r}")
        return box

    # ---- the store

    def op_deliver(self, user, octets, mailbox="INBOX", flags=(), date=None):
        box = self._box(user, mailbox)
        message = self.store.append(box, base64.b64decode(octets), flags, date)
        return {"uid": message.uid, "uidvalidity": box.uidvalidity}

    def op_store(self, user, mailbox=None, digests=True):
        boxes = self.store.accounts[user].mailboxes
        names = [mailbox] if mailbox else list(boxes)
        return {"mailboxes": {n: self._describe(boxes[n], digests) for n in names},
                "subscribed": sorted(self.store.accounts[user].subscribed)}

    def _describe(self, box, digests):
        rows = [
            {"uid": m.uid, "flags": sorted(m.flags), "size": m.size, "date": m.date, "modseq": m.modseq,
             "sha256": m.sha if digests else None}
            for m in box.messages.values()
        ]
        return {"uidvalidity": box.uidvalidity, "uidnext": box.uidnext, "modseq": box.modseq, "special": box.special,
                "messages": rows}

    def op_octets(self, user, mailbox, uid):
        message = self._box(user, mailbox).messages[uid]
        return {"octets": base64.b64encode(message.octets(self.store)).decode()}

    def op_expunge(self, user, mailbox, uids):
        return {"gone": self.store.expunge(self._box(user, mailbox), uids)}

    def op_flags(self, user, mailbox, uids, flags, mode="="):
        if mode not in "+-=":
            raise ValueError("mode is + - or =")
        return {"changed": self.store.set_flags(self._box(user, mailbox), uids, mode, flags)}

    def op_create(self, user, mailbox, special=None):
        return {"uidvalidity": self.store.create(user, mailbox, special).uidvalidity}

    def op_delete(self, user, mailbox):
        self.store.change(op="delete", user=user, mailbox=self._box(user, mailbox).name)

    def op_rename(self, user, mailbox, to):
        self.store.rename(user, self._box(user, mailbox).name, to)

    def op_uidvalidity(self, user, mailbox, value=None, renumber=True):
        box = self._box(user, mailbox)
        value = value or box.uidvalidity + 1000
        self.store.change(op="uidvalidity", user=user, mailbox=box.name, uidvalidity=value, renumber=renumber)
        return {"uidvalidity": value}

    def op_rights(self, user, mailbox, read_only=False, keywords=None):
        box = self._box(user, mailbox)
        box.read_only, box.keywords = read_only, keywords

    def op_misstate_sizes(self, user, mailbox, by):
        self._box(user, mailbox).misstated = by

    def op_synthetic(self, user, count, mailbox="INBOX"):
        self.store.change(op="synthetic", user=user, mailbox=self._box(user, mailbox).name, count=count)

    # ---- what came in

    def op_submissions(self, octets=False):
        rows = [{k: v for k, v in s.items() if k != "op" and (octets or k != "octets")} for s in self.store.submissions]
        for row in rows:
            row["count"] = sum(s["sha256"] == row["sha256"] for s in rows)
        return {"submissions": rows}

    def op_counts(self):
        return self.server.counts.report()

    def op_sessions(self):
        return {"sessions": [{"kind": type(s).__name__.lower(), "user": s.user, "peer": s.wire.peer,
                              "secure": s.wire.secure} for s in self.server.sessions]}

    # ---- misbehaviour

    def op_fault(self, protocol, **rule):
        if protocol not in ("imap", "smtp", "lmtp"):
            raise ValueError("protocol is imap, smtp or lmtp")
        self.server.faults.add(protocol, rule)

    def op_clear_faults(self):
        self.server.faults.clear()

    def op_faults_hit(self):
        return {"hits": self.server.faults.hits}

    def op_disconnect(self, user=None):
        chosen = [s for s in self.server.sessions if user is None or s.user == user]
        for session in chosen:
            session.drop()
        return {"count": len(chosen)}

    def op_refuse_login(self, user, on=True):
        (self.server.refused_logins.add if on else self.server.refused_logins.discard)(user)

    def op_password(self, user, password):
        self.server.passwords[user] = password

    def op_refuse_recipient(self, address, reply="550 5.1.1 no such user"):
        if reply:
            self.server.refused_recipients[address] = reply
        else:
            self.server.refused_recipients.pop(address, None)

    def op_save_sent(self, on=True):
        self.server.save_sent = on

    def op_capabilities(self, without=(), include=()):
        self.server.capabilities = (self.server.capabilities - set(without)) | set(include)
        return {"capabilities": sorted(self.server.capabilities)}

    def op_ping(self):
        return {}
