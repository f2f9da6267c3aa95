"""A gateway with many agents: what each costs in memory and at rest, and one mail to all of them at once.

Each client daemon carries many accounts, as in a site: a daemon for each of 200 users would measure this machine. At the
gateway each account is an agent of its own, with its own connections to the mail server, streams and windows.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator

from idle import cpu_seconds, family
from lab import Lab, LabFailed, ROOT

LIMIT_SECONDS = 600
MAIL_OCTETS = 5_000
RATE_OCTETS = 300_000  # random octets that let the gateway see how fast a client's link is
DOMAIN = "mail.test"

_DELIVER = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from lab import lmtp
with lmtp.connect(sys.argv[2]) as server:
    server.ehlo_or_helo_if_needed()
    octets = pathlib.Path(sys.argv[3]).read_bytes()
    server.docmd("MAIL", "FROM:<bob@mail.test>")
    for user in sys.argv[4:]:
        code, text = server.docmd("RCPT", f"TO:<{user}@mail.test>")
        assert code == 250, text
    lmtp._data(server, octets)
    for _ in sys.argv[5:]:
        assert server.getreply()[0] == 250
"""


@dataclasses.dataclass(frozen=True)
class Crowd:
    users: int
    at_each: int  # accounts of one client daemon


@dataclasses.dataclass
class Client:
    config: pathlib.Path
    users: list[str]
    process: subprocess.Popen[bytes] | None = None  # None: the lab's own


def _program() -> str:
    return os.environ.get("PACKETBOAT_BIN") or str(ROOT / "build" / "release" / "packetboat")



def status(lab: Lab, client: Client) -> dict:
    told = lab.run("client", _program(), "status", "--config", str(client.config), "--json", check=False)
    return json.loads(told) if told else {"accounts": [], "session": {}}


