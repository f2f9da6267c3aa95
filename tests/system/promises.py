"""What a mail program was promised, and whether the face and the mail server keep it.

Fed with program.py's lines. An operation that was begun and not acknowledged is in doubt: before or after, nothing else.
"""

import dataclasses
import hashlib
import json
import re
import subprocess
import sys

import accounts
from imapclient.client import Client
from imapclient.oracle import mailboxes
from lab import Lab, ROOT

PROGRAM = str(ROOT / "tests" / "system" / "program.py")

@dataclasses.dataclass(frozen=True)
class Mail:
    subject: str
    sha256: str
    size: int
    octets: int
    flags: tuple[str, ...]


View = dict[str, dict[int, Mail]]


def _read(client: Client) -> View:
    view: View = {}
    with client:
        for name in mailboxes(client):
            rows = view.setdefault(name, {})
            if not any(line.number for line in client.select(name, examine=True).lines(b"EXISTS")):
                continue
            for uid, items in client.fetch("1:*", "(UID FLAGS RFC822.SIZE BODY.PEEK[])").items():
                body = items[b"BODY[]"] or b""
                subject = re.search(rb"^Subject: (.*?)\r$", body, re.MULTILINE)
                flags = tuple(sorted(flag.decode() for flag in items[b"FLAGS"] if flag.lower() != b"\\recent"))
                rows[uid] = Mail(subject[1].decode("utf-8", "replace") if subject else "", hashlib.sha256(body).hexdigest(),
                                 int(items[b"RFC822.SIZE"]), len(body), flags)
    return view


def at_face(lab: Lab) -> View:
    return _read(accounts.face(lab))


def at_server(lab: Lab, user: str = "alice") -> View:
    return _read(accounts.server(lab, user))


def contents(view: View) -> dict[str, list[str]]:
    """Per mailbox what is in it, whatever the UIDs; empty mailboxes count for nothing."""
    return {name: sorted(repr(mail) for mail in rows.values()) for name, rows in view.items() if rows}


def difference(face: View, server: View) -> list[str]:
    lines = []
    left, right = contents(face), contents(server)
    for name in sorted(left.keys() | right.keys()):
        here, there = left.get(name, []), right.get(name, [])
        lines += [f"{name}: only at the face: {row}" for row in here if here.count(row) > there.count(row)]
        lines += [f"{name}: only at the server: {row}" for row in there if there.count(row) > here.count(row)]
    return lines


Place = tuple[str, tuple[str, ...]]  # mailbox, flags
State = tuple[Place, ...]  # all copies of a mail


