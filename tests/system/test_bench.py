"""The bench's arithmetic on series that were worked out by hand, and the programs at a flow's ends on this machine's loopback."""

import argparse
import json
import socket
import subprocess
import sys

import bulk
import cpu
import pytest
import series
import traces
from conftest import ROOT
from rows import median, table
from series import Arrivals, Held

WIRE = str(ROOT / "perf" / "link" / "wire.py")


def every(milliseconds, size, begin, end):
    return [(at, size) for at in range(begin, end, milliseconds)]


def arrived(*stretches):
    return Arrivals.by_millisecond(100.0, [count for stretch in stretches for count in stretch])


def test_octets_of_a_stretch_include_its_beginning_and_not_its_end():
    got = arrived([(0, 1), (10, 2), (20, 4), (30, 8)])
    assert got.octets(100.010, 100.030) == 6
    assert got.octets(0, 200) == 15
    assert got.octets(101, 200) == 0


def test_a_ratio_is_of_what_the_link_could_have_carried():
    got = arrived(every(10, 1250, 0, 2000))
    assert got.ratio(2e6, 100, 102) == 0.5
    assert got.ratio(None, 100, 102) is None


@pytest.mark.parametrize("event, stall", [
    (101.0, 0.5),      # the link was back at once, nothing came for half a second
    (101.25, 0.25),    # it was back in the middle of the silence: only what came after counts
    (100.5, 0.5),      # it came on for a while: the gap behind that is what a program saw
    (101.6, 0.01),     # nothing happened
])
def test_a_stall_is_the_longest_gap_from_the_event_on(event, stall):
    got = arrived(every(10, 1, 0, 1001), every(10, 1, 1500, 3000))
    assert got.stall(event, 1.0) == pytest.approx(stall)


def test_a_stall_that_does_not_end_is_none():
    assert arrived(every(10, 1, 0, 1000)).stall(101.5, 5.0) is None
    assert arrived(every(10, 1, 0, 1000), every(10, 1, 9000, 9100)).stall(101.5, 5.0) is None


def test_the_rate_is_back_where_a_whole_window_is_full():
    slow, full = every(10, 100, 1000, 2000), every(10, 1000, 2000, 4000)
    got = arrived(every(10, 1000, 0, 1000), slow, full)
    assert got.at_rate(101.0, 800_000, 0.95, 0.5) == pytest.approx(1.0, abs=0.03)
    assert got.at_rate(102.5, 800_000, 0.95, 0.5) == 0
    assert got.at_rate(101.0, 1_600_000, 0.95, 0.5) is None


def test_a_queue_is_weighed_by_how_long_it_stood():
    samples = [Held(0.0, 0, 0, 900), Held(1.0, 0, 0, 100), Held(2.0, 0, 0, 300), Held(5.0, 0, 0, 0), Held(9.0, 0, 0, 999)]
    assert series.mean_queue(samples, 1.0, 9.0) == (100 * 1 + 300 * 3) / 4
    assert series.mean_queue(samples, 8.0, 9.0) is None


def test_offered_octets_are_those_of_the_last_sample_before():
    samples = [Held(1.0, 10, 1, 0), Held(2.0, 30, 2, 0)]
    assert [series.offered(samples, at) for at in (0.5, 1.5, 2.0)] == [0, 10, 30]


def test_a_percentile_is_a_value_that_was_seen():
    values = [float(value) for value in range(100, 0, -1)]
    assert [series.percentile(values, share) for share in (0.5, 0.99, 1.0, 0.0)] == [50, 99, 100, 1]
    assert series.percentile([7.0], 0.99) == 7


def test_figures_of_a_transfer():
    watch = argparse.Namespace(samples={"down": [Held(100 + at / 100, at * 1375, at, 2500 if at >= 500 else 0) for at in range(1001)]})
    told = bulk.figures(arrived(every(10, 1250, 50, 10_000)), watch, 10.0, "down", {"bits_per_second": 1e6, "delay": 0.05})
    assert told["payload_bytes"] == 995 * 1250
    assert told["goodput_ratio"] == 0.995
    assert told["steady_ratio"] == 1.0
    assert told["link_bytes_per_payload"] == pytest.approx(1.1, abs=0.002)  # what is under way at the end has not been paid for
    assert told["queue_ms"] == pytest.approx(20 * 5 / 8, abs=0.1)


