"""The same story against each kind of mail server, and servers that misbehave: face and server end up equal, UIDs stay."""

import contextlib
import os
import pathlib

import pytest

import accounts
from imapclient.client import Client, Literal, quoted
from imapclient.oracle import Row, read_mailbox
from lab import Lab, LabFailed

LEAST = "CONDSTORE,QRESYNC,UIDPLUS,IDLE,MOVE,LIST-STATUS,LIST-EXTENDED,SPECIAL-USE,ENABLE,UNSELECT,ESEARCH,LITERAL+,NAMESPACE,ID,SASL-IR,COMPRESS"
SERVERS = {
    "dovecot": ["--server", "dovecot"],
    "dovecot-condstore": ["--server", "dovecot", "--without", "QRESYNC,MOVE"],
    "cyrus": ["--server", "cyrus"],
    "fake": ["--server", "fake"],
    "fake-plain": ["--server", "fake", "--without", "CONDSTORE,QRESYNC"],
    "fake-least": ["--server", "fake", "--without", LEAST],
}
SOAK = bool(os.environ.get("PACKETBOAT_SOAK"))
STORIES = [name for name in SERVERS if SOAK or name != "fake"]  # as Dovecot, it has everything
RENUMBERED = ["fake", "fake-least"] if SOAK else ["fake"]


@contextlib.contextmanager
def served_by(name: str, *more: str):
    lab = Lab(*SERVERS[name], *more)
    try:
        lab.__enter__()
    except LabFailed as error:
        if "is not installed" in str(error) or "needs root" in str(error):
            pytest.skip(str(error))
        raise
    with contextlib.ExitStack() as stack:
        stack.push(lab.__exit__)
        yield lab


def places(view: accounts.View) -> dict[tuple[str, str], int]:
    """Where each mail is: (mailbox, digest) -> UID. Every mail of these tests is unlike all others."""
    found = {(name, row.sha256): uid for name, rows in view.items() for uid, row in rows.items()}
    assert len(found) == sum(map(len, view.values()))
    return found


def assert_same_uids(before: accounts.View, after: accounts.View, renamed: dict[str, str] | None = None) -> int:
    """Mails that stayed in their mailbox kept their UID; gives how many did."""
    old, new = places(before), places(after)
    stayed = 0
    for (name, digest), uid in old.items():
        now = new.get(((renamed or {}).get(name, name), digest))
        if now is not None:
            assert now == uid, f"{name}: UID {uid} became {now}"
            stayed += 1
    return stayed


def one(view: accounts.View, mailbox: str, octets: bytes) -> Row:
    digest = accounts.digest(octets)
    found = [row for row in view[mailbox].values() if row.sha256 == digest]
    assert len(found) == 1, f"{len(found)} in {mailbox}"
    return found[0]


