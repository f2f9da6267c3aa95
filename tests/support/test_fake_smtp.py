"""The fake server's submission and LMTP sides, with every scripted fault."""

import hashlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fakes.harness import FakeServer  # noqa: E402
from imapclient import smtp  # noqa: E402
from imapclient.client import ACKNOWLEDGED, Disconnected  # noqa: E402
from imapclient.smtp import Smtp  # noqa: E402
from mailgen import mailgen  # noqa: E402

MAIL = b"Subject: hello\r\nMessage-ID: <1@mail.test>\r\n\r\n.dot\r\n..\r\n.\r\nlast\r\n"


@pytest.fixture
def fake():
    with FakeServer("--users", "alice,bob", "--save-sent") as server:
        yield server


def session(fake):
    client = Smtp("127.0.0.1", fake.ports["submission"])
    assert client.login("alice", "secret")[0] == 235
    return client


def submit(fake, recipients=("bob@mail.test",), octets=MAIL):
    with session(fake) as client:
        return client.mail("alice@mail.test", recipients, octets)


def submissions(fake):
    return fake.ask("submissions")["submissions"]


def shas(fake, user, mailbox):
    return [m["sha256"] for m in fake.ask("store", user=user)["mailboxes"][mailbox]["messages"]]


def test_an_accepted_mail_is_recorded_delivered_and_filed(fake):
    known = len(ACKNOWLEDGED)
    results, answer = submit(fake, ["bob@mail.test", "far@elsewhere.test"])
    assert [c for c, _ in results] == [250, 250] and answer[0] == 250
    (row,) = submissions(fake)
    sha = hashlib.sha256(MAIL).hexdigest()
    assert row["sha256"] == sha and row["count"] == 1 and row["accepted"] == ["bob@mail.test", "far@elsewhere.test"]
    assert shas(fake, "bob", "INBOX") == shas(fake, "alice", "Sent") == [sha]
    assert len(ACKNOWLEDGED) == known + 1
    submit(fake)
    assert [r["count"] for r in submissions(fake)] == [2, 2]


def test_who_has_not_logged_in_may_not_send(fake):
    with Smtp("127.0.0.1", fake.ports["submission"]) as client:
        assert client.command("MAIL FROM:<alice@mail.test>")[0] == 530
        assert client.login("alice", "wrong")[0] == 535
        assert client.command("AUTH LOGIN") == (334, "VXNlcm5hbWU6")
        assert client.command("YWxpY2U=")[0] == 334
        assert client.command("c2VjcmV0")[0] == 235


def test_torture_mail_passes_both_doors_unchanged(fake):
    mails = [m.octets for m in mailgen.generate("9", 40, kinds=["torture"])]
    mails = [o if o.endswith(b"\r\n") else o + b"\r\n" for o in mails]
    with session(fake) as client, Smtp("127.0.0.1", fake.ports["lmtp"], hello="LHLO x") as door:
        for octets in mails:
            assert client.mail("alice@mail.test", ["far@x.test"], octets)[1][0] == 250
            assert door.mail("", ["bob@mail.test", "nobody@mail.test"], octets, lmtp=True)[1][0][0] == 250
    expected = [hashlib.sha256(o).hexdigest() for o in mails]
    assert [r["sha256"] for r in submissions(fake)] == shas(fake, "bob", "INBOX") == expected


def test_only_crlf_dot_crlf_ends_data_and_bare_ends_are_refused(fake):
    with session(fake) as client:
        client.command("MAIL FROM:<alice@mail.test>")
        client.command("RCPT TO:<bob@mail.test>")
        client.command("DATA")
        client.send(b"x: y\r\n\r\na\n.\nb\r.\rc\n.\r\nd\r\n.\ne\r\n.\r\n")
        assert client.reply()[0] == 550
        assert client.command("NOOP")[0] == 250
    assert submissions(fake) == []


@pytest.mark.parametrize("point", ["ehlo", "auth", "mail", "rcpt", "data", "body", "dot"])
@pytest.mark.parametrize("action", ["drop-before", "drop-after-accept"])
def test_a_cut_at_any_step_leaves_what_it_says(fake, point, action):
    fake.ask("fault", protocol="smtp", at=point, action=action)
    with pytest.raises(Disconnected):
        submit(fake)
    stored = len(submissions(fake))
    assert stored == (1 if (point, action) in {("dot", "drop-after-accept"), ("body", "drop-after-accept")} else 0)
    assert submit(fake)[1][0] == 250
    assert len(submissions(fake)) == stored + 1
    assert [r["replied"] for r in submissions(fake)] == [False] * stored + [True]


def test_scripted_replies_name_recipients(fake):
    fake.ask("fault", protocol="smtp", at="rcpt", action="reply 550 5.1.1 not her", recipient="bob@mail.test", times=2)
    fake.ask("fault", protocol="smtp", at="dot", action="reply 451 4.3.0 later")
    results, answer = submit(fake, ["alice@mail.test", "bob@mail.test"])
    assert [c for c, _ in results] == [250, 550] and answer == (451, "4.3.0 later")
    results, answer = submit(fake, ["alice@mail.test", "bob@mail.test"])
    assert answer[0] == 250
    (row,) = submissions(fake)
    assert [r["result"][:3] for r in row["recipients"]] == ["250", "550"] and row["accepted"] == ["alice@mail.test"]
    fake.ask("refuse-recipient", address="x@y.test", reply="450 4.2.1 full")
    assert submit(fake, ["x@y.test"])[0] == [(450, "4.2.1 full")]


def test_a_hanging_server_hangs_until_it_is_told_to_disconnect(fake):
    fake.ask("fault", protocol="smtp", at="dot", action="hang")
    with session(fake) as client:
        client.command("MAIL FROM:<alice@mail.test>")
        client.command("RCPT TO:<bob@mail.test>")
        client.command("DATA")
        client.send(smtp.dotted(MAIL))
        while not fake.ask("faults-hit")["hits"]:
            pass
        assert fake.ask("disconnect", user="alice")["count"] == 1
        with pytest.raises(Disconnected):
            client.reply()
    assert submissions(fake) == []


def test_submissions_outlive_kill_9(tmp_path):
    with FakeServer("--users", "alice,bob", directory=tmp_path) as fake:
        submit(fake)
        before = submissions(fake)
        fake.kill()
        fake.start()
        assert submissions(fake) == before and len(shas(fake, "bob", "INBOX")) == 1


def test_submission_over_tls():
    with FakeServer(tls=True) as fake:
        for door, tls in (("submission", "starttls"), ("submissions", "implicit")):
            with Smtp("localhost", fake.ports[door], tls=tls, ca=fake.cert) as client:
                assert "STARTTLS" not in client.extensions and client.login("alice", "secret")[0] == 235
