"""Two hosts as two network namespaces, held by two sleeping processes; without root inside a user namespace."""

import os
import pathlib
import subprocess

from lab.process import network_of, spawn
from lab.state import State

SERVER_ADDRESS = "10.77.0.1"
CLIENT_ADDRESS = "10.77.0.2"
SIDES = ("client", "server")


class Refused(Exception):
    """The kernel or a policy does not give us namespaces or TUN; says which."""


_HOSTS = f"""\
127.0.0.1 localhost
::1 localhost
{SERVER_ADDRESS} mail.test gateway.test
{CLIENT_ADDRESS} client.test
"""
# The names above are all a lab knows: no question leaves it.
_HOLD = 'mount --bind "$1" /etc/hosts && { mount --bind "$2" /etc/resolv.conf || true; } && echo ready && exec sleep infinity'
_HOLD_SERVER = "echo ready && exec sleep infinity"


def _hold(state: State, side: str, command: list[str]) -> None:
    log = state.dir / "log" / f"netns-{side}.log"
    holder = spawn(command, log, stdout=subprocess.PIPE)
    state.remember(f"netns-{side}", holder.pid)
    assert holder.stdout is not None
    with holder.stdout as out:
        if out.readline() != b"ready\n":
            raise Refused(log.read_text().strip() or "unshare: no answer")
    state.remember(f"netns-{side}", holder.pid)
    state.networks[side] = network_of(holder.pid)
    state.save()


def make(state: State) -> None:
    hosts, resolver = state.dir / "hosts", state.dir / "resolv.conf"
    hosts.write_text(_HOSTS)
    resolver.write_text("")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    _hold(state, "client", ["unshare", *user, "--mount", "--net", "--", "sh", "-c", _HOLD, "sh", str(hosts), str(resolver)])
    _hold(state, "server", [*_enter(state, "client", network=False), "unshare", "--net", "--", "sh", "-c", _HOLD_SERVER])


def path(state: State, side: str) -> str:
    return f"/proc/{state.processes[f'netns-{side}'].pid}/ns/net"


def _enter(state: State, side: str, network: bool = True) -> list[str]:
    pid = state.processes[f"netns-{side}"].pid
    command = ["nsenter", f"--mount=/proc/{pid}/ns/mnt", f"--wdns={os.getcwd()}"]
    if network:
        command.append(f"--net=/proc/{pid}/ns/net")
    if os.geteuid() != 0:
        command += [f"--user=/proc/{pid}/ns/user", "--preserve-credentials"]
    return [*command, "--"]


def enter(state: State, side: str) -> list[str]:
    """What to put in front of a command to run it on that host."""
    return _enter(state, side) if state.emulated == "netns" else []


def enter_as_self(state: State, side: str) -> list[str]:
    """The same for servers that would take the user namespace's root for a real one."""
    if state.emulated != "netns" or os.geteuid() == 0:
        return enter(state, side)
    return [*enter(state, side), "unshare", "--user", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}", "--"]


def searchable(directory: pathlib.Path) -> bool:
    """Whether other users (the mail servers' own) can reach it."""
    return all(part.stat().st_mode & 0o001 for part in (directory, *directory.parents))
