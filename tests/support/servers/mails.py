"""The mails a lab starts with: a folder of message files, with or without mailgen's manifest."""

import dataclasses
import json
import pathlib


@dataclasses.dataclass(frozen=True)
class Mail:
    path: pathlib.Path
    folder: str
    flags: tuple[str, ...]
    epoch: int  # of INTERNALDATE


def read_mails(folder: pathlib.Path) -> list[Mail]:
    manifest = folder / "manifest.json"
    if manifest.exists():
        rows = json.loads(manifest.read_text())
        return [Mail(folder / row["file"], row["folder"], tuple(row["flags"]), int(row["epoch"])) for row in rows]
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return [Mail(path, "INBOX", (), int(path.stat().st_mtime)) for path in files]
