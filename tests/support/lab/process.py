"""Processes of a lab: started detached, known by pid and start time, ended together."""

import dataclasses
import os
import pathlib
import select
import signal
import subprocess
import time
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Known:
    """A pid alone may be reused; with its start time it names one process for ever."""

    pid: int
    start: int


def _stat(pid: int) -> list[str] | None:
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()  # the name before it may hold anything


def know(pid: int) -> Known:
    fields = _stat(pid)
    return Known(pid, int(fields[19]) if fields else 0)


def alive(known: Known) -> bool:
    fields = _stat(known.pid)
    return fields is not None and fields[0] not in "ZX" and int(fields[19]) == known.start


def spawn(command: list[str], log: pathlib.Path, env: dict[str, str] | None = None, stdout: int | None = None) -> subprocess.Popen:
    """Starts a daemon in a session of its own; what it says goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out if stdout is None else stdout, stderr=out,
                                start_new_session=True, env={**os.environ, **(env or {})})


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def members(roots: Iterable[Known], namespaces: Iterable[str]) -> list[Known]:
    """Everything that belongs to a lab: in its network namespaces, in a session of its daemons, or below them."""
    sessions = {root.pid for root in roots if (f := _stat(root.pid)) is None or int(f[19]) == root.start}
    networks = set(namespaces)
    found: dict[int, Known] = {}
    parents: dict[int, int] = {}
    for pid in _all():
        fields = _stat(pid)
        if fields is None or fields[0] in "ZX" or pid == os.getpid():
            continue
        parents[pid] = int(fields[1])
        if int(fields[3]) in sessions or (networks and network_of(pid) in networks):
            found[pid] = Known(pid, int(fields[19]))
    below = True
    while below:
        below = [pid for pid, parent in parents.items() if parent in found and pid not in found and pid != os.getpid()]
        found.update((pid, know(pid)) for pid in below)
    return list(found.values())


def network_of(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    return [other for other in _all() if (fields := _stat(other)) and fields[0] not in "ZX" and int(fields[1]) == pid]


def command_line(pid: int) -> list[str]:
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def send(known: Known, number: int) -> bool:
    if not alive(known):
        return False
    try:
        os.kill(known.pid, number)
    except ProcessLookupError:
        return False
    return True


def wait_gone(processes: Iterable[Known], seconds: float) -> bool:
    """Waits on the processes themselves; true once none is left."""
    deadline = time.monotonic() + seconds
    for known in processes:
        if not alive(known):
            continue
        try:
            fd = os.pidfd_open(known.pid)
        except ProcessLookupError:
            continue
        try:
            poll = select.poll()
            poll.register(fd, select.POLLIN)
            if alive(known) and not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                return False
        finally:
            os.close(fd)
    return True


def end(processes: list[Known], grace: float) -> None:
    """Asks, waits, then insists."""
    for known in processes:
        send(known, signal.SIGTERM)
    if not wait_gone(processes, grace):
        for known in processes:
            send(known, signal.SIGKILL)
        wait_gone(processes, 5)
    for known in processes:
        _reap(known.pid)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass  # somebody else's child
