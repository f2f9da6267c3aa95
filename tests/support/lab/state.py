"""What a lab remembers between two commands: DIR/lab.json."""

import dataclasses
import json
import os
import pathlib

from lab.process import Known, know
from servers.site import Ports

FILE = "lab.json"


class LabError(Exception):
    """Something the person who called can act on."""


@dataclasses.dataclass
class State:
    dir: pathlib.Path
    emulated: str = "netns"  # or "relay"
    ports: Ports | None = None
    relayed: dict[str, int] = dataclasses.field(default_factory=dict)  # relay: port name -> port the client's side uses
    server: str = "dovecot"
    servers_dir: str = ""  # DIR/servers, or a short public folder when DIR is not fit for sockets and other users
    users: list[str] = dataclasses.field(default_factory=list)
    packetboat: bool = True
    carrier: str = "auto"
    networks: dict[str, str] = dataclasses.field(default_factory=dict)  # side -> net:[inode]
    processes: dict[str, Known] = dataclasses.field(default_factory=dict)
    faces: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)  # user -> FACE_*

    @property
    def path(self) -> pathlib.Path:
        return self.dir / FILE

    def save(self) -> None:
        record = dataclasses.asdict(self)
        record["dir"] = str(self.dir)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(record, indent=1) + "\n")
        os.replace(fresh, self.path)

    def remember(self, role: str, pid: int) -> None:
        self.processes[role] = know(pid)
        self.save()

    def forget(self, role: str) -> None:
        if self.processes.pop(role, None):
            self.save()


def load(directory: pathlib.Path) -> State:
    try:
        record = json.loads((directory / FILE).read_text())
    except FileNotFoundError:
        raise LabError(f"{directory}: no lab here") from None
    record["dir"] = directory
    record["ports"] = Ports(**record["ports"]) if record["ports"] else None
    record["processes"] = {role: Known(**known) for role, known in record["processes"].items()}
    return State(**record)
