"""Everything the lab knows about Packetboat itself: its configuration, its commands, what its status says."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from typing import Any

from lab import namespaces
from lab.process import alive, children, command_line, send, spawn, wait_gone, Known, know
from lab.state import LabError, State
from servers.site import DOMAIN, PASSWORD

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLES = {"client": "client", "gateway": "server"}  # role -> host it runs on
CHILDREN = ("worker", "broker", "flow-worker")  # of the gateway
START_SECONDS = 20
_PAUSE = 0.05  # between two questions to a daemon that comes up or works; the status has no event


def program() -> str:
    path = os.environ.get("PACKETBOAT_BIN") or str(ROOT / "build" / "release" / "packetboat")
    if not os.access(path, os.X_OK):
        raise LabError(f"{path} is not there: scripts/build release, or name another with PACKETBOAT_BIN")
    return path


def config(state: State, role: str) -> pathlib.Path:
    return state.dir / f"{role}.yaml"


def state_dir(state: State, role: str) -> pathlib.Path:
    return state.dir / role


def _gateway_yaml(state: State, tls_ca: pathlib.Path) -> str:
    ports = state.ports
    address = namespaces.SERVER_ADDRESS if state.emulated == "netns" else "127.0.0.1"
    return f"""\
state_dir: {state_dir(state, "gateway")}
listen: ["{address}:{ports.gateway}"]
name: {gateway_address(state)}
control: {state.dir}/gateway.sock
domains:
  - domain: {DOMAIN}
    login: local-part
    imap: {{host: localhost, port: {ports.imap}, tls: starttls, ca_file: {tls_ca}}}
    submission: {{host: localhost, port: {ports.submission}, tls: starttls, ca_file: {tls_ca}}}
agents: {{scan: 5s}}
flow: {{allow: ["127.0.0.0/8:*", "10.77.0.0/24:*"]}}
log: {{level: {os.environ.get("PACKETBOAT_LAB_LOG", "info")}}}
"""


def _client_yaml(state: State) -> str:
    ports = state.ports
    return f"""\
state_dir: {state_dir(state, "client")}
control: {state.dir}/client.sock
secrets: file
carrier: {state.carrier}
faces:
  imap: 127.0.0.1:{ports.face_imap}
  submission: 127.0.0.1:{ports.face_submission}
flow: {{listen: "127.0.0.1:{ports.flow}"}}
bodies: all
log: {{level: {os.environ.get("PACKETBOAT_LAB_LOG", "info")}}}
"""


def gateway_address(state: State) -> str:
    """Where the client's side reaches the gateway: behind the link."""
    if state.emulated == "netns":
        return f"{namespaces.SERVER_ADDRESS}:{state.ports.gateway}"
    return f"127.0.0.1:{state.relayed['gateway']}"


def write_configs(state: State, tls_ca: pathlib.Path) -> None:
    for role in ROLES:
        state_dir(state, role).mkdir(mode=0o700, exist_ok=True)
    config(state, "gateway").write_text(_gateway_yaml(state, tls_ca))
    config(state, "client").write_text(_client_yaml(state))


