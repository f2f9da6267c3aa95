"""A Maildir as a mail program's own store: what stands in it, and changes as a person makes them there."""

import hashlib
import itertools
import pathlib
import re

LETTERS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}
_OWN_LINE = re.compile(rb"^X-(TUID|OfflineIMAP): [^\n]*\n", re.MULTILINE)  # what sync programs write into what they carry
_numbers = itertools.count(1)

Rows = dict[str, list[tuple[str, str]]]  # mailbox -> (digest, letters) of each mail, sorted


def digest(octets: bytes) -> str:
    """What a program that writes mails anew leaves alone: all but kinds of line ends, and empty lines at the end."""
    return hashlib.sha256(_OWN_LINE.sub(b"", octets.replace(b"\r\n", b"\n"), count=1).rstrip(b"\n")).hexdigest()


def letters(flags: set[str]) -> str:
    return "".join(sorted(LETTERS[flag] for flag in flags if flag in LETTERS))


class Maildir:
    def __init__(self, root: pathlib.Path) -> None:
        self.root = root

    def folders(self) -> list[pathlib.Path]:
        return sorted(path.parent for path in self.root.rglob("cur") if path.is_dir())

    def mails(self, folder: pathlib.Path) -> list[pathlib.Path]:
        return [file for part in ("cur", "new") for file in (folder / part).iterdir()]

    def rows(self) -> Rows:
        found = {}
        for folder in self.folders():
            mails = [(digest(file.read_bytes()), self._letters(file)) for file in self.mails(folder)]
            if mails:
                found[str(folder.relative_to(self.root))] = sorted(mails)
        return found

    @staticmethod
    def _letters(file: pathlib.Path) -> str:
        return "".join(sorted(set(file.name.partition(":2,")[2]) & set(LETTERS.values())))

    def find(self, folder: str, subject: str) -> pathlib.Path:
        wanted = re.compile(rb"^Subject: " + re.escape(subject.encode()) + rb"\r?$", re.MULTILINE)
        found = [file for file in self.mails(self.root / folder) if wanted.search(file.read_bytes())]
        assert len(found) == 1, f"{subject}: {len(found)} in {folder}"
        return found[0]

    def add(self, folder: str, octets: bytes, flags: str) -> None:
        for part in ("cur", "new", "tmp"):
            (self.root / folder / part).mkdir(parents=True, exist_ok=True)
        name = f"1700000000.{next(_numbers)}.here:2,{flags}"
        (self.root / folder / "cur" / name).write_bytes(octets.replace(b"\r\n", b"\n"))

    def flag(self, folder: str, subject: str, flags: str) -> None:
        file = self.find(folder, subject)
        file.rename(file.parent.parent / "cur" / f"{file.name.partition(':2,')[0]}:2,{flags}")

    def remove(self, folder: str, subject: str) -> None:
        self.find(folder, subject).unlink()

    def move(self, folder: str, subject: str, to: str) -> None:
        """As mutt does: a new file name, nothing that ties it to its old place."""
        file = self.find(folder, subject)
        self.add(to, file.read_bytes(), self._letters(file))
        file.unlink()
