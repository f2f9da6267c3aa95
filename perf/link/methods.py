"""Packetboat and its peers as places that a flow from the client's side to the server's side can go through."""

import contextlib
import dataclasses
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from lab import Lab, LabFailed, ROOT
from series import Arrivals

SERVER = "10.77.0.1"
PORT = 20555
WIRE = str(ROOT / "perf" / "link" / "wire.py")
FLOW_PROXY = "127.0.0.1:21080"
KCP_PORT, KCP_NEAR = 20557, 12948
END_SECONDS = 60.0  # that a program of ours may take beside what it was asked for


@dataclasses.dataclass(frozen=True)
class Method:
    name: str
    congestion: str = "bbr"  # of the server's end (what Packetboat's gateway reads from is no part of the link)
    options: tuple[str, ...] = ()  # of the lab
    packetboat: bool = False
    proxy: str = "-"
    program: str = ""  # that has to be installed
    package: str = ""


METHODS = {method.name: method for method in (
    Method("tcp-cubic", "cubic"),
    Method("tcp-bbr"),
    Method("kcptun", program="kcptun-client", package="kcptun"),
    Method("quic-bbr", program="gtlsclient", package="ngtcp2-client ngtcp2-server"),
    Method("packetboat-udp", options=("--carrier", "udp"), packetboat=True, proxy=FLOW_PROXY),
    Method("packetboat-tls", options=("--carrier", "tls"), packetboat=True, proxy=FLOW_PROXY),
    Method("packetboat", packetboat=True, proxy=FLOW_PROXY),
)}


def missing(method: Method) -> str:
    """Why there is no row of it here; empty: there is."""
    if not method.program or shutil.which(method.program):
        return ""
    return f"skipped: {method.program} is not installed (Debian: {method.package})"


def running(lab: Lab, side: str, *command: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(lab.command(side, *command), stdin=subprocess.DEVNULL, text=True, **more)


def stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


class Running:
    """One of wire.py's programs at the client's side."""

    def __init__(self, name: str, process: subprocess.Popen[str], seconds: float) -> None:
        self.name, self.process, self.seconds = name, process, seconds

    def finish(self, early: bool = False) -> dict[str, Any]:
        """What it printed in the end."""
        if early:
            self.process.terminate()
        try:
            out, err = self.process.communicate(timeout=self.seconds + END_SECONDS)
        except subprocess.TimeoutExpired:
            raise LabFailed(f"{self.name}: no end") from None
        finally:
            stop(self.process)
        if self.process.returncode != 0:
            raise LabFailed(f"{self.name}: {err.strip()[-500:]}")
        return json.loads(out)


class Flows:
    """Flows by one method in one lab: what serves them runs as long as this is open."""

    def __init__(self, lab: Lab, method: Method, port: int = PORT) -> None:
        self.lab, self.method = lab, method
        self.host, self.port = SERVER, port
        self.congestion = ""
        self.ends = contextlib.ExitStack()
        self.server: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Flows":
        with contextlib.ExitStack() as ends:
            self.server = self._keep(ends, "server", sys.executable, WIRE, "serve", str(self.port), self.method.congestion, stdout=subprocess.PIPE)
            assert self.server.stdout is not None
            self.congestion = (self.server.stdout.readline().split() or ["", "?"])[-1]
            if self.method.name == "kcptun":
                self._tunnel(ends)
            self.ends = ends.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.close()

    def _keep(self, ends: contextlib.ExitStack, side: str, *command: str, **more: Any) -> subprocess.Popen[str]:
        process = running(self.lab, side, *command, **more)
        ends.callback(stop, process)
        return process

    def _tunnel(self, ends: contextlib.ExitStack) -> None:
        """kcptun as it comes, but without its compression: nothing here can be compressed."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._keep(ends, "server", "kcptun-server", "--listen", f"{SERVER}:{KCP_PORT}", "--target", f"127.0.0.1:{self.port}", "--nocomp", **quiet)
        self._keep(ends, "client", "kcptun-client", "--localaddr", f"127.0.0.1:{KCP_NEAR}", "--remoteaddr", f"{SERVER}:{KCP_PORT}", "--nocomp", **quiet)
        self.host, self.port = "127.0.0.1", KCP_NEAR
        self.lab.run("client", sys.executable, str(ROOT / "tests" / "support" / "lab" / "ready.py"), "20", f"127.0.0.1:{KCP_NEAR}=")

    @property
    def trouble(self) -> str:
        return "" if self.congestion == self.method.congestion else f"{self.method.congestion} is not to be had here"

    def begin(self, what: str, seconds: float, *more: str, side: str = "client") -> Running:
        """receive, send or messages."""
        command = (sys.executable, WIRE, what, self.host, str(self.port), str(seconds), self.method.proxy, *more)
        process = running(self.lab, side, *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return Running(f"{self.method.name}: {what}", process, seconds)

    def download(self, seconds: float, side: str = "client") -> Running:
        """One stream of incompressible octets; `arrivals` reads what it printed."""
        return self.begin("receive", seconds, side=side)

    def messages(self, seconds: float, octets: int, apart: float) -> Running:
        """So large a message down each `apart` seconds; prints `delays`."""
        return self.begin("messages", seconds, str(octets), str(apart))

    def upload(self, seconds: float) -> Arrivals:
        """The same the other way, until its end."""
        told = self.begin("send", seconds, self.method.congestion).finish()
        if self.method.proxy == "-" and self.host == SERVER:
            self.congestion = told["congestion"]
        assert self.server is not None and self.server.stdout is not None
        return arrivals(json.loads(self.server.stdout.readline()))


def arrivals(told: dict[str, Any]) -> Arrivals:
    return Arrivals.by_millisecond(told["begun"], told["arrivals"])


@contextlib.contextmanager
def flows(lab: Lab, name: str, port: int = PORT) -> Iterator[Flows]:
    with Flows(lab, METHODS[name], port) as opened:
        yield opened


def until(condition: Callable[[], bool], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabFailed(f"not {what} after {seconds:g} s")
        time.sleep(0.02)