def run(state: State, role: str, *args: str, seconds: float = 120, check: bool = True) -> str:
    """One packetboat command on the host where `role` lives."""
    command = [*namespaces.enter(state, ROLES[role]), program(), *args]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise LabError(f"packetboat {args[0]}: no answer in {seconds:g} s") from None
    if check and done.returncode != 0:
        raise LabError(f"packetboat {' '.join(args[:2])}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout if done.returncode == 0 else ""


def status(state: State, role: str) -> dict[str, Any] | None:
    """None while the daemon does not answer."""
    told = run(state, role, "status", "--config", str(config(state, role)), "--json", seconds=10, check=False)
    try:
        return json.loads(told) if told else None
    except ValueError:
        return None


def start(state: State, role: str) -> int:
    """Starts the daemon and waits until its control socket answers."""
    known = state.processes.get(role)
    if known and alive(known):
        raise LabError(f"the {role} runs already, pid {known.pid}")
    command = [*namespaces.enter(state, ROLES[role]), program(), role, "--config", str(config(state, role))]
    log = state.dir / "log" / f"{role}.log"
    process = spawn(command, log)
    state.remember(role, process.pid)
    deadline = time.monotonic() + START_SECONDS
    while status(state, role) is None:
        if process.poll() is not None:
            raise LabError(f"packetboat {role} ended with {process.returncode}: {tail(log)}")
        if time.monotonic() > deadline:
            raise LabError(f"packetboat {role} does not answer: {tail(log)}")
        time.sleep(_PAUSE)
    return process.pid


def tail(log: pathlib.Path, lines: int = 5) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def pair(state: State, users: list[str]) -> None:
    addresses = [part for user in users for part in ("--user", f"{user}@{DOMAIN}")]
    told = run(state, "gateway", "pair", "--config", str(config(state, "gateway")), *addresses)
    url = next((line.strip() for line in told.splitlines() if line.strip().startswith("packetboat://")), None)
    if url is None:
        raise LabError(f"packetboat pair printed no URL: {told.strip()}")
    run(state, "client", "pair", "--config", str(config(state, "client")), url)


def add_account(state: State, user: str) -> None:
    secret = state.dir / "password"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    address = f"{user}@{DOMAIN}"
    run(state, "client", "account", "add", "--config", str(config(state, "client")), address, "--password-file", str(secret))
    state.faces[user] = _face(json.loads(
        run(state, "client", "account", "show", "--config", str(config(state, "client")), address, "--json")))
    state.save()


def _face(shown: dict[str, Any]) -> dict[str, str]:
    return {"FACE_IMAP": f"{shown['imap_host']}:{shown['imap_port']}",
            "FACE_SUBMISSION": f"{shown['submission_host']}:{shown['submission_port']}",
            "FACE_USER": shown["user"], "FACE_PASSWORD": shown["password"]}


def face_greeting(state: State, user: str) -> str:
    return f"{state.faces[user]['FACE_IMAP']}=* OK"


_LOGIN = """
import imaplib, sys
host, port, user, password = sys.argv[1:]
with imaplib.IMAP4(host, int(port), timeout=60) as face:
    face.login(user, password)
"""


def await_login(state: State, user: str) -> None:
    """Until the face accepts a login: it does once the folders are known."""
    face = state.faces[user]
    host, port = face["FACE_IMAP"].rsplit(":", 1)
    command = [*namespaces.enter(state, "client"), sys.executable, "-c", _LOGIN, host, port, face["FACE_USER"], face["FACE_PASSWORD"]]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        told = status(state, "client")
        raise LabError(f"the face refused the login of {user}: {done.stderr.strip().splitlines()[-1:]} {json.dumps(told)}")


def is_synced(told: dict[str, Any]) -> bool:
    accounts = told.get("accounts", [])
    return bool(accounts) and all(account.get("synced") for account in accounts)


def is_queue_empty(told: dict[str, Any]) -> bool:
    return told.get("queue", {}).get("items", 1) == 0


def has_session(told: dict[str, Any]) -> bool:
    return told.get("session", {}).get("state") == "connected"


GOALS = {"synced": is_synced, "queue-empty": is_queue_empty, "session": has_session}


def wait(state: State, goal: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    reached = GOALS[goal]
    while True:
        told = status(state, "client")
        if told is not None and reached(told):
            return
        if time.monotonic() > deadline:
            raise LabError(f"not {goal} after {seconds:g} s: {json.dumps(told)}")
        time.sleep(_PAUSE)


def children_of_gateway(state: State, verb: str) -> list[int]:
    """The pids of the front's children of one kind: worker, broker, flow-worker."""
    gateway = state.processes.get("gateway")
    if gateway is None or not alive(gateway):
        return []
    return [pid for pid in sorted(children(gateway.pid)) if command_line(pid)[1:2] == [verb]]


def kill(state: State, what: str, number: int) -> int:
    """kill -9; returns the pid once it is gone."""
    if what in CHILDREN:
        pids = children_of_gateway(state, what)
        if not 0 <= number < len(pids):
            raise LabError(f"no {what} {number}: there are {len(pids)}")
        victim = know(pids[number])
    else:
        victim = state.processes.get(what, Known(0, 0))
    if not send(victim, signal.SIGKILL):
        raise LabError(f"the {what} does not run")
    wait_gone([victim], 5)
    return victim.pid
