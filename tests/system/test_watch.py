"""What the link does can be seen: live in a terminal, as lines, as metrics, and packet by packet in a file."""

import collections
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time

import accounts
import pytest
from conftest import BINARY
from lab import Lab
from test_carrier import LINK, SIZE, Flow, serve_far

RATE = 8.0  # Mbit/s of LINK
ROUND_TRIP = 40.0  # ms, without a queue
FIGURES = re.compile(r"path \d+: up ([\d.]+) Mbit/s, down ([\d.]+) Mbit/s, rate ([\d.]+) Mbit/s, rtt ([\d.]+) ms \(least ([\d.]+)\), "
                     r"queue ([\d.]+) ms, lost ([\d.]+) %")


@pytest.fixture(scope="module", params=["udp", "tls"])
def lab(request, world):
    options = [] if request.param == "udp" else ["--carrier", "tls"]
    with Lab("--profile", LINK, "--wait", "synced", *options) as lab, serve_far(lab) as process:
        assert process.stdout.readline() == b"ready\n"
        lab.carrier = request.param
        yield lab


def watch(lab: Lab, daemon: str, *options: str) -> list[str]:
    return lab.packetboat("link", "watch", *options, config=f"{daemon.upper()}_CONFIG").splitlines()


def control(lab: Lab, daemon: str, *words: str) -> str:
    return lab.run("client", str(BINARY), *words, "--config", lab.env[f"{daemon.upper()}_CONFIG"])


def session(lab: Lab) -> dict:
    [row] = [row for row in accounts.status(lab, "gateway")["sessions"] if row["connected"]]
    return row


def is_whole(line: str) -> bool:
    return FIGURES.search(line) is not None


def used(lines: list[str], way: str) -> float:
    """Mbit/s of the best moment: looks are short, and the machine may be busy."""
    return max(float(re.search(rf"{way} ([\d.]+) Mbit/s", line).group(1)) for line in lines)


def records(file: pathlib.Path) -> list[dict]:
    """The objects of a JSON text sequence (RFC 7464)."""
    return [json.loads(text) for text in file.read_text().split("\x1e")[1:]]


