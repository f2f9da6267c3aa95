"""Writes a Maildir++ that Dovecot takes over as it is: octets, flags, dates and order kept, no server needed."""

import base64
import os
import pathlib

from servers.mails import Mail

_LETTERS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}


def mutf7(name: str) -> str:
    """RFC 3501 §5.1.3."""
    out: list[str] = []
    run = ""
    for char in name + "\0":
        if "\x20" <= char <= "\x7e" or char == "\0":
            if run:
                code = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
                out.append(f"&{code}-")
                run = ""
            out.append("&-" if char == "&" else char)
        else:
            run += char
    return "".join(out)[:-1]


def _folder(root: pathlib.Path, name: str) -> pathlib.Path:
    path = root if name.upper() == "INBOX" else root / ("." + mutf7(name).replace("/", "."))
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    return path


class _Keywords:
    """dovecot-keywords: which letter stands for which keyword in one folder."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def letter(self, name: str) -> str:
        if name not in self.names:
            self.names.append(name)
        index = self.names.index(name)
        return chr(ord("a") + index) if index < 26 else ""

    def write(self, folder: pathlib.Path) -> None:
        if self.names:
            (folder / "dovecot-keywords").write_text("".join(f"{i} {name}\n" for i, name in enumerate(self.names)))


def fill_maildir(root: pathlib.Path, mails: list[Mail], folders: tuple[str, ...]) -> None:
    for name in folders:
        _folder(root, name)
    keywords: dict[pathlib.Path, _Keywords] = {}
    for number, mail in enumerate(mails):
        folder = _folder(root, mail.folder)
        known = keywords.setdefault(folder, _Keywords())
        letters = "".join(sorted(_LETTERS[f] if f in _LETTERS else known.letter(f) for f in mail.flags))
        octets = mail.path.read_bytes()
        # Dovecot gives UIDs in the order of these names: the list's own order, whatever the dates say.
        path = folder / "cur" / f"{1000000000 + number}.M0P1.lab,S={len(octets)}:2,{letters}"
        path.write_bytes(octets)
        os.utime(path, (mail.epoch, mail.epoch))
    for folder, known in keywords.items():
        known.write(folder)
    used = dict.fromkeys([*folders, *(mail.folder for mail in mails)])
    (root / "subscriptions").write_text(
        "V\t2\n\n" + "".join(mutf7(name).replace("/", "\t") + "\n" for name in used if name.upper() != "INBOX"))
