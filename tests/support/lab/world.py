"""Builds a lab and takes it down again."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Any

from lab import link, namespaces, packetboat
from lab.process import Known, alive, end, members, network_of, spawn
from lab.state import FILE, LabError, State, load
from servers import site as sites
from servers.cyrus import Cyrus
from servers.dovecot import Dovecot
from servers.fake import Fake
from servers.mails import Mail, read_mails
from servers.postfix import Postfix
from servers.tls import make_tls

SUPPORT = pathlib.Path(__file__).resolve().parents[1]
READY_SECONDS = 60
STOP_SECONDS = 5
PEOPLE = ("alice", "bob", "carol")
SOCKET_ROOM = 70  # of the 107 bytes of a socket's path, for the longest name the servers make below their folder
OWNED = ("log", "servers", "tls", "mails", "client", "gateway", "client.yaml", "gateway.yaml", "password", "hosts",
         "resolv.conf", "link.sock", "client.sock", "gateway.sock", FILE)


@dataclasses.dataclass(frozen=True)
class Options:
    dir: pathlib.Path
    profile: str = "lan"
    mails: str = "0"
    users: int = 0
    accounts: int | None = None  # of the users, at the client; None: all
    server: str = "dovecot"
    without: frozenset[str] = frozenset()
    wait: str = "login"
    packetboat: bool = True
    seed: int = 1
    carrier: str = "auto"


def say(text: str) -> None:
    print(f"lab: {text}", file=sys.stderr)


def up(options: Options) -> State:
    link.check_profile(options.profile)
    if options.packetboat:
        packetboat.program()
    state = _fresh(options)
    try:
        _build(state, options)
    except BaseException:
        down(state)
        raise
    return state


def _fresh(options: Options) -> State:
    directory = options.dir
    directory.mkdir(parents=True, exist_ok=True)
    if (directory / FILE).exists():
        old = load(directory)
        if belonging(old):
            raise LabError(f"{directory}: a lab runs here; lab down {directory}")
        _wipe(old)
    numbered = tuple(f"u{number:04d}" for number in range(1, options.users + 1))
    state = State(directory, server=options.server, users=[*PEOPLE, *numbered], packetboat=options.packetboat, carrier=options.carrier)
    state.save()
    return state


def _wipe(state: State) -> None:
    if state.servers_dir and pathlib.Path(state.servers_dir).parent != state.dir:
        shutil.rmtree(state.servers_dir, ignore_errors=True)
    for name in OWNED:
        path = state.dir / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _build(state: State, options: Options) -> None:
    _make_hosts(state, options)
    site = _make_site(state, options)
    _start_servers(state, site, options)
    if not options.packetboat:
        return
    packetboat.write_configs(state, site.tls.ca)
    packetboat.start(state, "gateway")
    accounts = state.users[len(PEOPLE):] if options.users else ["alice"]
    accounts = accounts[:options.accounts]
    packetboat.start(state, "client")
    packetboat.pair(state, accounts)
    for user in accounts:
        packetboat.add_account(state, user)
    _await(state, "client", [packetboat.face_greeting(state, accounts[0])])
    for user in accounts:
        packetboat.await_login(state, user)
    if options.wait == "synced":
        packetboat.wait(state, "synced", 3600)


def _make_hosts(state: State, options: Options) -> None:
    if not os.environ.get("PACKETBOAT_LAB_RELAY"):
        try:
            namespaces.make(state)
            link.start(state, options.profile, options.seed)
            state.ports = sites.OWN_NETWORK
            return state.save()
        except namespaces.Refused as error:
            say(f"no namespaces or no TUN here ({error}): a relay on the loopback stands in")
            end(belonging(state), STOP_SECONDS)
            state.processes.clear()
            state.networks.clear()
    state.emulated = "relay"
    state.ports = sites.free_ports()
    _start_relay(state, options)


def _start_relay(state: State, options: Options) -> None:
    relayed = ("imap", "imaps", "submission", "submissions", "gateway")
    near = sites.free_ports()
    state.relayed = {name: getattr(near, name) for name in relayed}
    pairs = [f"{port}={getattr(state.ports, name)}" for name, port in state.relayed.items()]
    command = [sys.executable, str(SUPPORT / "lab" / "relay.py"), "--control", str(state.dir / "link.sock"),
               "--program", link.program(), "--profile", options.profile, "--seed", str(options.seed), *pairs]
    log = state.dir / "log" / "link.log"
    process = spawn(command, log, stdout=subprocess.PIPE)
    state.remember("link", process.pid)
    assert process.stdout is not None
    with process.stdout as out:
        if out.readline() != b"READY\n":
            raise LabError(f"relay: {packetboat.tail(log)}")


def _make_site(state: State, options: Options) -> sites.Site:
    own = state.emulated == "netns"
    addresses = ("127.0.0.1", namespaces.SERVER_ADDRESS) if own else ("127.0.0.1",)
    directory = state.dir / "servers"
    if len(str(directory)) > SOCKET_ROOM or (os.geteuid() == 0 and not namespaces.searchable(state.dir)):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="packetboat-lab-"))
        (state.dir / "servers").symlink_to(directory)
    directory.mkdir(exist_ok=True)
    directory.chmod(0o755)
    state.servers_dir = str(directory)
    state.save()
    tls = make_tls(state.dir / "tls", ["localhost", "mail.test", "gateway.test"],
                   ["127.0.0.1", "::1", namespaces.SERVER_ADDRESS, namespaces.CLIENT_ADDRESS])
    return sites.Site(directory, addresses, state.ports, tls, tuple(state.users), options.without)


def _start_servers(state: State, site: sites.Site, options: Options) -> None:
    folder = _mail_folder(state, options)
    receivers = state.users[len(PEOPLE):] if options.users else ["alice"]
    if options.server == "dovecot":
        server = Dovecot(site)
        mails: list[Mail] = read_mails(folder) if folder else []
        server.prepare({user: mails for user in receivers})
    else:
        server = {"cyrus": Cyrus, "fake": Fake}[options.server](site)
        server.prepare()
    _serve(state, server.name, server.command())
    greetings = [f"{site.addresses[-1]}:{site.ports.imap}=* OK"]
    if options.server != "fake":
        _serve(state, "submission", _submission(state, site, server.lmtp))
        greetings.append(f"{site.addresses[-1]}:{site.ports.submission}=220")
    _await(state, "server", greetings)
    if folder and options.server != "dovecot":
        for user in receivers:
            _append(state, user, [str(folder)])


def _append(state: State, user: str, names: list[str]) -> None:
    run_on(state, "server", [sys.executable, str(SUPPORT / "servers" / "append.py"),
                             f"127.0.0.1:{state.ports.imap}", user, sites.PASSWORD, *names])


def deliver(state: State, user: str, files: list[str]) -> None:
    """Octets unchanged: real servers put a Return-Path line on top of what comes by LMTP, so there it goes by APPEND."""
    paths = [str(pathlib.Path(name).resolve()) for name in files]
    if state.server != "fake":
        return _append(state, user, paths)
    run_on(state, "server", [sys.executable, str(SUPPORT / "lab" / "lmtp.py"), f"127.0.0.1:{state.ports.lmtp}",
                             f"postmaster@{sites.DOMAIN}", f"{user}@{sites.DOMAIN}", *paths])


def _submission(state: State, site: sites.Site, lmtp: str) -> list[str]:
    """Postfix asks Dovecot who may send; beside another server the lab's own small one stands in."""
    if state.server == "dovecot":
        try:
            postfix = Postfix(site)
            postfix.prepare()
            return postfix.command()
        except sites.Unavailable as error:
            say(f"{error}: a small submission server of the lab's own stands in")
    return [sys.executable, str(SUPPORT / "servers" / "submission.py"), "--bind", ",".join(site.addresses),
            "--port", str(site.ports.submission), "--lmtp", lmtp, "--cert", str(site.tls.cert), "--key", str(site.tls.key),
            "--users", ",".join(site.users)]