class Story:
    """What two people do to one account: one at a program, one at the server (a colleague, a phone, a filter)."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.program = accounts.face(lab)
        self.colleague = accounts.server(lab)
        self.can_move = self._can("MOVE")

    def _can(self, capability: str) -> bool:
        return any(capability.encode() in line.raw.split() for line in self.colleague.ok("CAPABILITY").untagged)

    def uid(self, client: Client, mailbox: str, subject: str) -> str:
        found = accounts.find(client, mailbox, subject)
        assert len(found) == 1, f"{subject}: {found} in {mailbox}"
        client.select(mailbox)
        return str(found[0])

    def mails(self, *subjects: str) -> None:
        """In INBOX, at both sides when it returns."""
        for subject in subjects:
            self.colleague.append("INBOX", accounts.mail(subject))
        accounts.come_down(self.lab)

    def push(self) -> None:
        self.program.select("INBOX")
        self.colleague.append("INBOX", accounts.mail("pushed"))
        told = self.program.idle(b"EXISTS", accounts.LIMIT_SECONDS)
        number = next(line.number for line in told if line.kind == b"EXISTS")
        assert self.program.fetch(number, "(BODY.PEEK[])", uid=False)[number][b"BODY[]"] == accounts.mail("pushed")

    def flags(self) -> None:
        self.mails("flagged here", "flagged there")
        self.program.ok("UID STORE", self.uid(self.program, "INBOX", "flagged here"), "+FLAGS", "(\\Flagged $Forwarded)")
        self.colleague.ok("UID STORE", self.uid(self.colleague, "INBOX", "flagged there"), "+FLAGS", "(\\Answered \\Seen)")
        seen = accounts.assert_equal(self.lab)
        assert one(seen, "INBOX", accounts.mail("flagged here")).flags == {"\\Flagged", "$Forwarded"}
        assert one(seen, "INBOX", accounts.mail("flagged there")).flags == {"\\Answered", "\\Seen"}
        self.program.ok("UID STORE", self.uid(self.program, "INBOX", "flagged there"), "-FLAGS", "(\\Seen)")
        self.colleague.ok("UID STORE", self.uid(self.colleague, "INBOX", "flagged here"), "-FLAGS", "(\\Flagged)")

    def moves_and_copies(self) -> None:
        self.mails("moved here", "moved there", "copied here", "copied there")
        self.program.ok("UID MOVE", self.uid(self.program, "INBOX", "moved here"), "Archive")
        self.program.ok("UID COPY", self.uid(self.program, "INBOX", "copied here"), "Archive")
        self.colleague.ok("UID COPY", self.uid(self.colleague, "INBOX", "copied there"), "Archive")
        uid = self.uid(self.colleague, "INBOX", "moved there")
        if self.can_move:
            self.colleague.ok("UID MOVE", uid, "Archive")
        else:
            self.colleague.ok("UID COPY", uid, "Archive")
            self.colleague.ok("UID STORE", uid, "+FLAGS", "(\\Deleted)")
            self.colleague.ok("EXPUNGE")

    def expunges(self) -> None:
        self.mails("expunged here", "expunged there")
        uid = self.uid(self.program, "INBOX", "expunged here")
        self.program.ok("UID STORE", uid, "+FLAGS", "(\\Deleted)")
        self.program.ok("UID EXPUNGE", uid)
        self.colleague.ok("UID STORE", self.uid(self.colleague, "INBOX", "expunged there"), "+FLAGS", "(\\Deleted)")
        self.colleague.ok("EXPUNGE")

    def appends(self) -> None:
        self.program.append("Drafts", accounts.mail("appended here", "\u00e4 \r\n.\r\n\tb"), ["\\Draft"], "01-Feb-2020 03:04:05 +0130")
        self.program.append("Drafts", accounts.mail("appended here, too"))
        self.colleague.append("Drafts", accounts.mail("appended there"), ["\\Seen"], "02-Mar-2021 13:14:15 +0000")

    def folders(self) -> accounts.View:
        """What was there before two were renamed and two deleted."""
        for client, where in ((self.program, "here"), (self.colleague, "there")):
            for what in ("kept", "named", "gone"):
                client.ok("CREATE", quoted(f"{what} {where}"))
                client.append(f"{what} {where}", accounts.mail(f"in {what} {where}"))
        before = accounts.assert_equal(self.lab)
        for client, where in ((self.program, "here"), (self.colleague, "there")):
            client.ok("RENAME", quoted(f"named {where}"), quoted(f"renamed {where}"))
            client.ok("DELETE", quoted(f"gone {where}"))
        return before

    def tell(self) -> accounts.View:
        self.push()
        self.flags()
        self.moves_and_copies()
        self.expunges()
        self.appends()
        before = self.folders()
        seen = accounts.assert_equal(self.lab)
        renamed = {"named here": "renamed here", "named there": "renamed there"}
        gone = sum(len(before[f"gone {where}"]) for where in ("here", "there"))
        assert assert_same_uids(before, seen, renamed) == sum(map(len, before.values())) - gone
        return seen


@pytest.mark.parametrize("server", STORIES)
def test_the_same_story(world, server):
    with served_by(server, "--mails", "15", "--wait", "synced") as lab:
        before = accounts.assert_equal(lab)
        seen = Story(lab).tell()
        assert assert_same_uids(before, seen) == 15
        assert {name for name in seen if "named" in name} == {"renamed here", "renamed there"}
        assert not {name for name in seen if "gone" in name}
        for subject, mailbox in {"moved here": "Archive", "moved there": "Archive", "copied here": "Archive", "copied there": "INBOX"}.items():
            one(seen, mailbox, accounts.mail(subject))
        digests = {digest for _, digest in places({"INBOX": seen["INBOX"]})}
        assert not digests & {accounts.digest(accounts.mail(subject)) for subject in ("moved here", "moved there", "expunged here", "expunged there")}
        assert one(seen, "Drafts", accounts.mail("appended here", "\u00e4 \r\n.\r\n\tb")).date == 1580520845
        # INBOX keeps its name and gives its mail (RFC 3501 §6.3.5).
        with accounts.face(lab) as program:
            program.ok("RENAME INBOX", quoted("of last year"))
        filed = accounts.assert_equal(lab)
        assert not filed["INBOX"]
        assert {row.sha256 for row in filed["of last year"].values()} == {row.sha256 for row in seen["INBOX"].values()}


# ---- mailboxes that become others


@pytest.mark.parametrize("server", RENUMBERED)
def test_a_new_uidvalidity_leaves_the_faces_uids_alone(world, server):
    with served_by(server, "--mails", "20", "--wait", "synced") as lab:
        control = accounts.control(lab)
        before = accounts.assert_equal(lab)
        with accounts.server(lab) as client:
            first, second, third = sorted(client.select("INBOX") and client.fetch("1:3", "(UID)"))
        control.ask("expunge", user="alice", mailbox="INBOX", uids=[first])
        control.ask("uidvalidity", user="alice", mailbox="INBOX", renumber=True)
        control.ask("flags", user="alice", mailbox="INBOX", uids=[1], flags=["\\Flagged"], mode="+")
        control.ask("deliver", user="alice", octets=accounts.mail("of the new numbering"))
        seen = accounts.assert_equal(lab)
        assert assert_same_uids(before, seen) == 19
        assert max(seen["INBOX"]) > max(before["INBOX"])
        # What programs do from now on meets the same mails.
        with accounts.face(lab) as program:
            program.select("INBOX")
            program.ok("UID STORE", str(max(seen["INBOX"])), "+FLAGS", "(\\Answered)")
        accounts.assert_equal(lab)


def recreate(lab: Lab, mailbox: str) -> None:
    """Its mails in a new mailbox of the same name, with other UIDs."""
    with accounts.server(lab) as client:
        client.select(mailbox)
        mails = client.fetch("1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])")
        client.select("INBOX")
        client.ok("DELETE", quoted(mailbox))
        client.ok("CREATE", quoted(mailbox))
        client.append(mailbox, accounts.mail("before all others"))
        for items in mails.values():
            flags = [flag.decode() for flag in items[b"FLAGS"] if flag != b"\\Recent"]
            client.append(mailbox, items[b"BODY[]"], flags, items[b"INTERNALDATE"].decode())


@pytest.mark.parametrize("server", ["dovecot", "cyrus"])
def test_a_mailbox_made_anew_at_the_server_leaves_the_faces_uids_alone(world, server):
    with served_by(server, "--wait", "synced") as lab:
        with accounts.server(lab) as client:
            client.ok("CREATE Records")
            for number in range(8):
                client.append("Records", accounts.mail(f"recorded {number}"), ["\\Seen"] if number % 2 else [])
        before = accounts.assert_equal(lab)
        lab.call("kill", "gateway")  # else it might look in between, and rightly see the mailbox go
        recreate(lab, "Records")
        lab.call("start", "gateway")
        lab.call("wait", "session", str(accounts.LIMIT_SECONDS))
        seen = accounts.assert_equal(lab)
        assert assert_same_uids(before, seen) == 8
        assert len(seen["Records"]) == 9


# ---- servers that say what is not so


@pytest.fixture(scope="module", params=["fake", "fake-least"])
def liar(world, request):
    with served_by(request.param, "--mails", "10", "--wait", "synced") as lab:
        yield lab, accounts.control(lab)


def assert_no_endless_loop(lab: Lab, control) -> None:
    """Asking three times costs the server a bounded number of commands; what goes on by itself would add to them."""
    def commands() -> int:
        return sum(control.ask("counts")["commands"].values())

    before = commands()
    for _ in range(3):
        accounts.come_down(lab)
    assert commands() - before < 300


def test_vanished_messages_that_nobody_tells_of_vanish_all_the_same(liar):
    lab, control = liar
    control.ask("fault", protocol="imap", on="FETCH", action="skip-vanished", times=0)
    uid = control.ask("deliver", user="alice", octets=accounts.mail("vanishes"))["uid"]
    accounts.assert_equal(lab)
    control.ask("expunge", user="alice", mailbox="INBOX", uids=[uid])
    control.ask("deliver", user="alice", octets=accounts.mail("comes instead"))
    seen = accounts.assert_equal(lab)
    assert accounts.digest(accounts.mail("vanishes")) not in {row.sha256 for row in seen["INBOX"].values()}
    assert_no_endless_loop(lab, control)
    control.ask("clear-faults")


@pytest.mark.parametrize("on", ["SELECT", "EXAMINE", "STATUS", "LIST"])
def test_wrong_counts_mislead_nobody(liar, on):
    lab, control = liar
    control.ask("fault", protocol="imap", on=on, action="wrong-counts", times=0)
    control.ask("deliver", user="alice", octets=accounts.mail(f"counted wrongly by {on}"))
    accounts.come_down(lab)
    with accounts.face(lab) as program:
        assert len(accounts.find(program, "INBOX", f"counted wrongly by {on}")) == 1
    assert_no_endless_loop(lab, control)
    control.ask("clear-faults")
    accounts.assert_equal(lab)


def test_a_mail_is_pushed_to_a_client_that_came_back_to_nothing_new(liar):
    """By the server's own notification: no round is due."""
    lab, control = liar
    if control.ask("capabilities")["capabilities"].count("IDLE") == 0:
        pytest.skip("this server notifies nobody")
    config = pathlib.Path(lab.env["GATEWAY_CONFIG"])
    text = config.read_text()
    accounts.assert_equal(lab)

    def restart(with_text: str) -> None:
        lab.call("kill", "gateway")
        config.write_text(with_text)
        lab.call("start", "gateway")
        accounts.come_down(lab)

    restart(text.replace("scan: 5s", "scan: 1h"))
    with accounts.face(lab) as program:
        program.select("INBOX")
        control.ask("deliver", user="alice", octets=accounts.mail("comes by itself"))
        program.idle(b"EXISTS", accounts.LIMIT_SECONDS)
    restart(text)


