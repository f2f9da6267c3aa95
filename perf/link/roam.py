"""bench roam: how long a download stands still after its address changed, its link was away, its UDP no longer passed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lab import Lab
from link_watch import LinkControl
from methods import METHODS, WIRE, arrivals, flows, until
from rows import Row
from series import Arrivals

if TYPE_CHECKING:
    from workloads import Bench

KEYS = ["method", "event", "stall_seconds", "round_trips", "at_rate_seconds", "moved_seconds", "link_bytes_down"]
ADDRESSES = ("10.77.0.2", "10.77.0.3")
OUTAGES, SHORT_OUTAGES = (1, 5, 20, 60), (1, 5)
STEADY_SECONDS = 8.0   # before the event: the link is full
AFTER_SECONDS = 10.0   # what the transfer has to get going again
MOVE_SECONDS = 60.0    # until the session has another carrier: UDP is tried again after 30 s
RATE_SHARE = 0.8       # of what arrived before, in each half second
RATE_WINDOW = 0.5


@dataclasses.dataclass
class Scene:
    lab: Lab
    link: LinkControl
    profile: str


Event = Callable[[Scene], tuple[float, dict[str, Any]]]  # gives when the link could carry again, and what else was seen


def run(bench: Bench) -> list[Row]:
    short = bench.args.quick or bench.args.seconds
    outages = [(f"outage {seconds} s", outage(seconds), seconds) for seconds in (SHORT_OUTAGES if short else OUTAGES)]
    moves = [("address changed", readdress, 0), ("UDP blocked", block, MOVE_SECONDS), ("UDP passes again", unblock, 2 * MOVE_SECONDS)]
    rows = [one(bench, name, *event) for name in ("tcp-bbr", "packetboat") for event in outages]
    return [*rows, *(one(bench, "packetboat", *event) for event in moves)]


def one(bench: Bench, name: str, event: str, happen: Event, lasts: float) -> Row:
    method = METHODS[name]
    seconds = STEADY_SECONDS + lasts + AFTER_SECONDS + 5  # the last for the commands between
    with bench.lab(*method.options, packetboat=method.packetboat) as lab, contextlib.closing(LinkControl(lab)) as link, flows(lab, name) as opened:
        transfer = opened.download(seconds)
        time.sleep(STEADY_SECONDS)
        before = time.monotonic()
        lab.stats(reset=True)
        restored, facts = happen(Scene(lab, link, bench.args.profile))
        time.sleep(max(0.0, restored + AFTER_SECONDS - time.monotonic()))
        arrived = arrivals(transfer.finish(early=True))
        return bench.row(lab, "roam", name, seconds, event=event, **facts, **figures(bench, arrived, before, restored))


def figures(bench: Bench, arrived: Arrivals, before: float, restored: float) -> Row:
    rate = arrived.octets(before - STEADY_SECONDS / 2, before) * 8 / (STEADY_SECONDS / 2)
    stall, rtt = arrived.stall(restored, AFTER_SECONDS), bench.path()["rtt"]
    resumed = arrived.at_rate(restored, rate, RATE_SHARE, RATE_WINDOW)
    facts: Row = {"stall_seconds": stall, "at_rate_seconds": resumed, "rate_before": round(rate)}
    if stall is None:
        facts["error"] = f"nothing came within {AFTER_SECONDS:g} s"
    elif rtt:
        facts["round_trips"] = round(stall / rtt, 2)
    return facts


def outage(seconds: float) -> Event:
    def happen(scene: Scene) -> tuple[float, dict[str, Any]]:
        scene.link.ask("down")
        time.sleep(seconds)
        return scene.link.change("up"), {}

    return happen


def readdress(scene: Scene) -> tuple[float, dict[str, Any]]:
    told = json.loads(scene.lab.run("client", sys.executable, WIRE, "readdress", *ADDRESSES))
    return told["at"], {}


def until_over(lab: Lab, carrier: str) -> None:
    until(lambda: lab.status()["session"]["carrier"] == carrier, f"over {carrier}", MOVE_SECONDS)


def block(scene: Scene) -> tuple[float, dict[str, Any]]:
    """TCP passes all the time: what stands still is the time until this was noticed."""
    at = scene.link.change("profile", profile=f"{scene.profile},udp=no")
    until_over(scene.lab, "tls")
    return at, {"moved_seconds": time.monotonic() - at}


def unblock(scene: Scene) -> tuple[float, dict[str, Any]]:
    """Nothing need stand still: the session is carried by TLS until UDP stands. The stall is that of the way back."""
    block(scene)
    at = scene.link.change("profile", profile=scene.profile)
    until_over(scene.lab, "udp")
    moved = time.monotonic()
    return moved - 1, {"moved_seconds": moved - at}
