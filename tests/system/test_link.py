"""The link emulator against its own settings, and the lab's world without Packetboat, through real sockets."""

import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = ROOT / "scripts" / "lab"
PROBE = pathlib.Path(__file__).with_name("link_probe.py")
SERVER = "10.77.0.1"
PORT = "9"
SIZE = 1000


def lab(*args, check=True, **env):
    done = subprocess.run([LAB, *map(str, args)], capture_output=True, text=True, timeout=120, env={**os.environ, **env})
    assert not check or done.returncode == 0, done.stderr
    return done


def environment(text):
    values = {}
    for line in text.splitlines():
        key, value = line.split("=", 1)
        values[key] = value.strip("'")
    return values


@contextlib.contextmanager
def world(*args, **env):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="pb-", dir="/tmp"))
    directory.chmod(0o755)
    try:
        told = environment(lab("up", directory, "--no-packetboat", *args, **env).stdout)
        yield directory, told
    finally:
        lab("down", directory, check=False)
        shutil.rmtree(directory)


@pytest.fixture(scope="module")
def two_hosts():
    with world() as (directory, told):
        if not told["CLIENT_NETNS"]:
            pytest.skip("network namespaces or TUN are refused here")
        yield directory


def exec_on(directory, side, *command, **more):
    return subprocess.run([LAB, "exec", directory, side, *map(str, command)], capture_output=True, text=True, timeout=60, **more)


def probe(directory, profile, count, gap=0.0, size=SIZE, tos=0, quiet=1.5):
    """Sends `count` packets from client to server; the rows that arrived and the link's own counts."""
    lab("link", directory, profile)
    receiver = subprocess.Popen([LAB, "exec", directory, "server", sys.executable, PROBE, "receive", PORT, str(count), str(quiet)],
                                stdout=subprocess.PIPE, text=True)
    try:
        assert receiver.stdout.readline() == "READY\n"
        lab("stats", directory, "--reset")
        sent = exec_on(directory, "client", sys.executable, PROBE, "send", SERVER, PORT, count, size, gap, tos)
        assert sent.returncode == 0, sent.stderr
        told, _ = receiver.communicate(timeout=60)
    finally:
        receiver.kill()
        receiver.wait()
    return json.loads(told)["rows"], json.loads(lab("stats", directory).stdout)["up"]


def rate_of(rows, size=SIZE):
    return (len(rows) - 1) * size * 8 / (rows[-1][2] - rows[0][2])


def test_rate(two_hosts):
    rows, counts = probe(two_hosts, "sym:4M:20:0%,queue=1M", 400)
    assert len(rows) == 400
    assert rate_of(rows) == pytest.approx(4e6, rel=0.03)
    assert counts["offered_bytes"] == counts["delivered_bytes"] == 400 * SIZE


def test_a_named_profile_limits_each_direction_on_its_own(two_hosts):
    rows, _ = probe(two_hosts, "3g,loss=0,queue=1M,jitter=0", 100)
    assert rate_of(rows) == pytest.approx(500e3, rel=0.03)


def test_delay(two_hosts):
    rows, _ = probe(two_hosts, "sym:100M:100:0%", 100, gap=0.005)
    delays = [arrived - sent for _, sent, arrived, _ in rows]
    assert min(delays) >= 0.050
    assert statistics.median(delays) == pytest.approx(0.050, abs=0.003)


def test_jitter_spreads_the_delay_and_keeps_the_order(two_hosts):
    rows, _ = probe(two_hosts, "lan,delay=50,jitter=10", 200, gap=0.003)
    delays = [arrived - sent for _, sent, arrived, _ in rows]
    assert 0.040 <= min(delays) < 0.045
    assert max(delays) > 0.055
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_reordering_when_asked(two_hosts):
    rows, _ = probe(two_hosts, "lan,delay=50,jitter=20,reorder=yes", 200, gap=0.002)
    assert [row[0] for row in rows] != sorted(row[0] for row in rows)


@pytest.mark.parametrize("settings, share", [("loss=5%", 0.05), ("ge=.00658:.125:.6", 0.030), ("loss=0", 0.0)])
def test_loss(two_hosts, settings, share):
    rows, counts = probe(two_hosts, f"lan,{settings}", 20_000, size=60)
    assert counts["offered_packets"] == 20_000
    assert counts["lost_packets"] / 20_000 == pytest.approx(share, abs=0.009 if share else 0)
    assert len(rows) <= counts["delivered_packets"] == 20_000 - counts["lost_packets"]  # a slow receiver may drop some