@contextlib.contextmanager
def bodies_on_demand(lab: Lab):
    """The client fetches a body when a program asks for it."""
    config = pathlib.Path(lab.env["CLIENT_CONFIG"])
    text = config.read_text()

    def restart(with_text: str) -> None:
        lab.call("kill", "client")
        config.write_text(with_text)
        lab.call("start", "client")
        lab.call("wait", "synced", str(accounts.LIMIT_SECONDS))

    restart(text.replace("bodies: all", "bodies: on-demand"))
    yield
    restart(text)


def test_a_mail_of_misstated_size_is_read_whole(liar):
    lab, control = liar
    with bodies_on_demand(lab):
        for by in (-90, 1000, -100_000):  # the last: 0
            subject = f"misstated by {by}"
            control.ask("misstate-sizes", user="alice", mailbox="INBOX", by=by)
            control.ask("deliver", user="alice", octets=accounts.mail(subject))
            accounts.come_down(lab)
            with accounts.face(lab) as program:
                uid = accounts.find(program, "INBOX", subject)[0]
                program.select("INBOX")
                assert program.body(uid) == accounts.mail(subject)
                assert program.body(uid) == accounts.mail(subject)
                assert int(program.fetch(uid, "(RFC822.SIZE)")[uid][b"RFC822.SIZE"]) == len(accounts.mail(subject))
        assert_no_endless_loop(lab, control)
        control.ask("misstate-sizes", user="alice", mailbox="INBOX", by=0)


