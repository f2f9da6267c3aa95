"""bench latency: small messages each 100 ms beside a transfer that fills the link."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import idle
from lab import Lab, ROOT
from methods import METHODS, Flows, arrivals, flows
from rows import Row
from series import percentile

if TYPE_CHECKING:
    from workloads import Bench

NAMES = ("tcp-cubic", "tcp-bbr", "packetboat-udp", "packetboat-tls")
KEYS = ["method", "what", "messages", "base_seconds", "over_p50_ms", "over_p99_ms", "goodput_ratio"]
MESSAGE_BYTES, MESSAGE_SECONDS = 200, 0.1
WARM_SECONDS = 3.0  # the transfer alone, until it fills the link
READS = str(ROOT / "perf" / "link" / "reads.py")


def run(bench: Bench) -> list[Row]:
    """A message in a flow of its own beside another flow; and a mail that a person opens beside one, which is of a higher class."""
    seconds = bench.seconds(8.0, 30.0)
    rows = [beside(bench, name, "message", seconds) for name in NAMES]
    return [*rows, beside(bench, "packetboat-udp", "read", seconds)]


def beside(bench: Bench, name: str, what: str, seconds: float) -> Row:
    method = METHODS[name]
    server = ("--server", "fake") if what == "read" else ()
    with bench.lab(*method.options, *server, packetboat=method.packetboat) as lab:
        if what == "read":
            idle.sync_skeleton(lab, int(seconds * 10) + 1)
        with flows(lab, name) as opened:
            return measured(bench, lab, opened, what, seconds)


def measured(bench: Bench, lab: Lab, opened: Flows, what: str, seconds: float) -> Row:
    transfer = opened.download(seconds + 2 * WARM_SECONDS)
    time.sleep(WARM_SECONDS)
    delays = opened.messages(seconds, MESSAGE_BYTES, MESSAGE_SECONDS).finish()["delays"] if what == "message" else reads(lab, seconds)
    arrived = arrivals(transfer.finish(early=True))
    rate, rtt = bench.path()["rate"], bench.path()["rtt"]
    base = bench.describe(bench.args.profile)["down"]["delay"] if what == "message" else rtt
    begin, end = arrived.begun + WARM_SECONDS, arrived.begun + WARM_SECONDS + seconds
    facts: dict[str, Any] = {"what": what, "messages": len(delays), "base_seconds": base, "goodput_ratio": arrived.ratio(rate, begin, end)}
    if delays:
        facts |= {f"over_p{share}_ms": round((percentile(delays, share / 100) - base) * 1000, 1) for share in (50, 99)}
    else:
        facts["error"] = "no message came through"
    if opened.trouble:
        facts["error"] = opened.trouble
    return bench.row(lab, "latency", opened.method.name, seconds, **facts)


def reads(lab: Lab, seconds: float) -> list[float]:
    """One mail after another that is not here yet, opened through the face."""
    env = lab.env
    told = lab.run("client", sys.executable, READS, env["FACE_IMAP"], env["FACE_USER"], env["FACE_PASSWORD"], str(seconds))
    return [float(word) for word in told.split()]