def test_lines_tell_rate_and_round_trip_at_both_ends(lab):
    flow = Flow(lab)
    flow.reach(SIZE // 3)
    lines = watch(lab, "gateway", "--times", "5")
    seen = watch(lab, "client", "--times", "5")
    flow.complete()
    assert len(lines) >= 5
    assert all(f"over {lab.carrier}" in line for line in lines + seen)
    assert is_whole(lines[-1]), lines[-1]
    _, _, rate, round_trip, least, _, lost = map(float, FIGURES.search(lines[-1]).groups())
    assert .5 * RATE < used(lines, "up") < 2 * RATE
    assert .5 * RATE < rate < 1.5 * RATE
    assert .9 * ROUND_TRIP < least <= round_trip < 20 * ROUND_TRIP
    assert lost < (5 if lab.carrier == "udp" else 50)  # TCP finds the queue's end by filling it
    assert .5 * RATE < used(seen, "down") < 2 * RATE


def test_json_is_a_snapshot_a_line(lab):
    told = [json.loads(line) for line in watch(lab, "client", "--json", "--times", "2", "--every", "50")]
    assert len(told) == 2
    assert told[0]["time"] < told[1]["time"]
    [link] = told[1]["links"]
    assert (link["id"], link["state"], link["carrier"]) == ("client", "connected", lab.carrier)
    [path] = link["paths"]
    assert path["in_use"]
    assert .9 * ROUND_TRIP < path["least_round_trip_ms"] <= path["round_trip_ms"]
    assert (path["radio_loss"] is None) == (lab.carrier == "tls")


def test_status_and_metrics_tell_the_same_path(lab):
    for daemon in ("client", "gateway"):
        text = accounts.metrics(lab, daemon)
        assert text.endswith("# EOF\n")
        found = re.search(rf'^packetboat_path_least_round_trip_seconds{{link="[^"]*",peer="[^"]*",carrier="{lab.carrier}",path="\d+"}} ([\d.]+)$',
                          text, re.MULTILINE)
        assert found, text
        assert .0009 * ROUND_TRIP < float(found.group(1)) < .02 * ROUND_TRIP
    assert session(lab)["path"]["datagram"] >= 1200
    assert f"over      {lab.carrier}, " in lab.packetboat("status", config="GATEWAY_CONFIG")


def read_until(terminal: int, text: bytes) -> bytes:
    """What it has shown up to and with `text`."""
    shown = b""
    end = time.monotonic() + accounts.LIMIT_SECONDS
    while text not in shown:
        assert select.select([terminal], [], [], end - time.monotonic())[0], shown[-2000:]
        shown += os.read(terminal, 65536)
    return shown


def test_a_terminal_is_drawn_upon_and_given_back(lab):
    ours, theirs = pty.openpty()
    command = lab.command("client", str(BINARY), "link", "watch", "--config", lab.env["CLIENT_CONFIG"])
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(theirs)
        try:
            shown = read_until(ours, b"\x1b[?1049h")
            shown += read_until(ours, "▁".encode())
            shown += read_until(ours, b"rtt")
            assert b"over " + lab.carrier.encode() in shown
            process.send_signal(signal.SIGINT)
            read_until(ours, b"\x1b[?25h\x1b[?1049l")
            assert process.wait(accounts.LIMIT_SECONDS) == 0
        finally:
            process.kill()
            os.close(ours)


def test_a_trace_holds_every_packet_and_no_content(lab):
    if lab.carrier != "udp":
        pytest.skip("over TLS only the kernel knows the packets")
    file = pathlib.Path(lab.dir) / "link.sqlog"
    said = control(lab, "gateway", "link", "trace", "start", str(file))
    assert str(file) in said
    assert accounts.ask(lab, "gateway", "/v1/link/trace/start", {})[0] == 409  # one is being written
    before = session(lab)["path"]
    flow = Flow(lab)
    flow.complete()
    after = session(lab)["path"]
    said = control(lab, "gateway", "link", "trace", "stop")
    assert re.search(r": [1-9]\d* events, 0 dropped", said)
    assert file.stat().st_mode & 0o777 == 0o600
    header, *events = records(file)
    assert header["serialization_format"] == "application/qlog+json-seq"
    assert header["trace"]["vantage_point"]["type"] == "server"
    count = collections.Counter(event["name"] for event in events)
    sent = sum(event["data"]["raw"]["length"] for event in events if event["name"] == "quic:packet_sent")
    assert after["bytes_sent"] - before["bytes_sent"] <= sent <= 1.1 * (after["bytes_sent"] - before["bytes_sent"])
    assert sent > SIZE
    acked = sum(len(event["data"]["packet_numbers"]) for event in events if event["name"] == "quic:packets_acked")
    assert acked + count["quic:packet_lost"] > .9 * count["quic:packet_sent"]
    metrics = [event["data"] for event in events if event["name"] == "quic:recovery_metrics_updated"]
    assert .5 * RATE < metrics[-1]["bottleneck_rate"] / 1e6 < 1.5 * RATE
    assert file.read_text().count("10.77.0.2") == 1  # the peer, as status tells it


def test_it_ends_with_the_client(lab):
    with accounts.running(lab, "client", str(BINARY), "link", "watch", "--every", "50", "--config", lab.env["CLIENT_CONFIG"]) as process:
        assert b"client  connected" in process.stdout.readline()
        lab.call("kill", "client")
        try:
            process.stdout.read()
            assert process.wait(accounts.LIMIT_SECONDS) == 1  # it says that no daemon answers
        finally:
            lab.call("start", "client")
    accounts.until(lambda: accounts.status(lab)["session"]["carrier"] == lab.carrier, "a session again")
