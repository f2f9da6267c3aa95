"""Mail through the whole path: program, face, replica, tunnel, agent, server."""

import email
import hashlib
import pathlib
import subprocess
import sys

import pytest

import accounts
from imapclient.client import Client, Literal, quoted
from imapclient.oracle import mailboxes
from imapclient.parse import Line
from lab import Lab, ROOT

MAILGEN = str(ROOT / "tests" / "support" / "mailgen" / "mailgen.py")
MAILS = 3000  # half of them come down, half go up
PIPELINED = 20


def test_the_readmes_demo(world):
    done = subprocess.run([str(ROOT / "scripts" / "demo"), "--no-build", "--profile", "3g", "--mails", "30"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "All of it is so." in done.stdout


def generate(folder: pathlib.Path, seed: int, count: int) -> str:
    subprocess.run([sys.executable, MAILGEN, "--seed", str(seed), "--count", str(count), "--out", str(folder), "--user", "alice@mail.test",
                    "--kinds", "text,reply,newsletter,attachment,torture"], check=True, capture_output=True, timeout=300)
    return str(folder)


def append_all(lab: Lab, folder: str, mailbox: str) -> None:
    """Through the face, many at once."""
    with accounts.face(lab) as client:
        client.ok("CREATE", quoted(mailbox))
        waiting = []
        for path in sorted(pathlib.Path(folder).glob("*.eml")):
            waiting.append(client.start("APPEND", quoted(mailbox), Literal(path.read_bytes(), plus=True)))
            if len(waiting) > PIPELINED:
                assert client.finish(waiting.pop(0)).status == "OK"
        assert all(client.finish(tag).status == "OK" for tag in waiting)


def digests(folder: str) -> list[str]:
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in pathlib.Path(folder).glob("*.eml"))


def test_every_octet_flag_and_size_both_ways(world, tmp_path):
    down, up = generate(tmp_path / "down", 3, MAILS // 2), generate(tmp_path / "up", 4, MAILS // 2)
    with Lab("--mails", down) as lab:
        append_all(lab, up, "Upwards")
        seen = accounts.assert_equal(lab)
        assert not accounts.misstated(seen)
        assert sorted(row.sha256 for row in seen["Upwards"].values()) == digests(up)
        assert sorted(row.sha256 for name, rows in seen.items() if name != "Upwards" for row in rows.values()) == digests(down)


def test_what_arrives_comes_without_being_asked_for(world):
    with Lab("--profile", "geo-sat", "--wait", "synced") as lab, accounts.face(lab) as program:
        program.select("INBOX")
        with accounts.server(lab) as server:
            for number in range(3):
                server.append("INBOX", accounts.mail(f"arrives {number}"))
        accounts.until(lambda: lab.status()["accounts"][0]["progress"]["bodies"] == 3, "all bodies")
        assert lab.status()["accounts"][0]["arrived_unasked"] == 3
        assert [program.body(uid) for uid in accounts.find(program, "INBOX", "arrives")] == [accounts.mail(f"arrives {number}") for number in range(3)]


@pytest.fixture(scope="module")
def lab(world):
    with Lab("--wait", "synced") as made:
        yield made


def subjects(client: Client, mailbox: str) -> list[str]:
    """Sorted; empty where there is no such mailbox."""
    if mailbox not in mailboxes(client) or not any(line.number for line in client.select(mailbox, examine=True).lines(b"EXISTS")):
        return []
    rows = client.fetch("1:*", "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return sorted(next(value for name, value in row.items() if name.startswith(b"BODY["))[9:].decode().strip() for row in rows.values())


def test_a_refused_recipient_comes_back_in_the_servers_words(lab):
    octets = accounts.mail("to two", sender="alice@mail.test", to="bob@mail.test, carol@elsewhere.test")
    with accounts.smtp(lab, "client", lab.env["FACE_SUBMISSION"]) as client:
        client.login(lab.env["FACE_USER"], lab.env["FACE_PASSWORD"])
        codes, reply = client.mail("alice@mail.test", ["bob@mail.test", "carol@elsewhere.test"], octets)
        assert [code for code, _ in codes] == [250, 250] and reply is not None and reply[0] == 250
    with accounts.smtp(lab, "server", lab.env["SERVER_SUBMISSION"]) as client:  # what the server says of her
        client.login("alice", lab.env["SERVER_PASSWORD"])
        client.command("MAIL FROM:<alice@mail.test>")
        code, words = client.command("RCPT TO:<carol@elsewhere.test>")
        assert code == 550, words
    accounts.sent_up(lab)

    def report() -> bytes | None:
        with accounts.face(lab) as face:
            uids = accounts.find(face, "INBOX", "Undelivered")
            return face.body(uids[0]) if uids else None

    found = email.message_from_bytes(accounts.until(report, "the report is in INBOX"))
    assert found.get_content_type() == "multipart/report" and found.get_param("report-type") == "delivery-status"
    people, status, original = found.get_payload()
    assert "carol@elsewhere.test" in people.get_payload() and "bob@mail.test" not in people.get_payload()
    fields = status.as_string()
    assert "Final-Recipient: rfc822; carol@elsewhere.test" in fields and "Action: failed" in fields
    last_words = " ".join(words.split()[1:])
    assert last_words in " ".join(people.get_payload().split()) and last_words in " ".join(fields.split())
    assert "Subject: to two" in original.as_string()
    with accounts.server(lab, "bob") as bob:
        assert subjects(bob, "INBOX").count("to two") == 1
    with accounts.server(lab) as alice:
        assert len(accounts.find(alice, "INBOX", "Undelivered")) == 1, "once, and at the server too"


class Idling:
    """A program in IDLE: what it is told is read while others write."""

    def __init__(self, client: Client) -> None:
        self.client, self.tag = client, client.start("IDLE")
        assert client.read_raw().startswith(b"+")

    def hears(self, kind: bytes) -> Line:
        while (line := self.client.read_line()).kind != kind:
            pass
        return line

    def done(self) -> None:
        self.client.send(b"DONE\r\n")
        assert self.client.finish(self.tag).status == "OK"


@pytest.mark.parametrize("link", ["up", "down"])
def test_two_programs_on_one_mailbox_see_each_other(lab, link):
    with accounts.face(lab) as one, accounts.face(lab) as other:
        lab.call("link", link)
        for client in (one, other):
            if link == "up" and client is one:
                client.ok("CREATE", "Shared")
            there = sum(line.number or 0 for line in client.select("Shared").lines(b"EXISTS"))
        idling = Idling(other)
        first, second = (int(one.append("Shared", accounts.mail(f"{link} {number}")).code[2]) for number in (1, 2))
        while idling.hears(b"EXISTS").number < there + 2:
            pass
        one.ok("UID STORE", str(first), "+FLAGS", "(\\Flagged Work)")
        told = idling.hears(b"FETCH")
        assert told.number == there + 1 and {b"\\Flagged", b"Work"} <= set(told.items[b"FLAGS"])
        one.ok("UID STORE", str(first), "+FLAGS.SILENT", "(\\Deleted)")
        one.ok("UID EXPUNGE", str(first))
        assert idling.hears(b"EXPUNGE").number == there + 1
        idling.done()

        other.ok("UID STORE", str(second), "+FLAGS", "(\\Answered)")
        told = [line for line in one.ok("NOOP").lines(b"FETCH") if b"\\Answered" in line.items[b"FLAGS"]]
        assert [line.number for line in told] == [there + 1]
        other.ok("UID MOVE", str(second), "INBOX")
        assert [line.number for line in one.ok("NOOP").lines(b"EXPUNGE")] == [there + 1]
        other.append("Shared", accounts.mail(f"{link} 3"))
        assert [line.number for line in one.ok("NOOP").lines(b"EXISTS")] == [there + 1]
    lab.call("link", "up")
    accounts.assert_equal(lab)


def test_a_refused_change_loses_nothing_and_is_told(lab):
    """The folder is deleted at the server while the link is down; programs go on filing into it."""
    with accounts.server(lab) as client:
        client.ok("CREATE", "Doomed")
        for mailbox, subject in (("INBOX", "moved"), ("INBOX", "copied"), ("Doomed", "deleted at the server")):
            client.append(mailbox, accounts.mail(subject))
    accounts.come_down(lab)
    lab.call("link", "down")
    with accounts.face(lab) as client:
        uid = {subject: accounts.find(client, "INBOX", subject)[0] for subject in ("moved", "copied")}
        client.select("INBOX")
        client.ok("UID MOVE", str(uid["moved"]), "Doomed")
        client.ok("UID COPY", str(uid["copied"]), "Doomed")
        client.append("Doomed", accounts.mail("appended"))
        assert subjects(client, "Doomed") == ["appended", "copied", "deleted at the server", "moved"]
    with accounts.server(lab) as client:
        client.ok("DELETE", "Doomed")
    lab.call("link", "up")
    accounts.sent_up(lab)
    accounts.come_down(lab)
    with accounts.face(lab) as client:
        everywhere = {name: subjects(client, name) for name in mailboxes(client)}
        assert "Doomed" not in everywhere
        assert {"moved", "copied"} <= set(everywhere["INBOX"]), "what was at the server is where it was"
        assert everywhere["Recovered"] == ["appended"], "what was nowhere else is kept"
        kept = accounts.find(client, "Recovered", "appended")[0]
        assert client.body(kept) == accounts.mail("appended")
    notices = [text for text in lab.status()["notices"] if "refused" in text]
    assert any("Recovered" in text for text in notices) and len(notices) >= 3, notices
    with accounts.server(lab) as client:
        assert {"moved", "copied"} <= set(subjects(client, "INBOX"))