def test_the_same_seed_loses_the_same_packets():
    survivors = []
    for _ in range(2):
        with world("--server", "dovecot", "--seed", "7") as (directory, told):
            if not told["CLIENT_NETNS"]:
                pytest.skip("network namespaces or TUN are refused here")
            rows, _ = probe(directory, "lan,loss=10%,rate=1M,queue=1M", 500, size=100)
            survivors.append([row[0] for row in rows])
    assert survivors[0] == survivors[1]
    assert len(survivors[0]) < 500


def test_the_queue_drops_its_tail(two_hosts):
    rows, counts = probe(two_hosts, "sym:1M:20:0%,queue=20k", 100)
    assert counts["queue_peak_bytes"] == 20_000
    assert counts["queue_dropped_packets"] == 100 - len(rows) > 50
    assert [row[0] for row in rows][:20] == list(range(20))


def test_the_policer_lets_a_burst_through_and_then_its_rate(two_hosts):
    _, counts = probe(two_hosts, "lan,police=800k:20k", 1000, gap=0.001)
    # 20 kB at once and 100 bytes a millisecond for one second
    assert counts["delivered_bytes"] == pytest.approx(120_000, rel=0.1)
    assert counts["policed_packets"] + counts["delivered_packets"] == 1000


def test_congestion_is_marked_above_the_threshold(two_hosts):
    rows, counts = probe(two_hosts, "sym:4M:20:0%,queue=1M,ecn=10k", 60, tos=2)
    assert [row[3] & 3 for row in rows][:10] == [2] * 10
    assert sum(row[3] & 3 == 3 for row in rows) == counts["ecn_marked_packets"] > 30
    rows, counts = probe(two_hosts, "sym:4M:20:0%,queue=1M,ecn=10k", 60, tos=0)
    assert all(row[3] & 3 == 0 for row in rows)


def test_outages_come_at_their_period(two_hosts):
    rows, _ = probe(two_hosts, "lan,outage=200:1000", 400, gap=0.005)
    assert 1 - len(rows) / 400 == pytest.approx(0.2, abs=0.06)


def test_a_trace_paces_packets(two_hosts):
    trace = two_hosts / "ten"
    trace.write_text("".join(f"{i * 10}\n" for i in range(1, 101)))
    rows, _ = probe(two_hosts, f"trace:{trace},{trace}", 100, size=1500)
    assert rate_of(rows, 1500) == pytest.approx(1.2e6, rel=0.03)


HELD = """
import socket, sys
wire = socket.create_connection(("10.77.0.1", 20143))
wire.recv(500)
print("READY", flush=True)
sys.stdin.readline()
wire.sendall(b"a NOOP\\r\\n")
print("SENT", flush=True)
wire.settimeout(20)
print(wire.recv(500).decode().split()[0], flush=True)
"""