class Promises:
    def __init__(self) -> None:
        self.sent: dict[str, bool] = {}  # token -> acknowledged
        self.digest: dict[str, str] = {}
        self.states: dict[str, set[State]] = {}  # token -> what alice's mailboxes may hold of it
        self.uids: dict[tuple[str, int], str] = {}  # where the program saw what
        self.delivered: dict[str, str] = {}
        self.given_twice: list[str] = []
        self.doubled = 0  # submissions that arrived twice
        self._open: dict | None = None

    # ---- what the program says

    def hear(self, line: str) -> str:
        told = json.loads(line)
        if told["event"] == "do":
            self._begin(told)
        elif told["event"] == "done":
            self._acknowledge(told)
        return told["event"]

    def _begin(self, op: dict) -> None:
        self._open = op
        token = op["token"]
        if op["op"] == "send":
            self.digest[token] = op["sha256"]
            self.sent[token] = False
            return
        before = self.states.get(token, {()})
        self._before = before
        self._after = {self._applied(state, op) for state in before}
        self.states[token] = before | self._after
        self.digest.setdefault(token, op.get("sha256", ""))

    def _acknowledge(self, told: dict) -> None:
        assert self._open is not None and self._open["token"] == told["token"]
        op, self._open = self._open, None
        if op["op"] == "send":
            self.sent[op["token"]] = True
            return
        self.states[op["token"]] = self._after
        if "uid" in told:
            place = (op["mailbox"], told["uid"])
            if (had := self.uids.setdefault(place, op["token"])) != op["token"]:
                self.given_twice.append(f"UID {place} was {had} and was given to {op['token']}")

    @staticmethod
    def _applied(state: State, op: dict) -> State:
        def flags_of(words: list[str]) -> tuple[str, ...]:
            return tuple(sorted(words))

        places = list(state)
        if op["op"] == "append":
            places.append((op["mailbox"], flags_of(op["flags"])))
        else:
            at = next(i for i, (mailbox, _) in enumerate(places) if mailbox == op["mailbox"])
            if op["op"] == "flag":
                places[at] = (op["mailbox"], flags_of(op["flags"]))
            elif op["op"] == "copy":
                places.append((op["target"], places[at][1]))
            elif op["op"] == "move":
                places[at] = (op["target"], places[at][1])
            else:
                del places[at]
        return tuple(sorted(places))

    def deliver(self, token: str, sha256: str) -> None:
        self.digest[token] = sha256
        self.states[token] = {(("INBOX", ()),)}

    def a_deletion_may_be_half_done(self) -> None:
        """Deleting is two commands; the first may have been acknowledged alone."""
        if self._open and self._open["op"] == "delete":
            token = self._open["token"]
            self.states[token] |= {tuple((box, tuple(sorted({*flags, "\\Deleted"})) if box == self._open["mailbox"] else flags)
                                         for box, flags in state) for state in self._before}
        self._open = None

    # ---- what is there

    def broken(self, face: View, server: View, others: list[View], doubles_allowed: int) -> list[str]:
        """Every promise that is not kept; empty when all are."""
        lines = difference(face, server)
        lines += self._submissions(others, doubles_allowed)
        lines += self._mails(server, "server") + self._mails(face, "face")
        lines += self._eternal_uids(face)
        lines += [f"{name} {uid}: RFC822.SIZE {mail.size} of {mail.octets} octets"
                  for view in (face, server) for name, rows in view.items() for uid, mail in rows.items() if mail.size != mail.octets]
        return lines

    def _submissions(self, others: list[View], doubles_allowed: int) -> list[str]:
        lines = []
        doubled = 0
        for token, acknowledged in self.sent.items():
            for view in others:
                found = [mail for rows in view.values() for mail in rows.values() if mail.subject == token]
                if acknowledged and not found:
                    lines.append(f"LOST: {token} was acknowledged and did not arrive")
                doubled += len(found) > 1
                if len(found) > 2:
                    lines.append(f"{token} arrived {len(found)} times")
        # both recipients share one transaction: what is ambiguous for one is for the other
        doubled = (doubled + len(others) - 1) // len(others)
        if doubled - self.doubled > doubles_allowed:
            lines.append(f"{doubled - self.doubled} more submissions arrived twice, {doubles_allowed} may")
        self.doubled = doubled
        return lines

    def _mails(self, view: View, where: str) -> list[str]:
        found: dict[str, list[Place]] = {}
        lines = []
        for name, rows in view.items():
            for mail in rows.values():
                if mail.subject not in self.states:
                    continue
                found.setdefault(mail.subject, []).append((name, mail.flags))
                if mail.sha256 != self.digest[mail.subject]:
                    lines.append(f"ALTERED: {mail.subject} in {name} at the {where}")
        for token, allowed in self.states.items():
            state = tuple(sorted(found.get(token, [])))
            if state not in allowed:
                lines.append(f"{where}: {token} is {state}, promised was {' or '.join(map(str, sorted(allowed)))}")
        return lines

    def _eternal_uids(self, face: View) -> list[str]:
        lines = list(self.given_twice)
        now = {(name, uid): mail.subject for name, rows in face.items() for uid, mail in rows.items()}
        for place, token in self.uids.items():
            if place in now and now[place] != token:
                lines.append(f"UID {place} was {token} and is {now[place]}")
            elif place not in now and any(name == place[0] and subject == token for (name, _), subject in now.items()):
                lines.append(f"UID {place} of {token} changed")
        self.uids |= now
        return lines

    def settle(self, server: View) -> None:
        """What was in doubt has been found to be; from here on it must stay."""
        for token in self.states:
            self.states[token] = {tuple(sorted((name, mail.flags) for name, rows in server.items() for mail in rows.values()
                                               if mail.subject == token))}


def start_program(lab: Lab, seed: int, operations: int) -> subprocess.Popen:
    env = lab.env
    command = lab.command("client", sys.executable, PROGRAM, env["FACE_IMAP"], env["FACE_SUBMISSION"], env["FACE_USER"], env["FACE_PASSWORD"],
                          str(seed), str(operations))
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
