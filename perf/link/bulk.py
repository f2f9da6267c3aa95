"""bench bulk: one stream of incompressible octets, each method over the same link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import quic
from lab import Lab
from link_watch import LinkWatch
from methods import METHODS, Method, arrivals, flows, missing
from rows import Row
from series import Arrivals, mean_queue, offered

if TYPE_CHECKING:
    from workloads import Bench

NAMES = ("tcp-cubic", "tcp-bbr", "quic-bbr", "kcptun", "packetboat-udp", "packetboat-tls")
KEYS = ["method", "direction", "goodput_ratio", "steady_ratio", "link_bytes_per_payload", "queue_ms", "payload_bytes"]
START_SHARE = 0.2  # of the time; what comes after it is steady


def run(bench: Bench) -> list[Row]:
    seconds = bench.seconds(8.0, 25.0)
    return [one(bench, METHODS[name], seconds, bench.args.direction, bench.args.profile) for name in NAMES]


def one(bench: Bench, method: Method, seconds: float, direction: str, profile: str) -> Row:
    facts = {"direction": direction, "profile": profile}
    if why := missing(method):
        return bench.no_row("bulk", method.name, why, **facts)
    if method.name == "quic-bbr" and direction == "up":
        return bench.no_row("bulk", method.name, "skipped: its example server throws away what is sent up, unmeasured", **facts)
    with bench.lab(*method.options, packetboat=method.packetboat, profile=profile) as lab:
        arrived, watch, trouble = transfer(lab, method, seconds, direction, profile)
        row = bench.row(lab, "bulk", method.name, seconds, **facts, **figures(arrived, watch, seconds, direction, bench.describe(profile)[direction]))
        if trouble:
            row["error"] = trouble
        return row


def transfer(lab: Lab, method: Method, seconds: float, direction: str, profile: str) -> tuple[Arrivals, LinkWatch, str]:
    if method.name == "quic-bbr":
        with quic.served(lab), watched(lab, profile) as watch:
            return quic.download(lab, watch, seconds), watch, ""
    with flows(lab, method.name) as opened, watched(lab, profile) as watch:
        arrived = opened.upload(seconds) if direction == "up" else arrivals(opened.download(seconds).finish())
        return arrived, watch, opened.trouble


def watched(lab: Lab, profile: str) -> LinkWatch:
    """From a link that begins anew: every method meets the same losses, outages and instants of a trace."""
    watch = LinkWatch(lab)
    watch.control.ask("profile", profile=profile)
    return watch


def figures(arrived: Arrivals, watch: LinkWatch, seconds: float, direction: str, pipe: dict[str, float]) -> Row:
    begun, end, rate, samples = arrived.begun, arrived.begun + seconds, pipe["bits_per_second"], watch.samples[direction]
    steady = begun + START_SHARE * seconds
    payload = arrived.octets(begun, end)
    queue = mean_queue(samples, steady, end)
    return {"payload_bytes": payload,
            "goodput_ratio": arrived.ratio(rate, begun, end),
            "steady_ratio": arrived.ratio(rate, steady, end),
            "link_bytes_per_payload": round(offered(samples, end - pipe["delay"]) / payload, 3) if payload else None,
            "queue_bytes": queue,
            "queue_ms": round(queue * 8000 / rate, 1) if queue is not None and rate else None}