def test_all_bodies_come_although_every_size_is_misstated(liar):
    lab, control = liar
    control.ask("misstate-sizes", user="alice", mailbox="INBOX", by=-50)
    for number in range(5):
        control.ask("deliver", user="alice", octets=accounts.mail(f"one of five, number {number}"))
    accounts.come_down(lab)  # the bodies included
    seen = accounts.at_face(lab)["INBOX"].values()
    wanted = {accounts.digest(accounts.mail(f"one of five, number {number}")) for number in range(5)}
    assert wanted <= {row.sha256 for row in seen}
    assert not accounts.misstated({"INBOX": {0: row for row in seen if row.sha256 in wanted}})
    control.ask("misstate-sizes", user="alice", mailbox="INBOX", by=0)


def face_validity(lab: Lab, mailbox: str) -> int:
    with accounts.face(lab) as program:
        return read_mailbox(program, mailbox)[1]


def test_folders_of_one_uidvalidity_are_not_taken_for_each_other(liar):
    """As where UIDVALIDITY is the second of a mailbox's making, and their mails are of one size and one time."""
    lab, control = liar

    def make(name: str) -> None:
        control.ask("create", user="alice", mailbox=name)
        control.ask("uidvalidity", user="alice", mailbox=name, value=2_000_000_000)
        control.ask("deliver", user="alice", mailbox=name, octets=accounts.mail(f"kept in {name}"), date=1_700_000_000)

    make("aa")
    make("bb")
    before, validity = accounts.assert_equal(lab), face_validity(lab, "bb")
    control.ask("rename", user="alice", mailbox="bb", to="dd")
    seen = accounts.assert_equal(lab)
    assert_same_uids(before, seen, {"bb": "dd"})
    assert face_validity(lab, "dd") == validity
    control.ask("delete", user="alice", mailbox="aa")
    make("cc")
    accounts.assert_equal(lab)
    # and while the client is away
    lab.call("kill", "client")
    control.ask("delete", user="alice", mailbox="cc")
    make("ee")
    lab.call("start", "client")
    accounts.assert_equal(lab)
    lab.call("kill", "client")
    control.ask("rename", user="alice", mailbox="dd", to="ff")
    lab.call("start", "client")
    accounts.assert_equal(lab)
    assert face_validity(lab, "ff") == validity


def test_what_may_be_changed_is_what_the_server_says(liar):
    lab, control = liar
    for name in ("Shared", "Strict"):
        control.ask("create", user="alice", mailbox=name)
        control.ask("deliver", user="alice", mailbox=name, octets=accounts.mail(f"in {name}"))
    control.ask("rights", user="alice", mailbox="Shared", read_only=True)
    control.ask("rights", user="alice", mailbox="Strict", keywords=["Known"])
    accounts.come_down(lab)
    with accounts.face(lab) as program:
        assert program.select("Shared").code == [b"READ-ONLY"]
        assert program.command("STORE 1 +FLAGS (\\Seen)").status == "NO"
        assert program.command("APPEND Shared", Literal(accounts.mail("refused"))).status == "NO"
        told = program.select("Strict")
        permanent = next(line.raw for line in told.untagged if b"PERMANENTFLAGS" in line.raw)
        assert b"Known" in permanent and b"\\*" not in permanent
        program.ok("STORE 1 +FLAGS (\\Seen Known Unknown)")
    seen = accounts.assert_equal(lab)
    assert one(seen, "Strict", accounts.mail("in Strict")).flags == {"\\Seen", "Known"}
    assert one(seen, "Shared", accounts.mail("in Shared")).flags == set()