def _serve(state: State, role: str, command: list[str]) -> None:
    process = spawn([*namespaces.enter_as_self(state, "server"), *command], state.dir / "log" / f"{role}.log")
    state.remember(role, process.pid)


def _mail_folder(state: State, options: Options) -> pathlib.Path | None:
    if not options.mails.isdigit():
        folder = pathlib.Path(options.mails)
        if not folder.is_dir():
            raise LabError(f"--mails {folder}: no such folder")
        return folder.resolve()
    if int(options.mails) == 0:
        return None
    folder = state.dir / "mails"
    done = subprocess.run([sys.executable, str(SUPPORT / "mailgen" / "mailgen.py"), "--seed", str(options.seed),
                           "--count", options.mails, "--out", str(folder), "--user", f"alice@{sites.DOMAIN}"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"mailgen: {done.stderr.strip()}")
    return folder


def _await(state: State, side: str, greetings: list[str]) -> None:
    """Until all of them greet, or a daemon of ours has died."""
    command = [*namespaces.enter(state, side), sys.executable, str(SUPPORT / "lab" / "ready.py"), str(READY_SECONDS), *greetings]
    asked = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while True:
            try:
                _, told = asked.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                for role, known in state.processes.items():
                    if not alive(known):
                        raise LabError(f"{role} ended: {_said(state, role)}") from None
    finally:
        asked.kill()
        asked.wait()
    if asked.returncode != 0:
        raise LabError(told.strip() + ": " + "; ".join(_said(state, role) for role in state.processes))


def _said(state: State, role: str) -> str:
    own = pathlib.Path(state.servers_dir or state.dir)
    logs = [state.dir / "log" / f"{role}.log", own / role / f"{role}.log", own / "postfix" / "postfix.log"]
    return "\n".join(text for log in logs if (text := packetboat.tail(log)))


def run_on(state: State, side: str, command: list[str]) -> None:
    done = subprocess.run([*namespaces.enter(state, side), *command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(done.stderr.strip() or f"{command[0]}: exit {done.returncode}")


def belonging(state: State) -> list[Known]:
    """All processes of this lab that live now."""
    roots = [known for known in state.processes.values() if alive(known)]
    # An inode number may be given again: it counts only while a process that we know still stands in it.
    networks = {name for name in state.networks.values() if any(network_of(root.pid) == name for root in roots)}
    return members(state.processes.values(), networks)


def down(state: State) -> None:
    order = [role for role in reversed(state.processes) if not role.startswith("netns-") and role != "link"]
    end([state.processes[role] for role in order], STOP_SECONDS)
    deadline = time.monotonic() + STOP_SECONDS
    while (rest := belonging(state)) and time.monotonic() < deadline:
        holders = {known.pid for role, known in state.processes.items() if role.startswith("netns-")}
        # The holders go last: by their namespace the others are known.
        end([known for known in rest if known.pid not in holders] or rest, 0.5)
    if rest:
        raise LabError(f"cannot end {', '.join(str(known.pid) for known in rest)}")
    if state.servers_dir and pathlib.Path(state.servers_dir).parent != state.dir:
        shutil.rmtree(state.servers_dir, ignore_errors=True)
        (state.dir / "servers").unlink(missing_ok=True)
    state.processes.clear()
    state.networks.clear()
    state.save()


def environment(state: State, user: str) -> dict[str, str]:
    ports = state.ports or sites.OWN_NETWORK
    own = state.emulated == "netns"
    host = "mail.test" if own else "localhost"
    seen: dict[str, Any] = dataclasses.asdict(ports) | state.relayed
    pids = {role: str(known.pid) if (known := state.processes.get(role)) and alive(known) else "" for role in packetboat.ROLES}
    face = state.faces.get(user, dict.fromkeys(("FACE_IMAP", "FACE_SUBMISSION", "FACE_USER", "FACE_PASSWORD"), ""))
    return {
        **face,
        "SERVER_IMAP": f"{host}:{seen['imap']}",
        "SERVER_SUBMISSION": f"{host}:{seen['submission']}",
        "SERVER_CA": str(state.dir / "tls" / "ca.pem"),
        "SERVER_USER": user,
        "SERVER_PASSWORD": sites.PASSWORD,
        "CLIENT_PID": pids["client"],
        "GATEWAY_PID": pids["gateway"],
        "CLIENT_NETNS": namespaces.path(state, "client") if own else "",
        "SERVER_NETNS": namespaces.path(state, "server") if own else "",
        "CLIENT_CONFIG": str(packetboat.config(state, "client")) if state.packetboat else "",
        "GATEWAY_CONFIG": str(packetboat.config(state, "gateway")) if state.packetboat else "",
        "STATE_DIRS": " ".join(str(packetboat.state_dir(state, role)) for role in packetboat.ROLES) if state.packetboat else "",
    }
