"""mbsync as a measured program: directly to the server, or through Packetboat's face."""

import collections
import hashlib
import json
import pathlib
import re
import sys
import time
from typing import NamedTuple

from lab import Lab, ROOT

_CONFIG = """\
IMAPAccount a
Host {host}
Port {port}
User {user}
Pass {password}
SSLType {ssl}
{certificate}AuthMechs PLAIN
{extra}
IMAPStore far
Account a

MaildirStore near
Path {path}/
Inbox {path}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Near
Expunge Both
SyncState *
"""


def config(lab: Lab, folder: pathlib.Path, face: bool, deflate: bool = True) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    env = lab.env
    host, port = env["FACE_IMAP" if face else "SERVER_IMAP"].rsplit(":", 1)
    text = _CONFIG.format(host=host, port=port, user=env["FACE_USER" if face else "SERVER_USER"],
                          password=env["FACE_PASSWORD" if face else "SERVER_PASSWORD"], ssl="None" if face else "STARTTLS",
                          certificate="" if face else f"CertificateFile {env['SERVER_CA']}\n",
                          extra="" if deflate or face else "DisableExtension COMPRESS=DEFLATE\n", path=folder)
    rc = folder.parent / f"{folder.name}.rc"
    rc.write_text(text)
    rc.chmod(0o600)
    return str(rc)


def run(lab: Lab, rc: str, seconds: float = 3600) -> None:
    lab.run("client", "mbsync", "-q", "-c", rc, "-a", timeout=seconds)


class FirstSync(NamedTuple):
    seconds: float
    octets: int  # of the mail
    wanted: dict[str, collections.Counter]
    folder: pathlib.Path

    def messages(self) -> int:
        return sum(sum(digests.values()) for digests in self.wanted.values())

    def different(self) -> str:
        """Empty: the program's Maildir equals the server's mailboxes, file by file."""
        return difference(self.wanted, maildir(self.folder))


def first_sync(lab: Lab, files: list[str], packetboat: bool, deflate: bool = True) -> FirstSync:
    """All mail for the first time: from exec of the measured side, for Packetboat its client with an empty replica."""
    if packetboat:
        lab.forget_mail()
    lab.call("deliver", "alice", *files)
    folder = pathlib.Path(lab.dir) / "mail"
    rc = config(lab, folder, face=packetboat, deflate=deflate)
    wanted, octets = server(lab)
    lab.stats(reset=True)
    begun = time.monotonic()
    if packetboat:
        lab.call("start", "client")
    run(lab, rc)
    return FirstSync(time.monotonic() - begun, octets, wanted, folder)


_TUID = re.compile(rb"^X-TUID: .{12}\n", re.MULTILINE)  # mbsync's own line in what it writes


def maildir(folder: pathlib.Path) -> dict[str, collections.Counter]:
    """Each mailbox as the multiset of its messages' digests, line ends as LF."""
    view: dict[str, collections.Counter] = {}
    for sub in sorted(path.parent for path in folder.rglob("cur") if path.is_dir()):
        digests = collections.Counter()
        for part in ("cur", "new"):
            for file in (sub / part).iterdir():
                octets = _TUID.sub(b"", file.read_bytes().replace(b"\r\n", b"\n"), count=1)
                digests[hashlib.sha256(octets).hexdigest()] += 1
        if digests:
            view[str(sub.relative_to(folder))] = digests
    return view


_READ = """
import sys, json, hashlib
sys.path.insert(0, sys.argv[1])
from imapclient.client import Client
from imapclient.oracle import mailboxes
host, port, user, password = sys.argv[2:6]
view, octets = {}, 0
with Client(host, int(port)) as server:
    server.login(user, password)
    for name in mailboxes(server):
        reply = server.select(name, examine=True)
        if not any(line.number for line in reply.lines(b"EXISTS")):
            continue
        uids = sorted(server.fetch("1:*", "(UID)"))
        for at in range(0, len(uids), 200):
            part = uids[at:at + 200]
            for items in server.fetch(f"{part[0]}:{part[-1]}", "(UID BODY.PEEK[])").values():
                body = items.get(b"BODY[]") or b""
                octets += len(body)
                view.setdefault(name, []).append(hashlib.sha256(body.replace(bytes([13, 10]), bytes([10]))).hexdigest())
print(json.dumps([view, octets]))
"""


def server(lab: Lab) -> tuple[dict[str, collections.Counter], int]:
    """The same of what the mail server holds, read beside it, and its octets."""
    host, port = "127.0.0.1", lab.env["SERVER_IMAP"].rsplit(":", 1)[1]
    told = lab.run("server", sys.executable, "-c", _READ, str(ROOT / "tests" / "support"), host, port, lab.env["SERVER_USER"],
                   lab.env["SERVER_PASSWORD"])
    view, octets = json.loads(told)
    return {name: collections.Counter(digests) for name, digests in view.items()}, octets


def difference(wanted: dict[str, collections.Counter], found: dict[str, collections.Counter]) -> str:
    lines = []
    for name in sorted(set(wanted) | set(found)):
        missing = wanted.get(name, collections.Counter()) - found.get(name, collections.Counter())
        extra = found.get(name, collections.Counter()) - wanted.get(name, collections.Counter())
        if missing or extra:
            lines.append(f"{name}: {sum(missing.values())} missing, {sum(extra.values())} too many or altered")
    return "; ".join(lines)
