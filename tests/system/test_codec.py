"""What crosses the link is what the other side lacks, packed as the link is worth."""

import base64
import contextlib
import pathlib
import random
import sqlite3

import accounts
from lab import Lab

RATE = 300_000  # bits a second


def deliver(lab: Lab, folder: pathlib.Path, *mails: bytes) -> None:
    files = []
    for number, octets in enumerate(mails):
        files.append(str(folder / f"{number}.eml"))
        pathlib.Path(files[-1]).write_bytes(octets)
    lab.call("deliver", "alice", *files)


def overviews(lab: Lab) -> bytes:
    """All of them, as the replica keeps them."""
    kept = b""
    for file in pathlib.Path(lab.dir, "client", "accounts").glob("*/replica.db"):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            kept += b"".join(chain for (chain,) in database.execute("SELECT chain FROM overviews"))
    return kept


def test_no_preview_comes_where_every_body_does(world, tmp_path):
    long = "\r\n".join(random.Random(5).randbytes(30).hex() for _ in range(1000))
    with Lab("--mails", "3", "--wait", "synced") as lab:
        deliver(lab, tmp_path, accounts.mail("a kestrel", "hovering over the stubble\r\n" + long))
        accounts.assert_equal(lab)
        kept = overviews(lab)
        assert b"a kestrel" in kept and b"stubble" not in kept
        # Of a small mail not even the overview comes: it is made here, with its preview.
        deliver(lab, tmp_path, accounts.mail("a harrier", "low over the reeds"))
        accounts.assert_equal(lab)
        kept = overviews(lab)
        assert b"a harrier" in kept and b"low over the reeds" in kept


def mixed(lab: Lab) -> int:
    return accounts.status(lab)["accounts"][0]["bytes"]["mixed_received"]


def link_rates(lab: Lab) -> list[int | None]:
    return [session["link_rate"] for session in accounts.status(lab, "gateway")["sessions"] if session["connected"]]


def test_a_slow_link_is_packed_by_context_mixing(world, tmp_path):
    noise = random.Random(1)
    big = accounts.mail("noise", "\r\n".join(noise.randbytes(36).hex() for _ in range(8000)))
    with Lab("--profile", f"sym:{RATE // 1000}k:100:0%", "--mails", "3", "--wait", "synced") as lab:
        assert mixed(lab) == 0  # nobody knows the link yet
        deliver(lab, tmp_path, big)
        accounts.come_down(lab)
        (rate,) = link_rates(lab)
        assert rate is not None and RATE / 2 < rate < RATE * 1.5
        deliver(lab, tmp_path, *(accounts.mail(f"short {number}") for number in range(5)))
        accounts.assert_equal(lab)
        assert mixed(lab) > 0
        # The next session of the device over the same network begins with what is known.
        lab.call("kill", "client")
        lab.call("start", "client")
        accounts.come_down(lab)
        deliver(lab, tmp_path, accounts.mail("after a new start"))
        accounts.assert_equal(lab)
        assert mixed(lab) > 0


def references(lab: Lab) -> dict[str, int]:
    return accounts.status(lab)["accounts"][0]["references"]


def test_an_answer_is_read_against_what_it_answers(world, tmp_path):
    words = random.Random(2)
    text = "\r\n".join(words.randbytes(30).hex() for _ in range(40))
    ours = accounts.mail("tide table", text, sender="alice@mail.test", to="bob@mail.test")
    (ours_id,) = (line[12:].strip() for line in ours.split(b"\r\n") if line.lower().startswith(b"message-id: "))
    quoted = "\r\n".join(f"> {line}" for line in text.split("\r\n"))
    with Lab("--mails", "3", "--wait", "synced") as lab:
        with accounts.face(lab) as client:
            client.append("Sent", ours)
        accounts.sent_up(lab)
        accounts.come_down(lab)
        for number in range(5):  # the gateway looks at what is held while nobody waits: perhaps not yet
            answer = accounts.mail(f"Re: tide table {number}", quoted)
            deliver(lab, tmp_path, b"In-Reply-To: " + ours_id + b"\r\n" + answer)
            accounts.assert_equal(lab)
            if references(lab)["used"]:
                break
        assert references(lab)["used"] > 0 and references(lab)["missing"] == 0
        # Who answers nothing of the user's refers to nothing.
        used = references(lab)["used"]
        deliver(lab, tmp_path, accounts.mail("tide table", quoted))
        accounts.assert_equal(lab)
        assert references(lab)["used"] == used


