"""The priority queue: a person orders what goes up and what comes down, and the order outlives the client."""

import base64
import hashlib
import json
import random
from typing import Any

import pytest

import accounts
from imapclient.client import Literal, quoted
from lab import Lab, LabFailed

SMALL, IN_INBOX = 100_000, 12
LITTLE, IN_LATER = 20_000, 4
LARGE = 3_000_000
OLD = '"02-Feb-2024 10:00:00 +0000"'
NEW = '"02-Feb-2026 10:00:00 +0000"'


def noise(subject: str, size: int) -> bytes:
    """A mail that no compression makes smaller."""
    lines = base64.encodebytes(random.Random(subject).randbytes(size * 3 // 4)).replace(b"\n", b"\r\n").decode()
    return accounts.mail(subject, lines)


def queue(lab: Lab, *words: str) -> str:
    return lab.packetboat("queue", *words)


def entries(lab: Lab) -> list[dict[str, Any]]:
    return json.loads(queue(lab, "list", "--json"))


def bodies_of(lab: Lab, mailbox: str) -> dict[str, Any] | None:
    return next((one for one in entries(lab) if one["kind"] == "bodies" and one["mailbox"] == mailbox), None)


def large_of(lab: Lab) -> dict[str, Any] | None:
    return next((one for one in entries(lab) if one["kind"] == "body"), None)


def left(lab: Lab) -> tuple[int, int]:
    """Mails of INBOX that are not here, and octets of the large one that are not."""
    inbox, large = bodies_of(lab, "INBOX"), large_of(lab)
    return (inbox["count"] if inbox else 0, large["bytes_left"] if large else 0)


def put(lab: Lab, mailbox: str, octets: bytes, date: str) -> None:
    with accounts.server(lab) as client:
        client.ok("APPEND", quoted(mailbox), date, Literal(octets, plus=True))


def start_anew(lab: Lab) -> None:
    lab.call("kill", "client")  # -9
    lab.call("start", "client")


@pytest.fixture(scope="module")
def coming_down(world):
    """A slow link with INBOX (small mails and a large one) and an older folder still to come."""
    with Lab("--profile", "edge", "--wait", "synced") as lab:
        lab.call("link", "down")
        with accounts.server(lab) as client:
            client.ok("CREATE", "Later")
        for number in range(IN_LATER):
            put(lab, "Later", noise(f"later {number}", LITTLE), OLD)
        put(lab, "INBOX", noise("large", LARGE), NEW)
        for number in range(IN_INBOX):
            put(lab, "INBOX", noise(f"inbox {number}", SMALL), NEW)
        lab.call("link", "up")
        lab.packetboat("refresh")
        accounts.until(lambda: bodies_of(lab, "Later") and left(lab)[0] > 0, "the mails are known")
        yield lab


def test_a_raised_folder_comes_before_a_full_inbox(coming_down):
    lab = coming_down
    assert large_of(lab)["class"] == "attachments" and bodies_of(lab, "INBOX")["class"] == "bodies"
    assert {one["direction"] for one in entries(lab)} == {"down"}
    queue(lab, "raise", bodies_of(lab, "Later")["id"])
    accounts.until(lambda: bodies_of(lab, "Later") is None, "the raised folder's mails are here")
    mails, octets = left(lab)
    assert mails > 0 and octets > 0, "the newer mails of INBOX came first"
    assert lab.status()["queue"]["items"] == 0, "only what goes up counts"


def passes(lab: Lab, subject: str) -> None:
    """A mail that comes into the other folder is whole here: the link had time for more."""
    put(lab, "Later", noise(subject, LITTLE), OLD)

    def here() -> bool:
        with accounts.face(lab) as client:
            return bool(accounts.find(client, "Later", subject))

    accounts.until(here, f"{subject} is known")
    accounts.until(lambda: bodies_of(lab, "Later") is None, f"{subject} is whole")


def test_a_held_inbox_stays_away_until_it_is_released(coming_down):
    lab = coming_down
    inbox = bodies_of(lab, "INBOX")["id"]
    assert "held" in queue(lab, "hold", inbox)
    passes(lab, "first")  # what had begun has come in before it
    before = left(lab)
    assert before[0] > 0 and before[1] > 0
    passes(lab, "second")
    assert left(lab) == before
    assert bodies_of(lab, "INBOX")["state"] == "held" and large_of(lab)["state"] == "held"

    start_anew(lab)
    passes(lab, "third")
    assert left(lab) == before, "the hold outlives kill -9"
    assert bodies_of(lab, "INBOX")["held"]

    with accounts.face(lab) as client:  # a program goes through
        held = accounts.find(client, "INBOX", "inbox 0")
        octets = client.fetch(str(held[0]), "(UID BODY.PEEK[])")[held[0]][b"BODY[]"]
    assert hashlib.sha256(octets).digest() == hashlib.sha256(noise("inbox 0", SMALL)).digest()

    queue(lab, "release", inbox)
    lab.call("link", "lan")
    lab.call("wait", "synced", "120")
    assert entries(lab) == []
    assert not accounts.misstated(accounts.assert_equal(lab))


def test_cancelled_bodies_come_only_when_a_program_opens_them(coming_down):
    lab = coming_down
    lab.call("link", "edge")
    large = noise("another large one", LARGE)
    put(lab, "INBOX", large, NEW)
    accounts.until(lambda: large_of(lab), "it is known")
    one = large_of(lab)["id"]
    assert "release" in queue(lab, "cancel", one)
    passes(lab, "fourth")
    before = large_of(lab)
    assert before["state"] == "cancelled" and before["bytes_left"] > 0
    passes(lab, "fifth")
    assert large_of(lab) == before
    lab.call("link", "lan")
    with accounts.face(lab) as client:
        uid = accounts.find(client, "INBOX", "another large one")[0]
        assert client.fetch(str(uid), "(UID BODY.PEEK[])")[uid][b"BODY[]"] == large
    assert entries(lab) == []


# ---- what goes up


def send(lab: Lab, subject: str, header: str = "", size: int = 100) -> str:
    """Its id in the queue, as the 250 names it."""
    octets = header.encode() + (b"\r\n" if header else b"") + noise(subject, size).replace(b"To: alice@", b"To: bob@")
    with accounts.smtp(lab, "client", lab.env["FACE_SUBMISSION"]) as client:
        client.login(lab.env["FACE_USER"], lab.env["FACE_PASSWORD"])
        _, reply = client.mail("alice@mail.test", ["bob@mail.test"], octets)
        assert reply is not None and reply[0] == 250, reply
    return reply[1].split()[-1]


def sent(lab: Lab) -> list[dict[str, Any]]:
    return [one for one in entries(lab) if one["kind"] == "send"]


def arrived(lab: Lab) -> list[str]:
    """In the order in which the mail server got them."""
    with accounts.server(lab, "bob") as client:
        if not any(line.number for line in client.select("INBOX", examine=True).lines(b"EXISTS")):
            return []
        heads = client.fetch("1:*", "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return [next(value for name, value in heads[uid].items() if name.startswith(b"BODY["))[9:].decode().strip() for uid in sorted(heads)]


def test_what_goes_up_is_ordered_held_and_withdrawn(world):
    with Lab("--profile", "3g", "--wait", "synced") as lab:
        lab.call("link", "down")
        start_anew(lab)  # knows that it is off-line: nothing is on its way
        low = send(lab, "low", "Importance: low")
        plain = send(lab, "plain")
        high = send(lab, "high", "X-Priority: 1 (Highest)")
        withdrawn = send(lab, "withdrawn")
        with accounts.face(lab) as client:
            client.append("INBOX", accounts.mail("filed"), plus=True)
        classes = {one["id"]: one["class"] for one in sent(lab)}
        assert [classes[one] for one in (high, plain, low)] == ["interactive", "send-small", "bodies"]
        assert [one["id"] for one in sent(lab)][0] == high
        change = next(one for one in entries(lab) if one["kind"] == "append")
        assert change["mailbox"] == "INBOX" and change["bytes_left"] > 0 and lab.status()["queue"]["items"] == 5
        with pytest.raises(LabFailed, match="order in which they were made"):
            queue(lab, "raise", change["id"])
        with pytest.raises(LabFailed, match="no entry"):
            queue(lab, "raise", "nothing")

        assert "withdrawn" in queue(lab, "cancel", withdrawn)
        queue(lab, "hold", plain)
        queue(lab, "raise", low)
        start_anew(lab)
        assert [one["held"] for one in sent(lab) if one["id"] == plain] == [True]
        assert [one["class"] for one in sent(lab) if one["id"] == low] == ["calendar"]

        lab.call("link", "up")
        accounts.until(lambda: lab.status()["queue"]["items"] == 1, "all but the held one are sent")
        accounts.until(lambda: len(arrived(lab)) == 2, "they arrive")
        assert arrived(lab) == ["high", "low"]
        queue(lab, "release", plain)
        accounts.sent_up(lab)
        accounts.until(lambda: len(arrived(lab)) == 3, "the released one arrives")
        assert arrived(lab) == ["high", "low", "plain"]


def test_a_large_mail_is_held_while_it_goes_up(world):
    with Lab("--profile", "edge", "--wait", "synced") as lab:
        large = send(lab, "large", size=1_000_000)
        accounts.until(lambda: sent(lab)[0]["state"] == "sent", "it is on its way")
        queue(lab, "hold", large)
        send(lab, "small")
        accounts.until(lambda: arrived(lab) == ["small"], "the link is free for other mail")
        assert [each["state"] for each in sent(lab) if each["id"] == large] == ["held"]
        queue(lab, "release", large)
        lab.call("link", "lan")
        accounts.until(lambda: sorted(arrived(lab)) == ["large", "small"], "the large one goes on")