def _until(holds, what: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise LabFailed(f"{what}: not within {LIMIT_SECONDS} s")
        time.sleep(0.1)


def _all_synced(lab: Lab, clients: list[Client]) -> bool:
    return all((accounts := status(lab, client)["accounts"]) and all(one["synced"] for one in accounts) for client in clients)


def _begin(lab: Lab, number: int, users: list[str]) -> Client:
    """Another client daemon beside the lab's, paired for its users, with their accounts."""
    own = pathlib.Path(lab.env["CLIENT_CONFIG"])
    config = own.with_name(f"client{number}.yaml")
    text = own.read_text().replace(f"state_dir: {own.parent}/client", f"state_dir: {own.parent}/client{number}")
    text = text.replace("/client.sock", f"/client{number}.sock")
    text = re.sub(r"127\.0\.0\.1:(\d+)", lambda port: f"127.0.0.1:{int(port[1]) + 10 * number}", text)
    config.write_text(text)
    (own.parent / f"client{number}").mkdir(mode=0o700)
    client = Client(config, users)
    client.process = subprocess.Popen(lab.command("client", _program(), "client", "--config", str(config)), stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
    _until(lambda: status(lab, client)["session"], "another client")
    addresses = [word for user in users for word in ("--user", f"{user}@{DOMAIN}")]
    url = next(line.strip() for line in lab.packetboat("pair", *addresses, config="GATEWAY_CONFIG", side="server").splitlines()
               if line.strip().startswith("packetboat://"))
    lab.run("client", _program(), "pair", "--config", str(config), url)
    for user in users:
        lab.run("client", _program(), "account", "add", "--config", str(config), f"{user}@{DOMAIN}", "--password-file",
                str(own.with_name("password")))
    return client


@contextlib.contextmanager
def joined(lab: Lab, crowd: Crowd) -> Iterator[list[Client]]:
    users = [f"u{number:04d}" for number in range(1, crowd.users + 1)]
    groups = [users[at : at + crowd.at_each] for at in range(0, len(users), crowd.at_each)]
    clients = [Client(pathlib.Path(lab.env["CLIENT_CONFIG"]), groups[0])]
    try:
        for number, group in enumerate(groups[1:], 1):
            clients.append(_begin(lab, number, group))
        _until(lambda: _all_synced(lab, clients), "all accounts in step")
        yield clients
    finally:
        for client in clients[1:]:
            if client.process is not None:
                for pid in family(client.process.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, 15)
                client.process.wait()


def resident(pid: int) -> int:
    told = re.search(r"^RssAnon:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(told[1]) * 1024 if told else 0


def _workers(lab: Lab) -> list[int]:
    return [process["pid"] for process in _gateway(lab)["processes"] if process["kind"] == "worker" and process["pid"]]


def _gateway(lab: Lab) -> dict:
    return json.loads(lab.packetboat("status", "--json", config="GATEWAY_CONFIG", side="server"))


def _cpu(lab: Lab, clients: list[Client]) -> tuple[float, float]:
    ours = [lab.pid("client"), *(client.process.pid for client in clients if client.process is not None)]
    return (sum(map(cpu_seconds, family(lab.pid("gateway")))), sum(cpu_seconds(pid) for one in ours for pid in family(one)))


def idle(lab: Lab, clients: list[Client], seconds: float) -> dict[str, float]:
    agents = sum(len(client.users) for client in clients)
    time.sleep(5)
    lab.stats(reset=True)
    before = _cpu(lab, clients)
    time.sleep(seconds)
    after = _cpu(lab, clients)
    return {"memory_bytes_each": sum(map(resident, _workers(lab))) // agents, "gateway_cpu_seconds": round(after[0] - before[0], 2),
            "client_cpu_seconds": round(after[1] - before[1], 2)}


def give_share(lab: Lab, clients: list[Client], share: int) -> None:
    """The gateway anew, with that much of a core for context mixing; everybody logs in again."""
    config = pathlib.Path(lab.env["GATEWAY_CONFIG"])
    config.write_text(re.sub(r"agents: \{scan: 5s[^}]*\}", f"agents: {{scan: 5s, mixing: 200, cpu_share: {share}}}", config.read_text()))
    lab.call("kill", "gateway")
    lab.call("start", "gateway")
    agents = sum(len(client.users) for client in clients)
    _until(lambda: sum(agent["state"] == "live" for agent in _gateway(lab)["agents"]) == agents, "all agents")
    _until(lambda: all(account["login"] == "logged in" for client in clients for account in status(lab, client)["accounts"]), "all logins")
    _until(lambda: _all_synced(lab, clients), "all accounts in step again")


def _deliver(lab: Lab, users: list[str], octets: bytes) -> None:
    file = pathlib.Path(lab.dir, "one.eml")
    file.write_bytes(octets)
    lab.run("server", sys.executable, "-c", _DELIVER, str(ROOT / "tests" / "support"), lmtp_of(lab), str(file), *users)


def lmtp_of(lab: Lab) -> str:
    return f"127.0.0.1:{json.loads(pathlib.Path(lab.dir, 'lab.json').read_text())['ports']['lmtp']}"


def _mail(subject: str, size: int, seed: int) -> bytes:
    """Text, as a person writes it; large: random octets."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from mailgen.words import LANGUAGE, wrap  # noqa: PLC0415

    rng = random.Random(seed)
    body = wrap(LANGUAGE.prose(rng, size)) if size < 20_000 else "\n".join(rng.randbytes(36).hex() for _ in range(size // 73))
    head = f"From: bob@mail.test\nTo: all@mail.test\nSubject: {subject}\nMessage-ID: <{subject}-{seed}@mail.test>\n" \
           "Date: Tue, 24 Nov 2026 12:00:00 +0000\n\n"
    return (head + body + "\n").replace("\n", "\r\n").encode()


def _carried(lab: Lab, clients: list[Client]) -> dict[str, int]:
    sums = {"items": 0, "raw": 0, "mix": 0}
    for client in clients:
        for account in status(lab, client)["accounts"]:
            down = account["carried"]["down"]
            sums["items"] += down["items"]
            sums["raw"] += down["raw"]
            sums["mix"] += down["packed_by"]["mix"]
    return sums


def _arrive(lab: Lab, clients: list[Client], users: list[str], octets: bytes) -> float:
    wanted = _carried(lab, clients)["items"] + len(users)
    began = time.monotonic()
    _deliver(lab, users, octets)
    _until(lambda: _carried(lab, clients)["items"] >= wanted, "the mail at everybody's")
    return time.monotonic() - began


def show_rate(lab: Lab, clients: list[Client]) -> None:
    """The gateway sees each client's link filled once."""
    _arrive(lab, clients, [client.users[0] for client in clients], _mail("rate", RATE_OCTETS, len(clients)))


def one_mail_each(lab: Lab, clients: list[Client], method: str) -> tuple[float, dict[str, float]]:
    users = [user for client in clients for user in client.users]
    octets = _mail(method, MAIL_OCTETS, 5)
    lab.stats(reset=True)
    before, carried = _cpu(lab, clients), _carried(lab, clients)
    took = _arrive(lab, clients, users, octets)
    after, now = _cpu(lab, clients), _carried(lab, clients)
    raw = now["raw"] - carried["raw"]
    return took, {"gateway_cpu_seconds": round(after[0] - before[0], 2), "client_cpu_seconds": round(after[1] - before[1], 2),
                  "mixed_share": round((now["mix"] - carried["mix"]) / raw, 2), "payload_bytes": raw}
