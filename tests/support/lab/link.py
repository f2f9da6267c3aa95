"""The link between the two hosts: the emulator's process and its control socket."""

import json
import os
import pathlib
import socket
import subprocess
from typing import Any

from lab import namespaces
from lab.process import alive, spawn
from lab.state import LabError, State

ROOT = pathlib.Path(__file__).resolve().parents[3]
_SOCKET = "link.sock"
_TIMEOUT = 10.0


def program() -> str:
    """PACKETBOAT_LINK, else the newest build of it."""
    named = os.environ.get("PACKETBOAT_LINK")
    if named:
        return named
    release = ROOT / "build" / "release" / "packetboat-link"
    if release.exists():
        return str(release)
    built = sorted(ROOT.glob("build/*/packetboat-link"), key=lambda path: path.stat().st_mtime)
    if not built:
        raise LabError("packetboat-link is not built: scripts/build release")
    return str(built[-1])


def check_profile(profile: str) -> dict[str, Any]:
    done = subprocess.run([program(), "--describe", profile], capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(done.stderr.strip().removeprefix("packetboat-link: "))
    return json.loads(done.stdout)


def start(state: State, profile: str, seed: int) -> None:
    entered = namespaces.enter(state, "client")  # the user namespace gives the right to make TUN devices
    command = [*entered, program(), "--client-ns", namespaces.path(state, "client"), "--server-ns", namespaces.path(state, "server"),
               "--control", str(state.dir / _SOCKET), "--profile", profile, "--seed", str(seed),
               "--client-address", namespaces.CLIENT_ADDRESS, "--server-address", namespaces.SERVER_ADDRESS]
    log = state.dir / "log" / "link.log"
    process = spawn(command, log, stdout=subprocess.PIPE)
    state.remember("link", process.pid)
    assert process.stdout is not None
    with process.stdout as out:
        ready = out.readline() == b"READY\n"
    if not ready:
        raise namespaces.Refused(log.read_text().strip() or "packetboat-link: no answer")
    state.remember("link", process.pid)


def ask(state: State, cmd: str, **more: Any) -> dict[str, Any]:
    if not alive(state.processes["link"]):
        raise LabError("the link emulator is not running")
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(_TIMEOUT)
        control.connect(_short(state.dir / _SOCKET))
        control.sendall(json.dumps({"cmd": cmd, **more}).encode() + b"\n")
        with control.makefile("rb") as answers:
            answer = json.loads(answers.readline() or b"{}")
    if not answer.pop("ok", False):
        raise LabError(f"link: {answer.get('error', 'no answer')}")
    return answer


def _short(path: pathlib.Path) -> str:
    """A socket's path holds 107 bytes; the working folder may be nearer."""
    return min(str(path), os.path.relpath(path), key=len)


def stats(state: State, reset: bool) -> dict[str, Any]:
    return {"emulated": state.emulated, **ask(state, "stats-reset" if reset else "stats")}
