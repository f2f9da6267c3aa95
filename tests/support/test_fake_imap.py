"""The fake server's IMAP side, seen by the raw test client."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fakes.harness import FakeServer  # noqa: E402
from imapclient import client, oracle  # noqa: E402
from imapclient.client import Client, Disconnected, ImapError  # noqa: E402
from mailgen import mailgen  # noqa: E402


@pytest.fixture
def fake():
    with FakeServer("--users", "alice,bob", "--master", "root:master") as server:
        yield server


def login(fake, user="alice", **options):
    session = Client("127.0.0.1", fake.ports["imap"], **options)
    session.login(user, "secret")
    return session


def deliver(fake, *subjects, **facts):
    for subject in subjects:
        fake.ask("deliver", user="alice", octets=f"Subject: {subject}\r\n\r\nbody of {subject}\r\n".encode(), **facts)


def raw(lines):
    return [line.raw for line in lines]


def test_torture_mail_comes_back_octet_for_octet(fake):
    mails = list(mailgen.generate("5", 60, kinds=["torture"], bare=True))
    for mail in mails:
        fake.ask("deliver", user="alice", octets=mail.octets)
    with login(fake) as session:
        session.select("INBOX")
        assert [session.body(uid) for uid in range(1, 61)] == [m.octets for m in mails]
        structures = session.fetch("1:*", "(BODYSTRUCTURE ENVELOPE RFC822.SIZE)")
        assert [structures[n][b"RFC822.SIZE"] for n in range(1, 61)] == [b"%d" % len(m.octets) for m in mails]
        assert all(structures[n][b"BODYSTRUCTURE"] for n in range(1, 61))


def test_sections_are_octet_ranges_of_the_mail(fake):
    inner = b"Subject: inner\r\n\r\ninner text\r\n"
    mail = (
        b'Subject: outer\r\nX-One: 1\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nfirst\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    )
    fake.ask("deliver", user="alice", octets=mail)
    with login(fake) as session:
        session.select("INBOX")
        wanted = {
            "1": b"first", "1.MIME": b"Content-Type: text/plain\r\n\r\n", "2": inner, "2.HEADER": b"Subject: inner\r\n\r\n",
            "2.TEXT": b"inner text\r\n", "2.1": b"inner text\r\n", "HEADER.FIELDS (X-ONE)": b"X-One: 1\r\n\r\n",
        }
        for section, octets in wanted.items():
            (items,) = session.fetch(1, f"BODY.PEEK[{section}]").values()
            assert [v for k, v in items.items() if k.startswith(b"BODY[")] == [octets], section
        (items,) = session.fetch(1, "BODY.PEEK[]<9.5>").values()
        assert items[b"BODY[]<9>"] == mail[9:14]
        (items,) = session.fetch(1, "BODY.PEEK[3]").values()
        assert items[b"BODY[3]"] is None


def test_idle_tells_mail_flags_and_expunges(fake):
    deliver(fake, "one", "two")
    with login(fake) as session:
        session.select("INBOX")
        tag = session.start("IDLE")
        assert session.read_line().kind == b"+"
        deliver(fake, "three")
        assert session.read_line().raw == b"* 3 EXISTS"
        assert session.read_line().raw == b"* 0 RECENT"
        fake.ask("flags", user="alice", mailbox="INBOX", uids=[2], flags=["\\Flagged"])
        assert session.read_line().raw == b"* 2 FETCH (FLAGS (\\Flagged))"
        fake.ask("expunge", user="alice", mailbox="INBOX", uids=[1])
        assert session.read_line().raw == b"* 1 EXPUNGE"
        session.send(b"DONE\r\n")
        assert session.finish(tag).status == "OK"
        with pytest.raises(ImapError, match="within"):
            session.idle(b"EXISTS", 0.05)


def test_expunges_wait_while_sequence_numbers_are_in_use(fake):
    deliver(fake, "one", "two", "three")
    with login(fake) as session:
        session.select("INBOX")
        fake.ask("expunge", user="alice", mailbox="INBOX", uids=[1])
        reply = session.ok("FETCH 2:3 (UID)")
        assert raw(reply.untagged) == [b"* 2 FETCH (UID 2)", b"* 3 FETCH (UID 3)"]
        assert raw(session.ok("NOOP").untagged) == [b"* 1 EXPUNGE"]


def test_qresync_tells_what_vanished_and_changed(fake):
    deliver(fake, "one", "two", "three", "four")
    with login(fake) as session:
        session.ok("ENABLE QRESYNC")
        reply = session.select("INBOX")
        (validity,) = [r.raw for r in reply.untagged if b"UIDVALIDITY" in r.raw]
        validity = int(validity.split()[3].rstrip(b"]"))
        modseq = fake.ask("store", user="alice")["mailboxes"]["INBOX"]["modseq"]
        session.ok("UNSELECT")
        fake.ask("expunge", user="alice", mailbox="INBOX", uids=[2, 3])
        fake.ask("flags", user="alice", mailbox="INBOX", uids=[4], flags=["\\Seen"])
        reply = session.ok(f"SELECT INBOX (QRESYNC ({validity} {modseq} 1:4))")
        assert b"* VANISHED (EARLIER) 2:3" in raw(reply.untagged)
        assert b"* 2 FETCH (UID 4 FLAGS (\\Seen) MODSEQ (%d))" % (modseq + 2) in raw(reply.untagged)
        reply = session.ok(f"UID FETCH 1:* (FLAGS) (CHANGEDSINCE {modseq} VANISHED)")
        assert raw(reply.untagged)[0] == b"* VANISHED (EARLIER) 2:3" and len(reply.lines(b"FETCH")) == 1
        reply = session.ok(f"SELECT INBOX (QRESYNC ({validity + 1} {modseq}))")
        assert not reply.lines(b"VANISHED")


def test_store_refuses_what_changed_since(fake):
    deliver(fake, "one", "two")
    with login(fake) as session:
        session.select("INBOX")
        modseq = fake.ask("store", user="alice")["mailboxes"]["INBOX"]["modseq"]
        fake.ask("flags", user="alice", mailbox="INBOX", uids=[2], flags=["\\Flagged"])
        reply = session.ok(f"UID STORE 1:2 (UNCHANGEDSINCE {modseq}) +FLAGS.SILENT (\\Seen)")
        assert reply.code == [b"MODIFIED", b"2"]
        rows = fake.ask("store", user="alice")["mailboxes"]["INBOX"]["messages"]
        assert [r["flags"] for r in rows] == [["\\Seen"], ["\\Flagged"]]


def test_append_copy_and_move_name_their_uids(fake):
    octets = b"Subject: x\r\n\r\nno end"
    with login(fake) as session:
        uid = session.append("INBOX", octets, ["\\Seen"], "01-Jan-2024 10:00:00 +0100", plus=True).code[2]
        session.append("INBOX", octets)
        session.select("INBOX")
        assert uid == b"1" and session.body(2) == octets
        assert session.ok("UID COPY 1:2 Archive").code[2:] == [b"1:2", b"1:2"]
        reply = session.ok("UID MOVE 1 Trash")
        assert raw(reply.untagged)[0].startswith(b"* OK [COPYUID") and raw(reply.untagged)[1] == b"* 1 EXPUNGE"
        session.ok("UID STORE 2 +FLAGS (\\Deleted)")
        assert raw(session.ok("UID EXPUNGE 2").untagged) == [b"* 1 EXPUNGE"]
        view = oracle.read_account(session)
        assert [len(view[n]) for n in ("INBOX", "Archive", "Trash")] == [0, 2, 1]
        assert view["Trash"][1].flags == {"\\Seen"} and view["Trash"][1].date == 1704099600
        assert session.command("APPEND Nowhere {1+}\r\nx").code == [b"TRYCREATE"]


def test_folders_are_made_named_and_removed(fake):
    with login(fake) as session:
        session.ok('CREATE "Work/2024"')
        session.ok('RENAME Work "Old Work"')
        assert {"Old Work", "Old Work/2024"} <= set(oracle.mailboxes(session))
        assert session.command('DELETE "Old Work"').status == "NO"
        session.ok('DELETE "Old Work/2024"')
        reply = session.ok('LIST (SPECIAL-USE) "" "*" RETURN (STATUS (MESSAGES UIDNEXT))')
        assert len(reply.lines(b"LIST")) == len(reply.lines(b"STATUS")) == 5
        session.ok("UNSUBSCRIBE Junk")
        assert not [x for x in session.ok('LSUB "" "*"').lines(b"LSUB") if b"Junk" in x.raw]


def test_search_finds_and_esearch_counts(fake):
    deliver(fake, "alpha", "beta", "alphabet", date=1_700_000_000)
    fake.ask("flags", user="alice", mailbox="INBOX", uids=[2], flags=["\\Seen", "$Junk"])
    with login(fake) as session:
        session.select("INBOX")

        def search(keys):
            return [int(n) for n in session.ok("UID SEARCH " + keys).lines(b"SEARCH")[0].values]

        assert search("SUBJECT alpha") == [1, 3]
        assert search("OR SEEN NOT BODY alpha") == [2]
        assert search("KEYWORD $Junk SINCE 14-Nov-2023 BEFORE 15-Nov-2023 UID 1:*") == [2]
        assert search("HEADER Message-ID x") == []
        reply = session.ok("SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN")
        assert reply.untagged[0].raw.endswith(b"MIN 1 MAX 3 ALL 1,3 COUNT 2")
        assert session.command("SEARCH CHARSET KOI8-R ALL").code[0] == b"BADCHARSET"


def test_left_out_capabilities_do_not_exist():
    names = "CONDSTORE,QRESYNC,UIDPLUS,IDLE,MOVE,LITERAL+,ENABLE,ESEARCH,UNSELECT,NAMESPACE,ID"
    with FakeServer("--without", names) as fake, login(fake) as session:
        words = session.ok("CAPABILITY").untagged[0].raw.split()
        assert not {n.encode() for n in names.split(",")} & set(words)
        session.append("INBOX", b"x: y\r\n\r\n")
        assert not any(b"HIGHESTMODSEQ" in line.raw for line in session.select("INBOX").untagged)
        commands = ("IDLE", "ENABLE CONDSTORE", "ID NIL", "NAMESPACE", "MOVE 1 Trash", "UID EXPUNGE 1", "UNSELECT",
                    "FETCH 1 MODSEQ", "SEARCH RETURN (ALL) ALL", "STORE 1 (UNCHANGEDSINCE 1) FLAGS ()")
        for command in commands:
            assert session.command(command).status == "BAD", command
        assert not session.ok("COPY 1 Trash").code


def test_logins_plain_authzid_master_and_refused(fake):
    def tried(*parts):
        with Client("127.0.0.1", fake.ports["imap"]) as session:
            return session.command(*parts).status

    import base64

    def sasl(*fields):
        return "AUTHENTICATE PLAIN " + base64.b64encode("\0".join(fields).encode()).decode()

    assert tried(sasl("", "alice@mail.test", "secret")) == "OK"
    assert tried(sasl("bob", "root", "master")) == "OK"
    assert tried("LOGIN bob*root master") == "OK"
    assert tried("LOGIN alice wrong") == "NO"
    assert tried(sasl("bob", "alice", "secret")) == "NO"
    fake.ask("refuse-login", user="alice")
    assert tried("LOGIN alice secret") == "NO"
    logins = fake.ask("counts")["logins"]
    assert sum(r["count"] for r in logins if r["user"] == "alice" and not r["accepted"]) == 3


@pytest.mark.parametrize("action", ["drop", "drop-after", "no", "bad", "bye"])
def test_scripted_faults_hit_once(fake, action):
    fake.ask("fault", protocol="imap", on="append", action=action)
    session = login(fake)
    if action in ("no", "bad"):
        with pytest.raises(ImapError):
            session.append("INBOX", b"x: y\r\n\r\n")
    else:
        with pytest.raises(Disconnected):
            session.append("INBOX", b"x: y\r\n\r\n")
    session.close()
    with login(fake) as session:
        session.append("INBOX", b"x: y\r\n\r\n")
        assert len(oracle.read_account(session)["INBOX"]) == (2 if action == "drop-after" else 1)
    assert [h["action"] for h in fake.ask("faults-hit")["hits"]] == [action]


def test_a_lying_server_lies_as_told(fake):
    deliver(fake, "one", "two")
    fake.ask("fault", protocol="imap", on="SELECT", action="wrong-counts")
    fake.ask("fault", protocol="imap", on="EXPUNGE", action="skip-vanished")
    fake.ask("fault", protocol="imap", on="FETCH", action="huge-literal")
    with login(fake) as session:
        assert session.select("INBOX").lines(b"EXISTS")[0].number == 5
        session.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
        assert session.ok("EXPUNGE").untagged == []
        session.send(b"x FETCH 1 BODY[]\r\n")
        assert session._file.readline().endswith(b"{4294967296}\r\n")
    fake.ask("fault", protocol="imap", on="greeting", action="preauth")
    with Client("127.0.0.1", fake.ports["imap"]) as session:
        assert session.greeting.kind == b"PREAUTH"
    with pytest.raises(Exception, match="unknown imap action"):
        fake.ask("fault", protocol="imap", on="SELECT", action="explode")


def test_starttls_drops_injected_plaintext_and_can_inject_itself():
    with FakeServer(tls=True) as fake:
        with Client("localhost", fake.ports["imap"], tls="starttls", ca=fake.cert) as session:
            session.login("alice", "secret")
        with Client("localhost", fake.ports["imaps"], tls="implicit", ca=fake.cert) as session:
            session.login("alice", "secret")
        with Client("127.0.0.1", fake.ports["imap"]) as session:
            session.send(b"a STARTTLS\r\nb LOGIN alice secret\r\n")
            session.read_line()
            session._wrap(fake.cert)
        fake.ask("fault", protocol="imap", on="starttls", action="untagged-before-tls")
        with Client("127.0.0.1", fake.ports["imap"]) as session:
            session.ok("STARTTLS")
            assert session.read_line().kind == b"CAPABILITY"
        assert "b LOGIN alice secret\r\n" in fake.ask("counts")["injected"]


def test_a_new_uidvalidity_throws_sessions_out(fake):
    deliver(fake, "one", "two")
    fake.ask("expunge", user="alice", mailbox="INBOX", uids=[1])
    with login(fake) as session:
        session.select("INBOX")
        value = fake.ask("uidvalidity", user="alice", mailbox="INBOX")["uidvalidity"]
        with pytest.raises(Disconnected):
            session.ok("NOOP")
    box = fake.ask("store", user="alice")["mailboxes"]["INBOX"]
    assert (box["uidvalidity"], [m["uid"] for m in box["messages"]]) == (value, [1])


def test_kill_9_loses_nothing_that_was_answered(tmp_path):
    with FakeServer(directory=tmp_path) as fake:
        deliver(fake, "one", "two", "three")
        with login(fake) as session:
            session.append("Sent", b"Subject: mine\r\n\r\nx", ["\\Seen"])
            session.select("INBOX")
            session.ok("UID MOVE 2 Archive")
            session.ok("CREATE New")
            session.ok("RENAME INBOX Backup")
            before = oracle.read_account(session)
        truth = fake.ask("store", user="alice")
        fake.kill()
        with open(tmp_path / "store.log", "ab") as log:
            log.write(b'{"op":"torn')
        fake.start()
        assert fake.ask("store", user="alice") == truth
        with login(fake) as session:
            assert oracle.difference(before, oracle.read_account(session)) == ""


def test_object_ids_outlive_a_rename():
    with FakeServer("--with", "OBJECTID") as fake, login(fake) as session:
        deliver(fake, "one", mailbox="Archive")
        before = session.ok("STATUS Archive (MAILBOXID)").lines(b"STATUS")[0].items
        session.select("Archive")
        email = session.fetch(1, "(EMAILID)")[1][b"EMAILID"]
        session.ok("RENAME Archive Old")
        assert session.ok("STATUS Old (MAILBOXID)").lines(b"STATUS")[0].items == before
        session.ok("UID COPY 1 Trash")
        session.select("Trash")
        assert session.fetch(1, "(EMAILID)")[1][b"EMAILID"] == email


def test_nonsense_is_refused_and_the_session_goes_on(fake):
    with login(fake) as session:
        session.select("INBOX")
        for nonsense in ("FETCH", "FETCH 0 (", "STORE 1 (UNCHANGEDSINCE x) FLAGS ()", "SEARCH", "SEARCH (", "UID", "XYZZY",
                         'LIST "" (', "APPEND INBOX x", "SELECT INBOX (QRESYNC)", "STATUS INBOX ((X))", "FETCH 99 UID"):
            assert session.command(nonsense).status == "BAD", nonsense
        session.send(b"\r\n")
        assert session.read_line().kind == b"BAD"
        session.ok("NOOP")


def test_two_hundred_thousand_rows_are_quick_and_small():
    with FakeServer("--messages", 200_000) as fake, login(fake) as session:
        assert session.select("INBOX").lines(b"EXISTS")[0].number == 200_000
        got = session.fetch("199990:*", "(FLAGS RFC822.SIZE BODY.PEEK[])")
        assert len(got) == 11 and all(int(i[b"RFC822.SIZE"]) == len(i[b"BODY[]"]) for i in got.values())
        pages = int(pathlib.Path(f"/proc/{fake.process.pid}/statm").read_text().split()[1])
        assert pages * 4096 < 160_000_000


def test_oracle_names_what_differs(fake):
    deliver(fake, "one", "two")
    fake.ask("deliver", user="bob", octets=b"Subject: one\r\n\r\nbody of one\r\n", flags=["\\Seen"])
    with login(fake) as left, login(fake, "bob") as right:
        text = oracle.difference(oracle.read_account(left), oracle.read_account(right), uids=False)
    assert "only left, uid 2" in text and "flags - | \\Seen" in text
    assert all(a.number < b.number for a, b in zip(client.ACKNOWLEDGED, client.ACKNOWLEDGED[1:]))
