"""bench fair: what share of a bottleneck each method gets beside flows of the kernel that were there first."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from methods import METHODS, arrivals, flows
from rows import Row

if TYPE_CHECKING:
    from workloads import Bench

NAMES = ("tcp-cubic", "tcp-bbr", "packetboat-udp")
RIVALS = (("tcp-cubic", 1), ("tcp-cubic", 4), ("tcp-bbr", 1), ("tcp-bbr", 4))
KEYS = ["method", "rivals", "share", "of_fair_share", "goodput_ratio", "all_ratio"]
RIVAL_PORT = 20556
HEAD_START = 5.0      # of the rivals: they fill the link
SETTLE_SHARE = 1 / 3  # of the time together is not counted: who comes last has to find a place


def run(bench: Bench) -> list[Row]:
    seconds = bench.seconds(12.0, 60.0)
    return [beside(bench, name, rival, count, seconds) for rival, count in RIVALS for name in NAMES]


def beside(bench: Bench, name: str, rival: str, count: int, seconds: float) -> Row:
    method = METHODS[name]
    with bench.lab(*method.options, packetboat=method.packetboat) as lab, contextlib.ExitStack() as opened:
        theirs = opened.enter_context(flows(lab, rival, RIVAL_PORT))
        ours = opened.enter_context(flows(lab, name))
        rivals = [theirs.download(seconds + HEAD_START + 5) for _ in range(count)]
        time.sleep(HEAD_START)
        arrived = arrivals(ours.download(seconds).finish())
        others = [arrivals(one.finish(early=True)) for one in rivals]
        begin, end, rate = arrived.begun + seconds * SETTLE_SHARE, arrived.begun + seconds, bench.path()["rate"]
        mine, all_of_it = arrived.octets(begin, end), sum(one.octets(begin, end) for one in (arrived, *others))
        share = mine / all_of_it if all_of_it else 0.0
        row = bench.row(lab, "fair", name, seconds, rivals=f"{count} {rival}", share=round(share, 3), of_fair_share=round(share * (count + 1), 3),
                        goodput_ratio=arrived.ratio(rate, begin, end), all_ratio=round(all_of_it * 8 / (end - begin) / rate, 3) if rate else None)
        if trouble := ours.trouble or theirs.trouble:
            row["error"] = trouble
        return row
