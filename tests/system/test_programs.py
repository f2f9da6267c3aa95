"""Real mail programs at the faces. Whatever they did is looked for at the mail server, through its own IMAP socket."""

import os
import pathlib
import pty
import shutil
import subprocess
import threading
import urllib.parse

import pytest

import accounts
import maildirs
import thunderbird
from lab import Lab
from maildirs import Maildir

SECONDS = 120  # for one run of a program


@pytest.fixture(scope="module")
def lab(world, tmp_path_factory):
    mails = tmp_path_factory.mktemp("mails")
    # offlineimap writes multiparts anew and not always as they were; that octets stay as they are is proved elsewhere.
    accounts.generate(mails, count=12, kinds="text,reply")
    with Lab("--mails", str(mails), "--wait", "synced") as lab:
        yield lab


def needed(name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")


def run(lab: Lab, home: pathlib.Path, *command: str, octets: bytes = b"") -> bytes:
    """A program on the client's host, with a home of its own."""
    done = subprocess.run(lab.command("client", *command), input=octets, capture_output=True, timeout=SECONDS,
                          env={**os.environ, "HOME": str(home)})
    assert done.returncode == 0, f"{command[0]}: {done.returncode}: {done.stdout[-2000:]!r} {done.stderr[-2000:]!r}"
    return done.stdout


def written(path: pathlib.Path, content: str | bytes) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(0o600)
    return str(path)


def door(lab: Lab, face: str) -> tuple[str, str]:
    host, port = lab.env[f"FACE_{face}"].rsplit(":", 1)
    return host, port


def deliver(lab: Lab, mailbox: str, *subjects: str) -> None:
    """Mails that the faces show already when it returns."""
    with accounts.server(lab) as client:
        for subject in subjects:
            client.append(mailbox, accounts.mail(subject))
    accounts.come_down(lab)


def flags_of(lab: Lab, mailbox: str, subject: str) -> set[str] | None:
    """At the server. None: no such mail there."""
    accounts.sent_up(lab)
    with accounts.server(lab) as client:
        found = accounts.find(client, mailbox, subject)
        assert len(found) <= 1, f"{subject}: {len(found)} in {mailbox}"
        if not found:
            return None
        return {flag.decode() for flag in client.fetch(found[0], "(FLAGS)")[found[0]][b"FLAGS"]} - {"\\Recent"}


def octets_of(lab: Lab, user: str, mailbox: str, subject: str) -> bytes:
    """What has arrived at the server, once."""
    accounts.sent_up(lab)

    def arrived() -> list[bytes]:
        with accounts.server(lab, user) as client:
            return [client.body(uid) for uid in accounts.find(client, mailbox, subject)]

    found = accounts.until(arrived, f"{subject} in {mailbox} of {user}")
    assert len(found) == 1
    return found[0]


def rows_at_server(lab: Lab) -> maildirs.Rows:
    """What the server holds, as a Maildir would name it."""
    rows = {}
    with accounts.server(lab) as client:
        for name in accounts.mailboxes(client):
            if not any(line.number for line in client.select(name, examine=True).lines(b"EXISTS")):
                continue
            mails = client.fetch("1:*", "(UID FLAGS BODY.PEEK[])").values()
            rows[name] = sorted((maildirs.digest(items[b"BODY[]"]), maildirs.letters({flag.decode() for flag in items[b"FLAGS"]}))
                                for items in mails)
    return rows


# ---- programs that keep a copy of everything


def change_both_sides(lab: Lab, near: Maildir, name: str) -> None:
    """A day's work in the program's own store, and at the server meanwhile."""
    near.add("INBOX", accounts.mail(f"{name} new here"), "S")
    near.add("INBOX", accounts.mail(f"{name} flagged here", "sch\u00f6n"), "FS")
    near.flag("INBOX", f"{name} to flag", "FS")
    near.flag("INBOX", f"{name} to answer", "RS")
    near.remove("INBOX", f"{name} to remove")
    near.move("INBOX", f"{name} to file", "Archive")
    near.add(f"{name}-folder", accounts.mail(f"{name} in a new folder"), "")
    with accounts.server(lab) as client:
        client.append("Archive", accounts.mail(f"{name} new there"), ["\\Seen"])
        seen, gone = (accounts.find(client, "INBOX", f"{name} to {what} there")[0] for what in ("read", "remove"))
        client.select("INBOX")
        client.ok("UID STORE", str(seen), "+FLAGS", "(\\Seen)")
        client.ok("UID STORE", str(gone), "+FLAGS", "(\\Deleted)")
        client.ok("UID EXPUNGE", str(gone))
    accounts.come_down(lab)


def assert_synced_both_ways(lab: Lab, near: Maildir, name: str, sync) -> None:
    deliver(lab, "INBOX", *(f"{name} to {what}" for what in ("flag", "answer", "remove", "file", "read there", "remove there")))
    sync()
    assert near.rows() == rows_at_server(lab)
    change_both_sides(lab, near, name)
    sync()
    accounts.sent_up(lab)
    here, there = near.rows(), rows_at_server(lab)
    assert here == there
    new = {maildirs.digest(accounts.mail(f"{name} {what}")) for what in ("new here", "new there", "to file", "in a new folder")}
    assert new <= {digest for mails in there.values() for digest, _ in mails}
    gone = {maildirs.digest(accounts.mail(f"{name} to {what}")) for what in ("remove", "remove there")}
    assert not gone & {digest for mails in there.values() for digest, _ in mails}
    assert flags_of(lab, "INBOX", f"{name} to flag") == {"\\Flagged", "\\Seen"}
    assert flags_of(lab, "INBOX", f"{name} to answer") == {"\\Answered", "\\Seen"}
    accounts.assert_equal(lab)


MBSYNC = """\
IMAPAccount face
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs PLAIN

IMAPStore far
Account face

MaildirStore near
Path {path}/
Inbox {path}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
"""


def test_mbsync(lab, tmp_path):
    needed("mbsync")
    near = Maildir(tmp_path / "mail")
    near.root.mkdir()
    host, port = door(lab, "IMAP")
    text = MBSYNC.format(host=host, port=port, user=lab.env["FACE_USER"], password=lab.env["FACE_PASSWORD"], path=near.root)
    rc = written(tmp_path / "mbsyncrc", text)
    assert_synced_both_ways(lab, near, "mbsync", lambda: run(lab, tmp_path, "mbsync", "-q", "-c", rc, "-a"))


OFFLINEIMAP = """\
[general]
accounts = face
metadata = {home}/state
ui = basic
[Account face]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = {path}
sep = /
[Repository far]
type = IMAP
remotehost = {host}
remoteport = {port}
remoteuser = {user}
remotepass = {password}
ssl = no
starttls = no
auth_mechanisms = PLAIN
"""


def test_offlineimap(lab, tmp_path):
    needed("offlineimap")
    near = Maildir(tmp_path / "mail")
    host, port = door(lab, "IMAP")
    text = OFFLINEIMAP.format(home=tmp_path, path=near.root, host=host, port=port, user=lab.env["FACE_USER"],
                              password=lab.env["FACE_PASSWORD"])
    rc = written(tmp_path / "offlineimaprc", text)
    assert_synced_both_ways(lab, near, "offlineimap", lambda: run(lab, tmp_path, "offlineimap", "-c", rc, "-o"))


# ---- programs that fetch and forget


def test_fetchmail(lab, tmp_path):
    needed("fetchmail")
    subjects = ["fetchmail one", "fetchmail two"]
    deliver(lab, "Junk", *subjects)
    host, port = door(lab, "IMAP")
    got = tmp_path / "got"
    rc = written(tmp_path / "fetchmailrc", f'poll {host} service {port} protocol imap auth password user "{lab.env["FACE_USER"]}" '
                 f'password "{lab.env["FACE_PASSWORD"]}" sslproto "" folder "Junk" fetchall nokeep no rewrite mda "cat >>{got}"\n')
    run(lab, tmp_path, "fetchmail", "-f", rc, "--nosyslog", "--pidfile", str(tmp_path / "pid"))
    for subject in subjects:
        assert accounts.mail(subject).partition(b"\r\n\r\n")[2].strip() in got.read_bytes()
        assert flags_of(lab, "Junk", subject) is None


GETMAIL = """\
[retriever]
type = SimpleIMAPRetriever
server = {host}
port = {port}
username = {user}
password = {password}
mailboxes = ("Junk",)
[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat >{path}/new/$$")
allow_root_commands = true
[options]
delete = true
delivered_to = false
received = false
"""


def test_getmail(lab, tmp_path):
    needed("getmail")
    subjects = ["getmail one", "getmail two"]
    deliver(lab, "Junk", *subjects)
    got = Maildir(tmp_path / "got")
    for part in ("cur", "new", "tmp"):
        (got.root / part).mkdir(parents=True)
    host, port = door(lab, "IMAP")
    text = GETMAIL.format(host=host, port=port, user=lab.env["FACE_USER"], password=lab.env["FACE_PASSWORD"], path=got.root)
    run(lab, tmp_path, "getmail", "--getmaildir", str(tmp_path), "--rcfile", written(tmp_path / "getmailrc", text))
    for subject in subjects:
        # getmail adds header fields of its own
        assert set(accounts.mail(subject).splitlines()) <= set(got.find("", subject).read_bytes().splitlines())
        assert flags_of(lab, "Junk", subject) is None


def test_curl(lab, tmp_path):
    needed("curl")
    host, port = door(lab, "IMAP")
    curl = ["curl", "-sS", "--max-time", str(SECONDS), "-u", f"{lab.env['FACE_USER']}:{lab.env['FACE_PASSWORD']}"]
    imap = f"imap://{host}:{port}"
    deliver(lab, "INBOX", "curl to fetch")
    listed = run(lab, tmp_path, *curl, f"{imap}/").decode()
    with accounts.server(lab) as client:
        assert all(f" {name}\r\n" in listed or f'"{name}"' in listed for name in accounts.mailboxes(client)), listed
    found = run(lab, tmp_path, *curl, f"{imap}/INBOX", "-X", 'UID SEARCH SUBJECT "curl to fetch"').split()
    assert found[:2] == [b"*", b"SEARCH"] and len(found) == 3
    assert run(lab, tmp_path, *curl, f"{imap}/INBOX;UID={found[2].decode()}") == accounts.mail("curl to fetch")
    appended = accounts.mail("curl appends")
    run(lab, tmp_path, *curl, f"{imap}/Drafts", "-T", written(tmp_path / "appended", appended))
    assert octets_of(lab, "alice", "Drafts", "curl appends") == appended
    host, port = door(lab, "SUBMISSION")
    sent = accounts.mail("curl sends", sender="alice@mail.test", to="bob@mail.test")
    run(lab, tmp_path, *curl, f"smtp://{host}:{port}", "--mail-from", "alice@mail.test", "--mail-rcpt", "bob@mail.test",
        "-T", written(tmp_path / "sent", sent))
    assert octets_of(lab, "bob", "INBOX", "curl sends").endswith(sent)


# ---- programs that send


def test_swaks(lab, tmp_path):
    needed("swaks")
    host, port = door(lab, "SUBMISSION")
    sent = accounts.mail("swaks sends", "a line\r\n.\r\n..two dots\r\nthe end", sender="alice@mail.test", to="bob@mail.test")
    run(lab, tmp_path, "swaks", "--server", f"{host}:{port}", "--auth", "PLAIN", "--auth-user", lab.env["FACE_USER"], "--auth-password",
        lab.env["FACE_PASSWORD"], "--from", "alice@mail.test", "--to", "bob@mail.test,carol@mail.test",
        "--data", "@" + written(tmp_path / "sent", sent), "--silent", "2", "--timeout", str(SECONDS))
    for user in ("bob", "carol"):
        # swaks gives every mail one empty line more
        assert octets_of(lab, user, "INBOX", "swaks sends").rstrip(b"\r\n").endswith(sent.rstrip(b"\r\n"))


def test_msmtp(lab, tmp_path):
    needed("msmtp")
    host, port = door(lab, "SUBMISSION")
    sent = accounts.mail("msmtp sends", sender="alice@mail.test", to="bob@mail.test")
    secret = written(tmp_path / "secret", lab.env["FACE_PASSWORD"])
    run(lab, tmp_path, "msmtp", f"--host={host}", f"--port={port}", "--tls=off", "--auth=plain", f"--user={lab.env['FACE_USER']}",
        f"--passwordeval=cat {secret}", "--from=alice@mail.test", "bob@mail.test", octets=sent.replace(b"\r\n", b"\n"))
    assert octets_of(lab, "bob", "INBOX", "msmtp sends").endswith(sent)


# ---- programs in which a person works

NEOMUTT = """\
set folder = "imap://{imap}/"
set spoolfile = "+INBOX"
set record = "+Sent"
set imap_user = "{user}"
set imap_pass = "{password}"
set imap_authenticators = "plain"
set smtp_url = "smtp://{quoted}@{submission}/"
set smtp_pass = "{password}"
set smtp_authenticators = "plain"
set ssl_starttls = no
set ssl_force_tls = no
set from = "alice@mail.test"
set use_envelope_from = yes
set copy = yes
set delete = yes
set quit = yes
set move = no
set mark_old = no
set confirmappend = no
set wait_key = no
set pager_stop = yes
set sleep_time = 0
set editor = "true"
set abort_unmodified = no
set fast_reply = yes
set imap_condstore = yes
set imap_qresync = yes
"""


def at_terminal(lab: Lab, home: pathlib.Path, *command: str, when: bytes = b"", keys: bytes = b"") -> None:
    """Runs a program that wants a screen, and presses `keys` when it has painted `when`."""
    screen, keyboard = pty.openpty()
    painted = bytearray()

    def watch() -> None:
        pressed = not when
        while True:
            try:
                painted.extend(os.read(screen, 65536))
            except OSError:
                return  # the program has closed its side
            if not pressed and when in painted:
                pressed = True
                os.write(screen, keys)

    program = subprocess.Popen(lab.command("client", *command), stdin=keyboard, stdout=keyboard, stderr=keyboard, start_new_session=True,
                               env={**os.environ, "HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8"})
    os.close(keyboard)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        code = program.wait(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
        code = -1
    watcher.join()
    os.close(screen)
    assert code == 0, f"{command[0]}: {code}: {bytes(painted[-2000:])!r}"


def test_neomutt(lab, tmp_path):
    needed("neomutt")
    deliver(lab, "INBOX", *(f"neomutt to {what}" for what in ("read", "flag", "delete", "file")))
    env = lab.env
    rc = written(tmp_path / "rc", NEOMUTT.format(imap=env["FACE_IMAP"], submission=env["FACE_SUBMISSION"], user=env["FACE_USER"],
                                                 quoted=urllib.parse.quote(env["FACE_USER"], safe=""), password=env["FACE_PASSWORD"]))
    keys = "".join(f"<limit>~s\\ 'neomutt to {what}'<enter><first-entry>{then}" for what, then in {
        "read": "<display-message><exit>",
        "flag": "<flag-message>",
        "delete": "<delete-message>",
        "file": "<save-message><kill-line>=Archive<enter>",
    }.items())
    at_terminal(lab, tmp_path, "neomutt", "-n", "-F", rc, "-e", f'push "{keys}<limit>all<enter><sync-mailbox><quit>"')
    assert flags_of(lab, "INBOX", "neomutt to read") == {"\\Seen"}
    assert flags_of(lab, "INBOX", "neomutt to flag") == {"\\Flagged"}
    assert flags_of(lab, "INBOX", "neomutt to delete") is None
    assert flags_of(lab, "INBOX", "neomutt to file") is None
    assert octets_of(lab, "alice", "Archive", "neomutt to file") == accounts.mail("neomutt to file")
    text = written(tmp_path / "text", "Written by a person.\n")
    at_terminal(lab, tmp_path, "neomutt", "-n", "-F", rc, "-s", "neomutt sends", "-i", text, "bob@mail.test", when=b"Security:", keys=b"y")
    arrived = octets_of(lab, "bob", "INBOX", "neomutt sends")
    assert b"Written by a person.\r\n" in arrived
    # Its own copy went up as a reference to what was sent.
    kept = octets_of(lab, "alice", "Sent", "neomutt sends")
    assert kept.partition(b"\r\n\r\n")[2] == arrived.partition(b"\r\n\r\n")[2]


# octets of a mail as Thunderbird gets them from the face
STREAM = """
  const header = await find("INBOX", args[0]);
  const uri = header.folder.getUriForMsg(header);
  return await new Promise((good, bad) => {
    let text = "";
    MailServices.messageServiceFromURI(uri).streamMessage(uri, {
      QueryInterface: ChromeUtils.generateQI(["nsIStreamListener", "nsIRequestObserver"]),
      onStartRequest() {},
      onDataAvailable(request, stream, offset, count) {
        const input = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
        input.setInputStream(stream);
        text += input.readBytes(count);
      },
      onStopRequest(request, status) { status ? bad(new Error("status " + status)) : good(text); },
    }, null, null, false, "");
  });
"""
WORK = """
  const inbox = await folder("INBOX");
  inbox.markMessagesRead([await find("INBOX", "thunderbird to read")], true);
  inbox.markMessagesFlagged([await find("INBOX", "thunderbird to flag")], true);
  const gone = await find("INBOX", "thunderbird to delete");
  await done(listener => inbox.deleteMessages([gone], null, false, false, listener, false));
  const filed = await find("INBOX", "thunderbird to file"), archive = await folder("Archive");
  await done(listener => MailServices.copy.copyMessages(inbox, [filed], archive, true, listener, null, false));
"""
SEND = """
  const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
  const identity = MailServices.accounts.accounts[0].defaultIdentity;
  fields.from = "alice@mail.test";
  fields.to = "bob@mail.test";
  fields.subject = "thunderbird sends";
  fields.fcc = identity.fccFolder;
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(args[0]);
  const send = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
  await done(listener => send.sendMessageFile(identity, "account1", fields, file, false, false, Ci.nsIMsgSend.nsMsgDeliverNow, null,
                                              listener, null, ""));
"""


def test_thunderbird(lab, tmp_path):
    needed("thunderbird")
    deliver(lab, "INBOX", *(f"thunderbird to {what}" for what in ("read", "flag", "delete", "file")))
    sent = accounts.mail("thunderbird sends", sender="alice@mail.test", to="bob@mail.test")
    with thunderbird.running(lab, tmp_path) as program:
        # from its own store, behind lines of its own
        assert program.run(STREAM, "thunderbird to read").encode("latin-1").endswith(accounts.mail("thunderbird to read"))
        program.run(WORK)
        program.run(SEND, written(tmp_path / "sent.eml", sent))
        assert octets_of(lab, "bob", "INBOX", "thunderbird sends").endswith(sent)
        assert octets_of(lab, "alice", "Sent", "thunderbird sends").endswith(sent)
        assert octets_of(lab, "alice", "Archive", "thunderbird to file") == accounts.mail("thunderbird to file")
        assert octets_of(lab, "alice", "Trash", "thunderbird to delete") == accounts.mail("thunderbird to delete")
    assert "\\Seen" in flags_of(lab, "INBOX", "thunderbird to read")
    assert "\\Flagged" in flags_of(lab, "INBOX", "thunderbird to flag")
    assert flags_of(lab, "INBOX", "thunderbird to delete") is None
    assert flags_of(lab, "INBOX", "thunderbird to file") is None
