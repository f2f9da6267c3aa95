"""A small mail program for the demo: talk.py IMAP SUBMISSION USER PASSWORD VERB …"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

from imapclient.client import Client, quoted  # noqa: E402
from imapclient.smtp import Smtp  # noqa: E402


def connect(place: str, user: str, password: str) -> Client:
    host, port = place.rsplit(":", 1)
    client = Client(host, int(port), timeout=120)
    client.login(user, password)
    return client


def find(client: Client, mailbox: str, subject: str) -> list[int]:
    client.select(mailbox)
    reply = client.ok("UID SEARCH HEADER Subject", quoted(subject))
    return [int(word) for line in reply.lines(b"SEARCH") for word in line.raw.split()[2:]]


def idle(client: Client) -> None:
    client.select("INBOX")
    tag = client.start("IDLE")
    client.read_line()
    print("idling", flush=True)
    while b"EXISTS" not in client.read_line().raw:
        pass
    client.send(b"DONE\r\n")
    client.finish(tag)
    for items in client.fetch("*", "(ENVELOPE BODY.PEEK[])", uid=False).values():
        print(items[b"BODY[]"].decode())


def main() -> None:
    imap, submission, user, password, verb, *args = sys.argv[1:]
    if verb == "send":
        host, port = submission.rsplit(":", 1)
        with Smtp(host, int(port), timeout=120) as client:
            client.login(user, password)
            octets = f"From: alice@mail.test\r\nTo: {args[0]}\r\nSubject: {args[1]}\r\n\r\nsent by the demo\r\n".encode()
            _, reply = client.mail("alice@mail.test", [args[0]], octets)
        if reply[0] != 250:
            raise SystemExit(f"refused: {reply}")
        return
    client = connect(imap, user, password)
    if verb == "idle":
        idle(client)
    elif verb == "count":
        print(len(find(client, args[0], args[1])))
    elif verb == "flags":
        uid = find(client, args[0], args[1])[0]
        print(client.fetch(uid, "(FLAGS)")[uid][b"FLAGS"])
    elif verb == "read":
        print(client.body(find(client, "INBOX", args[0])[-1]).decode())
    elif verb == "flag":
        client.ok("UID STORE", str(find(client, "INBOX", args[0])[-1]), "+FLAGS", f"({args[1]})")
    elif verb == "file":
        client.ok("UID MOVE", str(find(client, "INBOX", args[0])[-1]), quoted(args[1]))
    client.logout()


main()
