"""What a mail program would see, measured where it runs: probe.py push|open|send IMAP SUBMISSION USER PASSWORD CA [COMMAND]."""

import json
import pathlib
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

from imapclient.client import Client  # noqa: E402
from imapclient.smtp import Smtp  # noqa: E402


def connect(place: str, user: str, password: str, ca: str) -> Client:
    host, port = place.rsplit(":", 1)
    client = Client(host, int(port), tls=None if ca == "-" else "starttls", ca=None if ca == "-" else ca, timeout=300)
    client.login(user, password)
    return client


def push(client: Client, command: str) -> dict[str, float]:
    """From the end of the delivery (the server's OK) to EXISTS, and to the whole body."""
    client.select("INBOX")
    tag = client.start("IDLE")
    client.read_line()  # the continuation
    delivered: list[float] = []

    def deliver() -> None:
        subprocess.run(command, shell=True, check=True)
        delivered.append(time.monotonic())

    delivery = threading.Thread(target=deliver)
    delivery.start()
    while b"EXISTS" not in client.read_line().raw:
        pass
    exists = time.monotonic()
    client.send(b"DONE\r\n")
    client.finish(tag)
    client.fetch("*", "(UID BODY.PEEK[])", uid=False)
    body = time.monotonic()
    delivery.join()
    return {"exists_seconds": exists - delivered[0], "body_seconds": body - delivered[0]}


def open_mails(client: Client) -> dict[str, float]:
    client.select("INBOX")
    uids = sorted(client.fetch("1:*", "(UID)"))
    took = []
    for uid in uids[-50:]:
        begun = time.monotonic()
        client.body(uid)
        took.append(time.monotonic() - begun)
    took.sort()
    return {"p50_seconds": statistics.median(took), "p99_seconds": took[-1 - len(took) // 100]}


def send(place: str, user: str, password: str, ca: str) -> dict[str, float]:
    host, port = place.rsplit(":", 1)
    line = b"Ein Brief mit einigen Zeilen, die sich unterscheiden: %d\r\n"
    octets = b"From: alice@mail.test\r\nTo: bob@mail.test\r\nSubject: send\r\n\r\n" + b"".join(line % i for i in range(100))
    begun = time.monotonic()
    with Smtp(host, int(port), tls=None if ca == "-" else "starttls", ca=None if ca == "-" else ca, timeout=300) as client:
        client.login(user, password)
        _, reply = client.mail("alice@mail.test", ["bob@mail.test"], octets)
        if reply[0] != 250:
            raise SystemExit(f"refused: {reply}")
        return {"accepted_seconds": time.monotonic() - begun}


def main() -> None:
    what, imap, submission, user, password, ca = sys.argv[1:7]
    if what == "send":
        told = send(submission, user, password, ca)
    else:
        client = connect(imap, user, password, ca)
        told = open_mails(client) if what == "open" else push(client, sys.argv[7])
    print(json.dumps(told))


main()
