"""bench start: from a connection's first packet to the first octet of an application, in round trips."""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from lab import Lab, LabFailed, ROOT
from link_watch import LinkControl
from methods import FLOW_PROXY, METHODS, SERVER, flows, running, stop, until
from rows import Row

if TYPE_CHECKING:
    from workloads import Bench

KEYS = ["method", "start", "seconds", "round_trips", "link_bytes_up", "link_bytes_down"]
HERE = ROOT / "perf" / "link"
GATEWAY_PORT, GREETER_PORT = 20443, 20558
OTHER_ADDRESS = "10.77.0.9/24"  # that the machine gets another one makes the client look for UDP at once
MOVE_SECONDS = 60.0
PROBE_SECONDS = 180.0
DATA_BYTES, DATA_SHARE = 1200, 0.2  # large enough for start_probe.py to tell; of the link's rate
FAST = 100e6  # a link without a rate


def run(bench: Bench) -> list[Row]:
    return [*daemon(bench, "packetboat-udp"), returned(bench), *daemon(bench, "packetboat-tls")[:1], *tls(bench)]


@contextlib.contextmanager
def greeter(lab: Lab, *more: str) -> Iterator[None]:
    process = running(lab, "server", sys.executable, str(HERE / "greeter.py"), str(GREETER_PORT), *more, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        stop(process)


def probe(lab: Lab, *args: str, then: Callable[[], object] | None = None) -> Any:
    """What start_probe.py says; `then` is done once it watches."""
    process = running(lab, "client", sys.executable, str(HERE / "start_probe.py"), *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        if then:
            assert process.stdout is not None
            process.stdout.readline()
            then()
        out, err = process.communicate(timeout=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        raise LabFailed("start_probe.py: no end") from None
    finally:
        stop(process)
    if process.returncode != 0:
        raise LabFailed(f"start_probe.py: {err.strip()[-500:]}")
    return json.loads(out.splitlines()[-1])


def row_of(bench: Bench, lab: Lab, method: str, start: str, seconds: float) -> Row:
    rtt = bench.path()["rtt"]
    return bench.row(lab, "start", method, seconds, start=start, round_trips=round(seconds / rtt, 2) if rtt else None)


def daemon(bench: Bench, name: str) -> list[Row]:
    """A client's process that begins, and one whose gateway was restarted: it has an address token, and a path, of before."""
    flow = ("flow", str(GATEWAY_PORT), FLOW_PROXY, f"{SERVER}:{GREETER_PORT}")
    rows = []
    with bench.lab(*METHODS[name].options) as lab, greeter(lab):
        lab.call("kill", "client")
        lab.stats(reset=True)
        rows.append(row_of(bench, lab, name, "cold", probe(lab, *flow, then=lambda: lab.call("start", "client"))))
        lab.call("wait", "session", "60")
        with contextlib.closing(LinkControl(lab)) as link:
            link.ask("down")  # so that the client does not dial before there is somebody to answer
            lab.call("kill", "gateway")
            lab.call("start", "gateway")
            lab.stats(reset=True)
            rows.append(row_of(bench, lab, name, "gateway restarted", probe(lab, *flow, then=lambda: link.ask("up"))))
    return rows


def returned(bench: Bench) -> Row:
    """A session that TLS carries while UDP does not pass comes back with ticket, token and path: until data come that way. What TLS
    carries meanwhile leaves most of the link free, so that the handshake does not wait behind it."""
    with bench.lab() as lab, contextlib.closing(LinkControl(lab)) as link, flows(lab, "packetboat") as opened:
        apart = DATA_BYTES * 8 / (bench.path()["rate"] or FAST) / DATA_SHARE
        data = opened.messages(MOVE_SECONDS, DATA_BYTES, apart)
        link.ask("profile", profile=f"{bench.args.profile},udp=no")
        until(lambda: lab.status()["session"]["carrier"] == "tls", "over TLS", MOVE_SECONDS * 2 / 3)
        link.ask("profile", profile=bench.args.profile)
        lab.stats(reset=True)
        took = probe(lab, "return", str(GATEWAY_PORT), then=lambda: lab.run("client", "ip", "addr", "add", OTHER_ADDRESS, "dev", "link"))
        row = row_of(bench, lab, "packetboat-udp", "resumed, remembered", took)
        data.finish(early=True)
        return row


def tls(bench: Bench) -> list[Row]:
    with bench.lab(packetboat=False) as lab:
        made = pathlib.Path(lab.dir) / "tls"
        with greeter(lab, str(made / "server.pem"), str(made / "server.key")):
            lab.stats(reset=True)
            took = probe(lab, "tls", "mail.test", str(GREETER_PORT), lab.env["SERVER_CA"])
            return [row_of(bench, lab, "tcp-tls", start, seconds) for start, seconds in zip(("cold", "resumed"), took)]