def test_a_mail_in_the_users_name_opens_no_thread(world, tmp_path):
    """Who sends mail may write any From and any References: neither says what the user wrote or answered."""
    private = accounts.mail("the price", "\r\n".join(random.Random(3).randbytes(30).hex() for _ in range(40)))
    with Lab("--mails", "3", "--wait", "synced") as lab:
        deliver(lab, tmp_path, private)
        accounts.assert_equal(lab)
        named = b"References: <the.price@mail.test>\r\n"
        deliver(lab, tmp_path, named + accounts.mail("an answer", sender="alice@mail.test"))
        accounts.assert_equal(lab)
        for number in range(3):
            guess = accounts.mail(f"a guess {number}", sender="eve@mail.test")
            deliver(lab, tmp_path, b"In-Reply-To: <an.answer@mail.test>\r\n" + named + guess)
            accounts.assert_equal(lab)
        assert references(lab) == {"used": 0, "missing": 0}


def test_a_repeated_mail_is_no_smaller(world, tmp_path):
    """Else the size on the link would tell a stranger what a mail of somebody else holds."""
    words = random.Random(4)
    text = "\r\n".join(words.randbytes(30).hex() for _ in range(100))
    coded = []
    with Lab("--mails", "3", "--wait", "synced") as lab:
        deliver(lab, tmp_path, accounts.mail("the first on its stream", "which says more of itself"))
        accounts.assert_equal(lab)
        for sender in ("bob@mail.test", "eve@mail.test"):
            before = accounts.status(lab)["accounts"][0]["bytes"]["coded_received"]
            deliver(lab, tmp_path, accounts.mail("the figures", text, sender=sender))
            accounts.assert_equal(lab)
            coded.append(accounts.status(lab)["accounts"][0]["bytes"]["coded_received"] - before)
    first, again = coded
    assert again > first * 0.9, coded


ATTACHMENT = 300_000


def with_attachment(subject: str, octets: bytes, **more: str) -> bytes:
    mail = accounts.mail(subject, f"The text of {subject}.\r\n", **more)
    head, _, text = mail.partition(b"\r\n\r\n")
    part = base64.encodebytes(octets).replace(b"\n", b"\r\n")
    return (head + b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="tide"\r\n\r\n--tide\r\n\r\n' + text
            + b"--tide\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" + part + b"--tide--\r\n")


def all_sketched(lab: Lab) -> bool:
    """Everything large enough that is here was looked at."""
    left = 0
    for file in pathlib.Path(lab.dir, "client", "accounts").glob("*/replica.db"):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            left += database.execute("SELECT count(*) FROM contents WHERE sketched=0 AND size BETWEEN 32768 AND 4194304").fetchone()[0]
            left += database.execute("SELECT count(*)=0 FROM sketches").fetchone()[0]
    return left == 0


def send_to_bob(lab: Lab, octets: bytes) -> int:
    """Octets that went up for it; it is there as it was sent."""
    lab.stats(reset=True)
    with accounts.smtp(lab, "client", lab.env["FACE_SUBMISSION"]) as client:
        client.login(lab.env["FACE_USER"], lab.env["FACE_PASSWORD"])
        _, reply = client.mail("alice@mail.test", ["bob@mail.test"], octets)
        assert reply is not None and reply[0] == 250, reply
    accounts.sent_up(lab)
    up, _ = lab.link_bytes()
    subject = next(line[9:].decode() for line in octets.split(b"\r\n") if line.startswith(b"Subject: "))
    with accounts.server(lab, "bob") as client:
        (uid,) = accounts.until(lambda: accounts.find(client, "INBOX", subject), "the mail at its recipient's")
        assert client.body(uid).endswith(octets)
    return up


def test_a_known_attachment_goes_up_as_a_reference(world, tmp_path):
    chart = random.Random(6).randbytes(ATTACHMENT)
    ours = {"sender": "alice@mail.test", "to": "bob@mail.test"}
    with Lab("--mails", "3", "--wait", "synced") as lab:
        stranger = send_to_bob(lab, with_attachment("another chart", random.Random(7).randbytes(ATTACHMENT), **ours))
        assert stranger > ATTACHMENT and references(lab) == {"used": 0, "missing": 0}
        deliver(lab, tmp_path, with_attachment("a chart", chart))
        accounts.assert_equal(lab)
        accounts.until(lambda: all_sketched(lab), "a look at what is here")
        forwarded = send_to_bob(lab, with_attachment("Fwd: a chart", chart, **ours))
        assert forwarded < ATTACHMENT / 10 and references(lab) == {"used": 1, "missing": 0}
        lab.call("kill", "client")
        lab.call("start", "client")
        accounts.come_down(lab)
        revised = chart[:100_000] + random.Random(8).randbytes(2000) + chart[101_000:]
        again = send_to_bob(lab, with_attachment("a better chart", revised, **ours))
        assert again < ATTACHMENT / 10 and references(lab) == {"used": 1, "missing": 0}
        print("up:", stranger, forwarded, again)


