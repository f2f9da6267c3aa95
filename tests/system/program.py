"""A mail program under mixed load, run on the client's host: program.py IMAP SUBMISSION USER PASSWORD SEED OPERATIONS.

One JSON line before each operation ("do") and one after its tagged OK or 250 was read ("done"): whoever reads them knows
exactly what the program was promised. Ends at the first broken connection; what was "do" without "done" is in doubt.
"""

import hashlib
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from imapclient.client import Client, ImapError, quoted  # noqa: E402
from imapclient.smtp import Smtp  # noqa: E402

FOLDERS = ("INBOX", "Archive", "Drafts")
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "Work")


def mail(token: str, to: str, rng: random.Random) -> bytes:
    lines = [f"From: alice@mail.test\r\nTo: {to}\r\nSubject: {token}\r\nMessage-ID: <{token}@mail.test>\r\n\r\n"]
    lines += [f"{rng.getrandbits(160):040x} line {number} of {token}\r\n" for number in range(rng.randint(1, 60))]
    return "".join(lines).encode()


class Program:
    def __init__(self, imap: str, submission: str, user: str, password: str, seed: int) -> None:
        host, port = imap.rsplit(":", 1)
        self.imap = Client(host, int(port), timeout=60)
        self.imap.login(user, password)
        host, port = submission.rsplit(":", 1)
        self.smtp = Smtp(host, int(port), timeout=60)
        self.smtp.login(user, password)
        self.rng = random.Random(seed)
        self.seed, self.number = seed, 0
        self.mine: list[tuple[str, str, int]] = []  # token, mailbox, uid: each is changed once at most

    def say(self, what: str, **more: object) -> None:
        print(json.dumps({"event": what, **more}), flush=True)

    def token(self) -> str:
        self.number += 1
        return f"t{self.seed}n{self.number}"

    def send(self) -> None:
        token = self.token()
        octets = mail(token, "bob@mail.test, carol@mail.test", self.rng)
        digest = hashlib.sha256(octets).hexdigest()
        self.say("do", op="send", token=token, sha256=digest)
        codes, reply = self.smtp.mail("alice@mail.test", ["bob@mail.test", "carol@mail.test"], octets)
        if reply is None or reply[0] != 250:
            raise SystemExit(f"refused: {codes} {reply}")
        self.say("done", op="send", token=token)
        self.append(token, "Sent", octets, ["\\Seen"])

    def append(self, token: str, mailbox: str, octets: bytes, flags: list[str]) -> None:
        self.say("do", op="append", token=token, mailbox=mailbox, flags=flags, sha256=hashlib.sha256(octets).hexdigest())
        code = self.imap.append(mailbox, octets, flags).code
        uid = int(code[2])
        self.say("done", op="append", token=token, uid=uid)
        if mailbox != "Sent":
            self.mine.append((token, mailbox, uid))

    def write(self, mailbox: str = "") -> None:
        token = self.token()
        flags = self.rng.sample(FLAGS, self.rng.randint(0, 2))
        self.append(token, mailbox or self.rng.choice(FOLDERS), mail(token, "alice@mail.test", self.rng), flags)

    def change(self) -> None:
        if not self.mine:
            return self.write()
        token, mailbox, uid = self.mine.pop(self.rng.randrange(len(self.mine)))
        self.do(self.rng.choice(("flag", "copy", "move", "delete")), token, mailbox, uid)

    def do(self, op: str, token: str, mailbox: str, uid: int) -> None:
        target = self.rng.choice([name for name in (*FOLDERS, "Trash") if name != mailbox])
        flags = self.rng.sample(FLAGS, self.rng.randint(0, 3))
        self.imap.select(mailbox)
        self.say("do", op=op, token=token, mailbox=mailbox, target=target, flags=flags)
        if op == "flag":
            self.imap.ok("UID STORE", str(uid), "FLAGS.SILENT", f"({' '.join(flags)})")
        elif op == "copy":
            self.imap.ok("UID COPY", str(uid), quoted(target))
        elif op == "move":
            self.imap.ok("UID MOVE", str(uid), quoted(target))
        else:
            self.imap.ok("UID STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
            self.imap.ok("UID EXPUNGE", str(uid))
        self.say("done", op=op, token=token)

    def run(self, operations: int) -> None:
        """Whatever the seed draws, something is promised to somebody, and the round after one that ended with its newest
        mail of a mailbox deleted begins with another one there: its UID must not come again."""
        self.send()
        self.write("Drafts")
        for _ in range(operations - 2):
            self.rng.choice((self.send, self.write, self.write, self.change, self.change))()
        self.write("Drafts")
        self.do("delete", *self.mine.pop())


def main() -> None:
    imap, submission, user, password, seed, operations = sys.argv[1:]
    try:
        Program(imap, submission, user, password, int(seed)).run(int(operations))
    except (ImapError, OSError) as error:
        print(json.dumps({"event": "broken", "why": str(error)}), flush=True)
    else:
        print(json.dumps({"event": "end"}), flush=True)


main()
