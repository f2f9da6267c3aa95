"""Real programs against the fake server; each is skipped where it is not installed."""

import base64
import hashlib
import imaplib
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fakes.harness import FakeServer  # noqa: E402
from mailgen import mailgen  # noqa: E402

MBSYNC = """IMAPAccount far
Host localhost
Port {port}
User alice
Pass secret
{security}

IMAPStore far
Account far

MaildirStore near
Path {path}/
Inbox {path}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
CopyArrivalDate yes
"""


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


def fill(fake, count=60):
    for mail in mailgen.generate("4", count, max_size=40_000):
        fake.ask("deliver", user="alice", octets=mail.octets, flags=mail.flags, date=mail.when)


def maildir(path):
    return sorted(p for p in path.rglob("*") if p.parent.name in ("cur", "new") and p.is_file())


def contents(paths):
    """Digests of Maildir files as the server has them; the header that mbsync adds to what it uploads is left out."""
    out = []
    for path in paths:
        lines = [x for x in path.read_bytes().split(b"\n") if not x.startswith(b"X-TUID:")]
        out.append(hashlib.sha256(b"\r\n".join(lines)).hexdigest())
    return sorted(out)


def server_contents(fake, mailbox):
    rows = fake.ask("store", user="alice")["mailboxes"][mailbox]["messages"]
    out = []
    for row in rows:
        octets = base64.b64decode(fake.ask("octets", user="alice", mailbox=mailbox, uid=row["uid"])["octets"])
        lines = [x for x in octets.split(b"\r\n") if not x.startswith(b"X-TUID:")]
        out.append(hashlib.sha256(b"\r\n".join(lines)).hexdigest())
    return sorted(out)


def mbsync(fake, tmp_path, tls):
    security = f"SSLType STARTTLS\nCertificateFile {fake.cert}" if tls else "SSLType None\nAuthMechs LOGIN"
    (tmp_path / "mail").mkdir(exist_ok=True)
    rc = tmp_path / "rc"
    rc.write_text(MBSYNC.format(port=fake.ports["imap"], security=security, path=tmp_path / "mail"))
    done = subprocess.run(["mbsync", "-c", rc, "-a"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@needs("mbsync")
def test_mbsync_syncs_both_ways(tmp_path):
    with FakeServer(tls=True) as fake:
        fill(fake)
        mbsync(fake, tmp_path, tls=True)
        inbox = tmp_path / "mail/INBOX"
        assert contents(maildir(inbox)) == server_contents(fake, "INBOX")
        first, second = maildir(inbox)[:2]
        first.rename(inbox / "cur" / (first.name.split(":")[0] + ":2,ST"))
        second.rename(inbox / "cur" / (second.name.split(":")[0] + ":2,FRS"))
        (inbox / "new/1.near").write_bytes(b"Subject: from the near side\n\nhello\n")
        for name in ("cur", "new", "tmp"):
            (tmp_path / "mail/New" / name).mkdir(parents=True)
        (tmp_path / "mail/New/new/2.near").write_bytes(b"Subject: in a new folder\n\nhello\n")
        mbsync(fake, tmp_path, tls=True)
        assert contents(maildir(inbox)) == server_contents(fake, "INBOX")
        assert contents(maildir(tmp_path / "mail/New")) == server_contents(fake, "New")
        assert len(server_contents(fake, "INBOX")) == 60 and len(server_contents(fake, "New")) == 1


@needs("mbsync")
@pytest.mark.parametrize("without", [
    "CONDSTORE,QRESYNC,UIDPLUS,IDLE,MOVE",
    "CONDSTORE,QRESYNC,UIDPLUS,IDLE,MOVE,LITERAL+,NAMESPACE,SASL-IR,ESEARCH,LIST-EXTENDED,LIST-STATUS,SPECIAL-USE,"
    "CHILDREN,ENABLE,ID,UNSELECT,COMPRESS=DEFLATE",
])
def test_mbsync_syncs_with_a_bare_server(tmp_path, without):
    """Without new mail on the near side: mbsync 1.4 cannot upload to any server that has no UIDPLUS."""
    with FakeServer("--without", without) as fake:
        fill(fake)
        mbsync(fake, tmp_path, tls=False)
        inbox = tmp_path / "mail/INBOX"
        first = maildir(inbox)[0]
        first.rename(inbox / "cur" / (first.name.split(":")[0] + ":2,ST"))
        fake.ask("expunge", user="alice", mailbox="INBOX", uids=[30, 31])
        mbsync(fake, tmp_path, tls=False)
        assert contents(maildir(inbox)) == server_contents(fake, "INBOX")
        assert len(server_contents(fake, "INBOX")) == 57


@needs("curl")
def test_curl_reads_and_appends(tmp_path):
    with FakeServer(tls=True) as fake:
        fill(fake, 3)
        url = f"imaps://localhost:{fake.ports['imaps']}/INBOX"
        curl = ["curl", "--silent", "--show-error", "--fail", "--cacert", str(fake.cert), "-u", "alice:secret"]
        got = subprocess.run([*curl, url + ";UID=2"], capture_output=True, check=True, timeout=30).stdout
        assert hashlib.sha256(got).hexdigest() == fake.ask("store", user="alice")["mailboxes"]["INBOX"]["messages"][1]["sha256"]
        (tmp_path / "m").write_bytes(b"Subject: by curl\r\n\r\nx\r\n")
        subprocess.run([*curl, "-T", tmp_path / "m", url], check=True, capture_output=True, timeout=30)
        assert len(fake.ask("store", user="alice")["mailboxes"]["INBOX"]["messages"]) == 4


@needs("swaks")
def test_swaks_submits_and_delivers():
    with FakeServer("--users", "alice,bob") as fake:
        common = ["swaks", "--silent", "3", "--server", "127.0.0.1", "--from", "alice@mail.test", "--to", "bob@mail.test"]
        login = ["--port", str(fake.ports["submission"]), "--auth", "PLAIN", "-au", "alice", "-ap", "secret"]
        assert subprocess.run([*common, *login], timeout=30).returncode == 0
        assert subprocess.run([*common, "--protocol", "LMTP", "--port", str(fake.ports["lmtp"])], timeout=30).returncode == 0
        assert len(fake.ask("submissions")["submissions"]) == 1
        assert len(fake.ask("store", user="bob")["mailboxes"]["INBOX"]["messages"]) == 2


def test_imaplib_reads_a_mailbox():
    with FakeServer() as fake:
        fill(fake, 20)
        box = imaplib.IMAP4("127.0.0.1", fake.ports["imap"])
        box.login("alice", "secret")
        assert box.select()[1] == [b"20"]
        assert len(box.uid("search", "ALL")[1][0].split()) == 20
        assert len([x for x in box.fetch("1:*", "(BODY.PEEK[] ENVELOPE BODYSTRUCTURE)")[1] if isinstance(x, tuple)]) >= 20
        assert box.store("1:3", "+FLAGS", "\\Deleted")[0] == "OK" and len(box.expunge()[1]) == 3
        box.logout()