def test_down_swallows_and_interfaces_stay_up(two_hosts):
    lab("link", two_hosts, "lan")
    held = subprocess.Popen([LAB, "exec", two_hosts, "client", sys.executable, "-c", HELD], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with held:
        assert held.stdout.readline() == "READY\n"
        lab("link", two_hosts, "down")
        before = json.loads(lab("stats", two_hosts, "--reset").stdout)
        assert before["state"] == "down"
        held.stdin.write("\n")
        held.stdin.flush()
        assert held.stdout.readline() == "SENT\n"
        interfaces = exec_on(two_hosts, "client", "ip", "-brief", "link", "show", "link").stdout
        assert "UP" in interfaces and "NO-CARRIER" not in interfaces
        down = json.loads(lab("stats", two_hosts).stdout)["up"]
        assert down["swallowed_bytes"] > 0 and down["offered_bytes"] == 0
        lab("link", two_hosts, "up")
        assert held.stdout.readline() == "a\n"  # TCP's own retransmission brings it over


def test_a_wrong_profile_is_refused_and_changes_nothing(two_hosts):
    lab("link", two_hosts, "lan")
    refused = lab("link", two_hosts, "5g", check=False)
    assert refused.returncode == 1 and "5g" in refused.stderr
    assert json.loads(lab("stats", two_hosts).stdout)["profile"] == "lan"


MAIL = b"From: x@mail.test\r\nTo: alice@mail.test\r\nSubject: octets\r\n\r\n.\r\n..dots \xc3\xa9\t \r\nno line end"

SUBMIT = """
import smtplib, ssl, sys
host, port = sys.argv[1].split(":")
server = smtplib.SMTP(host, int(port))
server.starttls(context=ssl.create_default_context(cafile=sys.argv[2]))
server.login("alice", "secret")
server.sendmail("alice@mail.test", ["bob@mail.test"], "Subject: sent\\r\\n\\r\\nhello\\r\\n")
server.quit()
"""

FETCH = """
import imaplib, ssl, sys
host, port = sys.argv[1].split(":")
wire = imaplib.IMAP4(host, int(port))
wire.starttls(ssl.create_default_context(cafile=sys.argv[2]))
wire.login(sys.argv[3], "secret")
wire.select("INBOX")
while True:
    kind, found = wire.search(None, "ALL")
    if found[0]:
        break
    wire.socket().settimeout(30)
    wire.send(b"i IDLE\\r\\n")
    while b"EXISTS" not in wire.readline():
        pass
    wire.send(b"DONE\\r\\n")
    while not wire.readline().startswith(b"i "):
        pass
sys.stdout.buffer.write(wire.fetch("1", "(BODY.PEEK[])")[1][0][1])
wire.logout()
"""


def fetched(directory, told, user):
    done = subprocess.run([LAB, "exec", directory, "client", sys.executable, "-c", FETCH, told["SERVER_IMAP"], told["SERVER_CA"], user],
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def processes_of(directory):
    record = json.loads((directory / "lab.json").read_text())
    networks = set(record["networks"].values())
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{name}/ns/net") in networks:
                found.add(int(name))
    return found | {known["pid"] for known in record["processes"].values()}


def running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("relay", ["", "1"])
def test_the_world_delivers_submits_counts_and_goes(relay, tmp_path):
    mail = tmp_path / "mail"
    mail.write_bytes(MAIL)
    with world("--profile", "lte,loss=0", PACKETBOAT_LAB_RELAY=relay) as (directory, told):
        lab("stats", directory, "--reset")
        lab("deliver", directory, "alice", mail)
        assert fetched(directory, told, "alice") == MAIL
        sent = exec_on(directory, "client", sys.executable, "-c", SUBMIT, told["SERVER_SUBMISSION"], told["SERVER_CA"])
        assert sent.returncode == 0, sent.stderr
        assert fetched(directory, told, "bob").endswith(b"Subject: sent\r\n\r\nhello\r\n")
        stats = json.loads(lab("stats", directory).stdout)
        assert stats["emulated"] == "relay" if relay else stats["emulated"] in ("netns", "relay")
        assert stats["up"]["offered_bytes"] > 1000 and stats["down"]["offered_bytes"] > 4000
        assert environment(lab("env", directory, "bob").stdout)["SERVER_USER"] == "bob"
        own = processes_of(directory)
        assert len(own) >= 3
        lab("down", directory)
        assert [pid for pid in own if running(pid)] == []


def test_generated_mails_are_there_with_folders_and_flags(tmp_path):
    with world("--mails", "120", "--without", "CONDSTORE,QRESYNC,UIDPLUS") as (directory, told):
        rows = json.loads((directory / "mails" / "manifest.json").read_text())
        inbox = [row for row in rows if row["folder"] == "INBOX"]
        script = (
            "import imaplib, json, sys\n"
            "wire = imaplib.IMAP4(*sys.argv[1].split(':'))\n"
            "wire.login('alice', 'secret')\n"
            "wire.select('INBOX', readonly=True)\n"
            "told = wire.fetch('1:*', '(FLAGS RFC822.SIZE)')[1]\n"
            "print(json.dumps([list(wire.capabilities), [line.decode() for line in told]]))\n"
        )
        capabilities, lines = json.loads(exec_on(directory, "client", sys.executable, "-c", script, told["SERVER_IMAP"]).stdout)
        assert "IDLE" in capabilities and not {"CONDSTORE", "QRESYNC", "UIDPLUS"} & set(capabilities)
        assert len(lines) == len(inbox)
        for line, row in zip(lines, inbox):
            assert f"RFC822.SIZE {row['size']}" in line
            assert all(flag in line for flag in row["flags"])


def test_a_failed_start_leaves_nothing(tmp_path):
    directory = tmp_path / "lab"
    failed = lab("up", directory, "--no-packetboat", "--mails", tmp_path / "absent", check=False)
    assert failed.returncode == 1 and failed.stdout == "" and "absent" in failed.stderr
    record = json.loads((directory / "lab.json").read_text())
    assert record["processes"] == {}


def test_a_second_lab_in_the_same_folder_is_refused(two_hosts):
    refused = lab("up", two_hosts, "--no-packetboat", check=False)
    assert refused.returncode == 1 and "runs here" in refused.stderr
    assert json.loads(lab("stats", two_hosts).stdout)["emulated"] == "netns"
