"""What a program asks for while it is on its way by policy crosses once, and comes whatever dies meanwhile."""

import base64
import random
from collections.abc import Iterator

import pytest

import accounts
from imapclient.client import Literal
from lab import Lab

SIZE, MAILS = 40_000, 60
OLD = '"02-Feb-2024 10:00:00 +0000"'
WHOLE = SIZE * MAILS


def noise(number: int) -> bytes:
    """A mail that no compression makes smaller."""
    lines = base64.encodebytes(random.Random(number).randbytes(SIZE * 3 // 4)).replace(b"\n", b"\r\n").decode()
    return accounts.mail(f"noise {number}", lines)


@pytest.fixture
def filled(world) -> Iterator[Lab]:
    """A client that is to come, and a mailbox that it knows nothing of."""
    with Lab("--profile", "3g", "--wait", "synced") as lab:
        lab.forget_mail()
        with accounts.server(lab) as server:
            for number in range(MAILS):
                server.ok("APPEND", "INBOX", OLD, Literal(noise(number), plus=True))
        lab.stats(reset=True)
        lab.call("start", "client")
        yield lab


def bodies(lab: Lab) -> int:
    return accounts.status(lab)["accounts"][0]["progress"]["bodies"]


def on_their_way(lab: Lab, least: int) -> None:
    accounts.until(lambda: bodies(lab) >= least, "the first bodies")


def fetched(lab: Lab) -> dict[str, int]:
    return accounts.status(lab)["accounts"][0]["fetched"]


def test_a_program_that_asks_for_everything_makes_nothing_cross_twice(filled):
    on_their_way(filled, 2)
    with accounts.face(filled) as program:
        program.select("INBOX")
        uids = sorted(program.fetch("1:*", "(UID)"))
        # From the newest on, as they come, then from the oldest on, as they do not: what is begun and what is planned.
        asked = [uid for pair in zip(reversed(uids), uids, strict=True) for uid in pair][:MAILS]
        octets = {uid: program.body(uid) for uid in dict.fromkeys(asked)}
        assert len(octets) == MAILS
    accounts.come_down(filled)
    seen = fetched(filled)
    _, down = filled.link_bytes()
    print(f"{down} octets down for {WHOLE}, {seen}")
    assert seen["twice"] == 0
    assert down < WHOLE * 0.75 * 1.15  # base64 undone; headers of packets, what was lost, overviews
    accounts.assert_equal(filled)


@pytest.mark.parametrize("victim", ["client", "worker"])
def test_what_is_asked_for_comes_though_an_end_dies(filled, victim):
    on_their_way(filled, 2)
    with accounts.face(filled) as program:
        program.select("INBOX")
        uids = sorted(program.fetch("1:*", "(UID)"))
        # Oldest and newest at once: on streams of their own, and waiting for the one that brings them.
        for uid in uids[:4] + uids[-8:]:
            program.start("UID FETCH", str(uid), "(BODY.PEEK[])")
        accounts.until(lambda: bodies(filled) >= 6, "some of them")
        filled.call("kill", victim)
    if victim == "client":
        filled.call("start", "client")
    accounts.assert_equal(filled)


def test_a_program_that_leaves_takes_nothing_with_it(filled):
    on_their_way(filled, 2)
    with accounts.face(filled) as program:
        program.select("INBOX")
        for uid in sorted(program.fetch("1:*", "(UID)"))[:8]:
            program.start("UID FETCH", str(uid), "(BODY.PEEK[])")
    filled.call("link", "down")
    filled.call("link", "up")
    accounts.assert_equal(filled)
    assert fetched(filled)["twice"] == 0