def test_a_core_is_that_of_the_busier_end():
    told = cpu.figures(1e9, 4.0, {"client": 1.0, "server": 3.0})
    assert told["gbit_per_second"] == 2
    assert (told["client_cores"], told["server_cores"]) == (0.25, 0.75)
    assert told["gbit_per_core"] == pytest.approx(8 / 3)
    assert told["gbit_per_cpu_second"] == 2


def test_a_recorded_link_has_both_ways_or_a_fixed_way_up(tmp_path):
    for name in ("A-UMTS-x.down", "A-UMTS-x.up", "B-LTE.down"):
        (tmp_path / name).write_text("1\n2\n")
    assert traces.profile_of(tmp_path / "A-UMTS-x.down") == f"trace:{tmp_path}/A-UMTS-x.up,{tmp_path}/A-UMTS-x.down,delay=65"
    assert traces.profile_of(tmp_path / "B-LTE.down") == f"trace:{tmp_path}/B-LTE.down,{tmp_path}/B-LTE.down,up.rate=48M,delay=30"


def test_traces_are_taken_out_of_their_archive(tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    (made / "one.down").write_text("1\n")
    subprocess.run(["tar", "--zstd", "-cf", str(tmp_path / traces.ARCHIVE), "-C", str(made), "one.down"], check=True)
    with traces.unpacked(str(tmp_path)) as folder:
        assert [file.name for file in folder.rglob("*.down")] == ["one.down"]
        assert folder != tmp_path
    with traces.unpacked(str(made)) as folder:
        assert folder == made


def test_a_method_that_is_not_to_be_had_stands_in_the_table_with_its_reason():
    rows = [{"method": "a", "goodput_ratio": 0.5}, {"method": "b", "note": "skipped: no b here"}]
    assert table(rows, ["method", "goodput_ratio"]).splitlines()[-2:] == ["b                   -", "  b: skipped: no b here"]
    assert median([rows[1], rows[1]]) == {**rows[1], "runs": 2}


@pytest.fixture
def ends():
    """A server of the flows' far end, and a program at the near end, both here."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, WIRE, "serve", str(port), "cubic"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout.readline().startswith("READY ")

            def run(what, seconds, *more):
                command = [sys.executable, WIRE, what, "127.0.0.1", str(port), str(seconds), "-", *more]
                done = subprocess.run(command, capture_output=True, text=True, timeout=60)
                assert done.returncode == 0, done.stderr
                return json.loads(done.stdout)

            yield server, port, run
        finally:
            server.kill()


def test_octets_come_down_and_go_up(ends):
    server, _, run = ends
    down = run("receive", 0.5)
    assert sum(size for _, size in down["arrivals"]) > 1 << 20
    sent = run("send", 0.5, "cubic")
    up = json.loads(server.stdout.readline())
    assert up["begun"] == sent["begun"]  # one clock: from when the sender connected
    assert sum(size for _, size in up["arrivals"]) > 1 << 20
    assert all(at >= 0 for told in (down, up) for at, _ in told["arrivals"])


def test_each_message_is_told(ends):
    _, _, run = ends
    delays = run("messages", 0.5, "200", "0.1")["delays"]
    assert len(delays) == 5
    assert all(0 <= delay < 60 for delay in delays)


def test_a_download_that_is_stopped_tells_what_it_has(ends):
    _, port, _ = ends
    with subprocess.Popen([sys.executable, WIRE, "receive", "127.0.0.1", str(port), "600", "-"], stdout=subprocess.PIPE, text=True) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=2)
        process.terminate()
        out, _ = process.communicate(timeout=60)
    assert sum(size for _, size in json.loads(out)["arrivals"]) > 0
