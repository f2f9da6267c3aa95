"""bench bulk --traces DIR: recorded links (Mahimahi's format), beside TCP with BBR."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import bulk
from lab import LabFailed
from methods import METHODS
from rows import Row

if TYPE_CHECKING:
    from workloads import Bench

NAMES = ("tcp-bbr", "packetboat-udp")
KEYS = ["trace", "method", "direction", "goodput", "to_bbr", "queue_ms", "queue_to_bbr", "link_bytes_per_payload", "payload_bytes"]
ARCHIVE = "traces.tar.zst"
FIXED_UPLINK = "48M"  # where only the way down was recorded
DELAYS_MS = {"LTE": 30, "UMTS": 65, "EVDO": 100, "Starlink": 25}  # one way; the files hold none
USUAL_DELAY_MS = 30


@contextlib.contextmanager
def unpacked(directory: str) -> Iterator[pathlib.Path]:
    """The folder, or what the archive in it holds."""
    given = pathlib.Path(directory).resolve()
    if not (given / ARCHIVE).exists():
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="pb-traces-") as into:
        subprocess.run(["tar", "--zstd", "-xf", str(given / ARCHIVE), "-C", into], check=True)
        yield pathlib.Path(into)


def profile_of(down: pathlib.Path) -> str:
    up = down.with_suffix(".up")
    delay = next((value for word, value in DELAYS_MS.items() if word in down.name), USUAL_DELAY_MS)
    if up.exists():
        return f"trace:{up},{down},delay={delay}"
    return f"trace:{down},{down},up.rate={FIXED_UPLINK},delay={delay}"


def run(bench: Bench) -> list[Row]:
    rows = []
    with unpacked(bench.args.traces) as folder:
        recorded = sorted(folder.rglob("*.down"))
        if not recorded:
            raise LabFailed(f"{folder}: no *.down in it")
        for down in recorded:
            rows += of_trace(bench, down)
    return rows


def of_trace(bench: Bench, down: pathlib.Path) -> list[Row]:
    seconds = bench.seconds(20.0, 60.0)
    rows = [bulk.one(bench, METHODS[name], seconds, bench.args.direction, profile_of(down)) for name in NAMES]
    peer = rows[0]
    for row in rows:
        row |= {"trace": down.stem, "profile": down.stem, "goodput": round(row["payload_bytes"] * 8 / seconds)}
        row["to_bbr"] = ratio(row["payload_bytes"], peer["payload_bytes"])
        row["queue_to_bbr"] = ratio(row["queue_bytes"], peer["queue_bytes"])
    return rows


def ratio(ours: float | None, theirs: float | None) -> float | None:
    return round(ours / theirs, 3) if ours is not None and theirs else None