def carried(lab: Lab, way: str) -> dict:
    return accounts.status(lab)["accounts"][0]["carried"][way]


def test_what_a_mail_cost_is_told(world, tmp_path):
    """The figures of one mail are what crossed for it: of random octets no coder makes less."""
    noise = random.Random(9).randbytes(120_000)
    with Lab("--mails", "3", "--wait", "synced") as lab:
        before, bytes_before = carried(lab, "down"), accounts.status(lab)["accounts"][0]["bytes"]["coded_received"]
        lab.stats(reset=True)
        mail = with_attachment("a cost", noise)
        deliver(lab, tmp_path, mail)
        accounts.assert_equal(lab)
        _, on_link = lab.link_bytes()
        after, last = carried(lab, "down"), carried(lab, "last")[-1]
        assert after["items"] == before["items"] + 1 and after["fell_back"] == 0
        assert last["direction"] == "down" and last["mailbox"] == "INBOX" and last["encoding"] == "zstd"
        assert last["raw"] == after["raw"] - before["raw"] and len(mail) <= last["raw"] < len(mail) + 2000  # what delivery adds
        assert len(noise) < last["unwrapped"] < len(noise) + 4000
        coded_received = accounts.status(lab)["accounts"][0]["bytes"]["coded_received"]
        assert len(noise) < last["coded"] <= coded_received - bytes_before
        assert last["coded"] == after["coded"] - before["coded"] and last["coded"] < on_link < last["coded"] * 1.15
        assert 0 < last["cpu_seconds"] < 5
        # The gateway tells the same of it.
        at_gateway = accounts.until(lambda: (lambda down: down if down["items"] >= after["items"] else None)(
            accounts.status(lab, "gateway")["carried"]["down"]), "the gateway's figures")
        assert at_gateway["raw"] == after["raw"] and at_gateway["coded"] >= after["coded"]
        ours = with_attachment("a cost up", random.Random(10).randbytes(90_000), sender="alice@mail.test", to="bob@mail.test")
        send_to_bob(lab, ours)
        up = carried(lab, "up")
        assert up["items"] == 1 and up["raw"] >= len(ours) and 90_000 < up["coded"] < 100_000
        (told,) = [line for line in lab.packetboat("status").splitlines() if "mail down" in line]
        assert "0 fell back to raw" in told and "s CPU" in told


LONG_AGO = "01-Feb-2020 03:04:05 +0000"  # history: it may refer to anything that the device holds
LARGE = 1_000_000
HUGE = 20_000_000


def file_at_server(lab: Lab, mailbox: str, *mails: bytes) -> None:
    with accounts.server(lab) as other:
        other.command("CREATE", mailbox)
        for octets in mails:
            other.append(mailbox, octets, ["\\Seen"], LONG_AGO)


def link_down(lab: Lab, mailbox: str, *mails: bytes) -> int:
    """Octets that came down until they were here as they are there."""
    lab.stats(reset=True)
    file_at_server(lab, mailbox, *mails)
    accounts.assert_equal(lab)
    _, down = lab.link_bytes()
    return down


def restart(lab: Lab, *daemons: str) -> None:
    for daemon in daemons:
        lab.call("kill", daemon)
    for daemon in daemons:
        lab.call("start", daemon)
    accounts.come_down(lab)


def test_a_known_attachment_comes_down_as_a_reference_after_any_restart(world):
    chart = random.Random(11).randbytes(LARGE)
    with Lab("--mails", "3", "--wait", "synced") as lab:
        first = link_down(lab, "Archive", with_attachment("a chart", chart))
        assert first > LARGE
        again = {}
        for number, daemons in enumerate((["gateway"], ["client"], ["gateway", "client"])):
            restart(lab, *daemons)
            again[" ".join(daemons)] = link_down(lab, f"Later{number}", with_attachment(f"the chart {number}", chart))
        print("down:", first, again)
        assert all(octets < LARGE * 0.02 for octets in again.values()), again
        assert references(lab)["missing"] == 0


def live_down(lab: Lab, folder: pathlib.Path, mail: bytes) -> int:
    lab.stats(reset=True)
    deliver(lab, folder, mail)
    accounts.assert_equal(lab)
    return lab.link_bytes()[1]


def test_an_answer_that_brings_an_attachment_back_refers_to_it_after_a_restart(world, tmp_path):
    """A live mail: it may refer to what the user wrote. Nobody else's may, however well the attachment is known."""
    chart = random.Random(16).randbytes(LARGE)
    ours = with_attachment("our chart", chart, sender="alice@mail.test", to="bob@mail.test")
    with Lab("--mails", "3", "--wait", "synced") as lab:
        with accounts.face(lab) as client:
            client.append("Sent", ours)
        accounts.assert_equal(lab)
        accounts.until(lambda: indexed(lab), "a look of the gateway at what the client made")
        restart(lab, "gateway")
        answer = live_down(lab, tmp_path, b"In-Reply-To: <our.chart@mail.test>\r\n" + with_attachment("Re: our chart", chart))
        stranger = live_down(lab, tmp_path, with_attachment("their chart", chart, sender="eve@mail.test"))
        print("live:", answer, stranger)
        assert answer < LARGE * 0.02 and stranger > LARGE


