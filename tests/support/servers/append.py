"""Puts mails into a mailbox through IMAP, octet for octet; runs on the server's host.

append.py HOST:PORT USER PASSWORD FOLDER_OF_MAILS|FILE…
"""

import imaplib
import pathlib
import sys
import time

if __package__ in (None, ""):
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from servers.maildir import mutf7  # noqa: E402
from servers.mails import Mail, read_mails  # noqa: E402


def _mails(names: tuple[str, ...]) -> list[Mail]:
    paths = [pathlib.Path(name) for name in names]
    if len(paths) == 1 and paths[0].is_dir():
        return read_mails(paths[0])
    return [Mail(path, "INBOX", (), int(time.time())) for path in paths]


def main(where: str, user: str, password: str, *names: str) -> int:
    host, port = where.rsplit(":", 1)
    wire = imaplib.IMAP4(host, int(port))
    wire.login(user, password)
    made = {"INBOX"}
    for mail in _mails(names):
        name = '"' + mutf7(mail.folder).replace("\\", "\\\\").replace('"', '\\"') + '"'
        if mail.folder not in made:
            wire.create(name)  # NO: it is there already
            made.add(mail.folder)
        flags = "(" + " ".join(mail.flags) + ")"
        kind, text = wire.append(name, flags, imaplib.Time2Internaldate(mail.epoch), mail.path.read_bytes())
        if kind != "OK":
            print(f"append {mail.path.name} to {mail.folder}: {text}", file=sys.stderr)
            return 1
    wire.logout()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
