"""What carries the tunnel: UDP by default, TLS where UDP does not pass, and the same session through all of it."""

import hashlib
import pathlib
import random
import sys
import threading

import accounts
import pytest
from lab import Lab, ROOT

LINK = "sym:8M:40:0%"
FAR_PORT = 20777
FLOW_PORT = 21080
SIZE = 10 << 20  # ten seconds of the link: something happens in the middle
BLOCK = random.Random(11).randbytes(1 << 20)

FAR_SERVER = f"""
import random, socket, threading
block = random.Random(11).randbytes(1 << 20)
def say(wire):
    with wire:
        for _ in range({SIZE >> 20}):
            wire.sendall(block)
door = socket.create_server(("10.77.0.1", {FAR_PORT}))
print("ready", flush=True)
while True:
    threading.Thread(target=say, args=door.accept()[:1], daemon=True).start()
"""


class Flow(threading.Thread):
    """A download through the client's SOCKS port, as a program sees it."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(daemon=True)
        self.wire = accounts.connect(lab, "client", f"127.0.0.1:{FLOW_PORT}")
        self.wire.settimeout(accounts.LIMIT_SECONDS)
        self.count, self.digest, self.error = 0, hashlib.sha256(), None
        host = b"10.77.0.1"
        self.wire.sendall(b"\x05\x01\x00")
        assert self.wire.recv(2) == b"\x05\x00"
        self.wire.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + FAR_PORT.to_bytes(2, "big"))
        assert self.wire.recv(10, 256)[1] == 0  # MSG_WAITALL
        self.start()

    def run(self) -> None:
        try:
            with self.wire:
                while octets := self.wire.recv(65536):
                    self.digest.update(octets)
                    self.count += len(octets)
        except OSError as error:
            self.error = error

    def reach(self, count: int) -> None:
        accounts.until(lambda: self.count >= count or self.error, f"{count} octets of the flow")

    def complete(self) -> None:
        self.join(2 * accounts.LIMIT_SECONDS)
        assert self.error is None
        assert self.count == SIZE
        assert self.digest.hexdigest() == hashlib.sha256(BLOCK * (SIZE >> 20)).hexdigest()


def session(lab: Lab) -> dict:
    return accounts.status(lab)["session"]


def until_over(lab: Lab, carrier: str, seconds: float = accounts.LIMIT_SECONDS) -> None:
    accounts.until(lambda: session(lab)["carrier"] == carrier and session(lab)["state"] == "connected", f"carried by {carrier}", seconds)


def mail_comes(lab: Lab, subject: str) -> None:
    with accounts.server(lab) as server:
        server.append("INBOX", accounts.mail(subject))
    with accounts.face(lab) as program:
        accounts.until(lambda: accounts.find(program, "INBOX", subject), f"the mail {subject}")


def serve_far(lab: Lab):
    return accounts.running(lab, "server", sys.executable, "-c", FAR_SERVER)


@pytest.fixture(scope="module")
def lab(world):
    with Lab("--profile", LINK, "--wait", "synced") as lab, serve_far(lab) as process:
        assert process.stdout.readline() == b"ready\n"
        yield lab


@pytest.fixture(autouse=True)
def whole_link(request):
    """Each test begins on a link that lets everything pass, and on UDP."""
    if "lab" in request.fixturenames:
        running = request.getfixturevalue("lab")
        running.call("link", LINK)
        running.call("link", "up")
        until_over(running, "udp", 2 * accounts.LIMIT_SECONDS)


def test_udp_carries_by_default_and_both_ends_say_so(lab):
    told = session(lab)
    assert told["carrier"] == "udp"
    assert told["path"]["datagram"] >= 1200
    gateway = accounts.status(lab, "gateway")["sessions"]
    assert [(row["carrier"], row["address"]) for row in gateway if row["connected"]] == [("udp", "10.77.0.2")]
    assert "over      udp" in lab.packetboat("status")


def test_the_flow_goes_on_when_the_link_was_away_for_seconds(lab):
    before = session(lab)
    flow = Flow(lab)
    flow.reach(2 << 20)
    lab.call("link", "down")
    with pytest.raises(AssertionError):  # nothing announces that nothing comes
        accounts.until(lambda: False, "five seconds", 5)
    stood = flow.count
    lab.call("link", "up")
    accounts.until(lambda: flow.count > stood, "the flow goes on")
    flow.complete()
    assert session(lab)["sessions"] == before["sessions"]


def test_the_session_goes_on_from_another_address(lab):
    before = session(lab)
    flow = Flow(lab)
    flow.reach(2 << 20)
    lab.run("client", "ip", "addr", "del", "10.77.0.2/24", "dev", "link")
    lab.run("client", "ip", "addr", "add", "10.77.0.3/24", "dev", "link")
    try:
        flow.complete()
        after = session(lab)
        assert (after["sessions"], after["joins"]) == (before["sessions"], before["joins"])
        assert after["carrier"] == "udp"
        assert accounts.status(lab, "gateway")["sessions"][0]["address"] == "10.77.0.3"
    finally:
        lab.run("client", "ip", "addr", "del", "10.77.0.3/24", "dev", "link")
        lab.run("client", "ip", "addr", "add", "10.77.0.2/24", "dev", "link")


def second_interface(lab: Lab) -> None:
    """Both hosts get a second cable, which no route prefers."""
    lab.run("client", "ip", "link", "add", "second", "type", "veth", "peer", "name", "second", "netns", str(lab.pid("gateway")))
    for side, address in (("server", "10.78.0.1/24"), ("client", "10.78.0.2/24")):
        lab.run(side, "ip", "addr", "add", address, "dev", "second")
        lab.run(side, "ip", "link", "set", "second", "up")


def client_address(lab: Lab) -> str:
    return accounts.status(lab, "gateway")["sessions"][0]["address"]


def until_from(lab: Lab, address: str) -> None:
    accounts.until(lambda: client_address(lab) == address, f"carried from {address}")


def test_the_session_goes_on_through_another_interface(lab):
    before = session(lab)
    try:
        second_interface(lab)
        mail_comes(lab, "with a second interface")
        assert client_address(lab) == "10.77.0.2"  # which was no reason to move
        flow = Flow(lab)
        flow.reach(2 << 20)
        lab.call("link", "down")
        flow.complete()  # in the silence the other one was asked, and answered
        assert client_address(lab) == "10.78.0.2"
        lab.call("link", "up")
        lab.run("client", "ip", "link", "del", "second")
        until_from(lab, "10.77.0.2")
        mail_comes(lab, "the second interface is gone")
        second_interface(lab)
        flow = Flow(lab)
        flow.reach(1 << 20)
        lab.run("client", "ip", "route", "add", "10.77.0.1/32", "via", "10.78.0.1")
        flow.complete()
        until_from(lab, "10.78.0.2")  # by the routes' choice, and nothing was cut for it
        after = session(lab)
        assert (after["sessions"], after["joins"], after["carrier"]) == (before["sessions"], before["joins"], "udp")
    finally:
        lab.run("client", "ip", "link", "del", "second", check=False)
        until_from(lab, "10.77.0.2")


def test_udp_blocked_in_mid_transfer_is_seen_by_no_program(lab):
    before = session(lab)
    flow = Flow(lab)
    flow.reach(2 << 20)
    lab.call("link", LINK + ",udp=no")
    until_over(lab, "tls", 20)
    mail_comes(lab, "over tls")
    flow.complete()
    assert session(lab)["sessions"] == before["sessions"]
    lab.call("link", LINK)
    until_over(lab, "udp", 2 * accounts.LIMIT_SECONDS)
    mail_comes(lab, "over udp again")
    assert session(lab)["sessions"] == before["sessions"]


def test_where_udp_never_passes_mail_flows_over_tls(world):
    with Lab("--profile", LINK + ",udp=no", "--wait", "synced") as lab:
        assert session(lab)["carrier"] == "tls"
        assert accounts.status(lab, "gateway")["sessions"][0]["carrier"] == "tls"
        mail_comes(lab, "without udp")


PROXY_ADDRESS = "10.77.0.9"  # at the far end of the link too
PROXY_PORT = 3128
PASSWORD = "hunter2-seven"


def restart_through_proxy(lab: Lab, credentials: str) -> None:
    lab.call("kill", "client")
    lab.call("start", "client", environment={"https_proxy": f"http://{credentials}@{PROXY_ADDRESS}:{PROXY_PORT}"})


def test_where_only_a_proxy_reaches_the_gateway_mail_flows_through_it(world):
    with Lab("--profile", LINK + ",udp=no", "--wait", "synced") as lab:
        lab.run("server", "ip", "addr", "add", f"{PROXY_ADDRESS}/24", "dev", "link")
        program = ROOT / "tests" / "support" / "servers" / "connect_proxy.py"
        with accounts.running(lab, "server", sys.executable, str(program), f"{PROXY_ADDRESS}:{PROXY_PORT}", f"me:{PASSWORD}") as proxy:
            assert proxy.stdout.readline() == b"ready\n"
            lab.run("client", "ip", "route", "add", "blackhole", "10.77.0.1")
            restart_through_proxy(lab, "me:hunter2-eight")
            accounts.until(lambda: 'refuses the user name or password for realm "office"' in session(lab)["trouble"], "the refusal is told")
            assert session(lab)["state"] != "connected"
            restart_through_proxy(lab, f"me:{PASSWORD}")
            until_over(lab, "tls")
            assert session(lab)["via"] == f"{PROXY_ADDRESS}:{PROXY_PORT}"
            told = lab.packetboat("status")
            assert f"over      tls via proxy {PROXY_ADDRESS}:{PROXY_PORT}" in told
            mail_comes(lab, "through the proxy")
            log = (pathlib.Path(lab.dir) / "log" / "client.log").read_text()
            assert f"through the proxy {PROXY_ADDRESS}:{PROXY_PORT}" in log
            assert "hunter2" not in log + told + str(accounts.status(lab))