def indexed(lab: Lab) -> int:
    """Mails in the gateway's index."""
    mails = 0
    for file in pathlib.Path(lab.dir).rglob("*.chunks"):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            mails += database.execute("SELECT count(*) FROM item").fetchone()[0]
    return mails


def test_a_known_attachment_crosses_once_in_a_first_synchronization(world):
    """However far apart the mails are that hold it: more lies between them than a window remembers."""
    noise = random.Random(12)
    chart = noise.randbytes(3 * LARGE)
    between = [with_attachment(f"noise {number}", noise.randbytes(LARGE)) for number in range(9)]
    with Lab("--mails", "3", "--wait", "synced") as lab:
        lab.forget_mail()
        file_at_server(lab, "Archive", with_attachment("a chart", chart), *between, with_attachment("the chart", chart))
        lab.stats(reset=True)
        lab.call("start", "client")
        accounts.assert_equal(lab)
        _, down = lab.link_bytes()
        print("first:", down)
        assert 12 * LARGE < down < 13.5 * LARGE
        assert references(lab) == {"used": 1, "missing": 0}


def test_a_large_attachment_is_a_reference_down_and_up(world):
    film = random.Random(13).randbytes(HUGE)
    with Lab("--mails", "3", "--wait", "synced") as lab:
        first = link_down(lab, "Archive", with_attachment("a film", film))
        restart(lab, "gateway")
        again = link_down(lab, "Later", with_attachment("the film", film))
        accounts.until(lambda: all_sketched(lab), "a look at what is here")
        restart(lab, "gateway", "client")
        lab.stats(reset=True)
        with accounts.face(lab) as client:
            client.append("Drafts", with_attachment("Fwd: the film", film))
        accounts.assert_equal(lab)
        up, _ = lab.link_bytes()
        print("large:", first, again, up)
        assert first > HUGE and again < HUGE * 0.02 and up < HUGE * 0.02
        assert references(lab)["missing"] == 0


def test_what_is_lost_on_one_side_costs_what_was_lost(world):
    """The gateway's index; the client's mail; both; a mail that the client takes for held and is damaged."""
    chart, map_ = random.Random(14).randbytes(LARGE), random.Random(15).randbytes(LARGE)
    with Lab("--mails", "3", "--wait", "synced") as lab:
        link_down(lab, "Archive", with_attachment("a chart", chart))
        # The gateway's: what it forgot crosses once more, and is known again.
        lab.call("kill", "gateway")
        for file in pathlib.Path(lab.dir).rglob("*.chunks*"):
            file.unlink()
        lab.call("start", "gateway")
        assert link_down(lab, "Later", with_attachment("the chart", chart)) < LARGE * 1.2
        assert link_down(lab, "Last", with_attachment("our chart", chart)) < LARGE * 0.02
        # The client's: its mail crosses once more, each attachment once.
        lab.forget_mail()
        lab.stats(reset=True)
        lab.call("start", "client")
        accounts.assert_equal(lab)
        assert LARGE < lab.link_bytes()[1] < LARGE * 1.2
        # One mail of it: found out by its check, said, and sent as it is.
        link_down(lab, "Archive", with_attachment("a map", map_))
        damage(lab, map_)
        lab.stats(reset=True)
        file_at_server(lab, "Maps", with_attachment("the map", map_))
        accounts.come_down(lab)
        with accounts.face(lab) as client:
            (uid,) = accounts.find(client, "Maps", "the map")
            assert client.body(uid) == with_attachment("the map", map_)
        assert LARGE * 0.4 < lab.link_bytes()[1] < LARGE * 1.3  # what was right up to there stays
        assert references(lab)["missing"] >= 1


def damage(lab: Lab, octets: bytes) -> None:
    """One octet in the middle of the file in which this attachment is kept is another."""
    middle = base64.encodebytes(octets).replace(b"\n", b"\r\n")
    middle = middle[len(middle) // 2:][:60]
    for file in pathlib.Path(lab.dir, "client", "accounts").glob("*/bodies/*/*/*"):
        kept = file.read_bytes()
        at = kept.find(middle)
        if at >= 0:
            file.write_bytes(kept[:at] + bytes([kept[at] ^ 3]) + kept[at + 1:])
            return
    raise AssertionError("not kept")
