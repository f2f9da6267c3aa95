"""bench cpu: what a core carries, both ends on one host over its loopback, no link between them."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import quic
from idle import cpu_seconds, family
from lab import Lab, LabFailed, ROOT
from methods import METHODS, Flows, Method, arrivals, missing, running, stop, until
from rows import Row

if TYPE_CHECKING:
    from workloads import Bench

NAMES = ("tcp-bbr", "quic-bbr", "packetboat-udp", "packetboat-tls")
KEYS = ["method", "gbit_per_second", "client_cores", "server_cores", "gbit_per_core", "gbit_per_cpu_second"]
WARM_SECONDS = 2.0
SIDE = "server"  # the host where both ends run
UP_SECONDS = 30.0
TUNNEL, TUNNEL_CASE = ROOT / "build" / "release" / "perf" / "booster_carrier_udp_perf", "download_over_udp"


def run(bench: Bench) -> list[Row]:
    seconds = bench.seconds(4.0, 10.0)
    return [*(one(bench, METHODS[name], seconds) for name in NAMES), tunnel(bench, seconds)]


def one(bench: Bench, method: Method, seconds: float) -> Row:
    """The programs at the ends of the flow take cores too and are not counted: on a machine of few cores they take some of the
    throughput, and what counts is what a core carries."""
    if why := missing(method):
        return bench.no_row("cpu", method.name, why)
    with bench.lab(*method.options, packetboat=method.packetboat, profile="lan") as lab:
        if method.name == "quic-bbr":
            facts = by_quic(lab, seconds)
        elif method.packetboat:
            with both_here(lab) as client:
                facts = by_flow(lab, method, seconds, {"client": lambda: family_seconds(client), "server": lambda: family_seconds(lab.pid("gateway"))})
        else:
            facts = by_flow(lab, method, seconds, {})
        return bench.row(lab, "cpu", method.name, seconds, profile="loopback", rate=None, rtt=None, **facts)


def tunnel(bench: Bench, seconds: float) -> Row:
    """As in ngtcp2's programs the octets are made in one end's memory and read away in the other's: no flow is relayed."""
    name = "udp tunnel alone"
    if not TUNNEL.exists():
        return bench.no_row("cpu", name, f"skipped: {TUNNEL.name} is not built")
    done = subprocess.run([str(TUNNEL), f"--benchmark_filter={TUNNEL_CASE}", f"--benchmark_min_time={seconds / 4}", "--benchmark_format=json"],
                          capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)["benchmarks"][0]
    per_second = told["bytes_per_second"] * 8 / 1e9 * told["cpu_time"] / told["real_time"]  # it counts seconds of the processor
    return {"workload": "cpu", "method": name, "profile": "loopback", "seed": bench.args.seed, "commit": bench.commit,
            "gbit_per_second": per_second, "client_cores": told["client_s_per_gbit"] * per_second, "server_cores": told["gateway_s_per_gbit"] * per_second,
            "gbit_per_core": told["gbit_per_core"], "gbit_per_cpu_second": told["gbit_per_cpu_second"]}


def family_seconds(pid: int) -> float:
    return sum(map(cpu_seconds, family(pid)))


@contextlib.contextmanager
def both_here(lab: Lab) -> Iterator[int]:
    """The client runs beside the gateway: the same configuration and pairing, the gateway's address is now one of this host."""
    lab.call("kill", "client")
    program = os.environ.get("PACKETBOAT_BIN") or str(ROOT / "build" / "release" / "packetboat")
    with open(pathlib.Path(lab.dir) / "log" / "client.log", "ab") as log:
        client = running(lab, SIDE, program, "client", "--config", lab.env["CLIENT_CONFIG"], stdout=log, stderr=log)
    try:
        until(lambda: is_up(lab), "a session on the loopback", UP_SECONDS)
        yield client.pid
    finally:
        stop(client)


def is_up(lab: Lab) -> bool:
    try:
        return lab.status()["session"]["state"] == "connected"
    except (LabFailed, ValueError):
        return False


def by_flow(lab: Lab, method: Method, seconds: float, sides: dict[str, Callable[[], float]]) -> Row:
    with Flows(lab, method) as opened:
        going = opened.download(WARM_SECONDS + seconds + 2, SIDE)
        time.sleep(WARM_SECONDS)
        begin, before = time.monotonic(), {side: used() for side, used in sides.items()}
        time.sleep(seconds)
        end, after = time.monotonic(), {side: used() for side, used in sides.items()}
        octets = arrivals(going.finish(early=True)).octets(begin, end)
    return figures(octets, end - begin, {side: after[side] - before[side] for side in sides})


def loopback_octets(pid: int) -> int:
    """Received by the loopback of the host where that process runs."""
    lines = pathlib.Path(f"/proc/{pid}/net/dev").read_text().splitlines()
    return next(int(line.split(":")[1].split()[0]) for line in lines if line.strip().startswith("lo:"))


def by_quic(lab: Lab, seconds: float) -> Row:
    """Its programs say nothing of how much came: the loopback's own count stands for it, headers (3 %) included."""
    with quic.served(lab) as server:
        client = quic.fetch(lab, SIDE)
        try:
            time.sleep(WARM_SECONDS)
            used = (lambda: loopback_octets(server.pid), lambda: cpu_seconds(client.pid), lambda: cpu_seconds(server.pid))
            begin, before = time.monotonic(), [now() for now in used]
            time.sleep(seconds)
            end, after = time.monotonic(), [now() for now in used]
        finally:
            stop(client)
    octets, near, far = (late - early for early, late in zip(before, after))
    return figures(octets, end - begin, {"client": near, "server": far})


def figures(octets: float, seconds: float, cpu: dict[str, float]) -> Row:
    gbit = octets * 8 / 1e9
    facts: Row = {"gbit_per_second": gbit / seconds, "payload_bytes": octets}
    facts |= {f"{side}_cores": used / seconds for side, used in cpu.items()}
    if cpu and min(cpu.values()) > 0:
        # Of the end that is busier: where one core is full nothing more passes.
        facts |= {"gbit_per_core": gbit / max(cpu.values()), "gbit_per_cpu_second": gbit / sum(cpu.values())}
    return facts
