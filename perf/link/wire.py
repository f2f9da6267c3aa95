"""The two programs at the ends of a measured flow, on the lab's hosts:

wire.py serve PORT CONGESTION                                at the server's side; READY and the congestion control that it got,
                                                             then a JSON line for each `send`
wire.py receive HOST PORT SECONDS PROXY                      incompressible octets come; prints what arrived when
wire.py send HOST PORT SECONDS PROXY CONGESTION              they go; the server prints what arrived when
wire.py messages HOST PORT SECONDS PROXY OCTETS APART        so large a message each APART seconds comes; prints how long each took
wire.py readdress OLD NEW                                    another address on the link; prints when it was there

PROXY is host:port of an HTTP CONNECT proxy, or `-`. SIGTERM ends `receive` and `messages` early, and they print what they have. Times are CLOCK_MONOTONIC, which both
hosts share.
"""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import Any

TCP_CONGESTION = 13
READ = 1 << 18
DRAIN_SECONDS = 10.0  # messages that are still under way when the last was sent
STAMP = struct.Struct("!d")


class Stopped(OSError):
    """Told to end: for whoever reads, as if the stream had broken."""


def stop(*_: object) -> None:
    raise Stopped


class Arrivals:
    """Octets by the millisecond since `begun`."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.counts: list[list[int]] = []

    def add(self, size: int) -> None:
        at = int((time.monotonic() - self.begun) * 1000)
        if self.counts and self.counts[-1][0] == at:
            self.counts[-1][1] += size
        else:
            self.counts.append([at, size])

    def read(self, stream: socket.socket, seconds: float) -> None:
        """Until then, or until the stream ends or breaks."""
        with contextlib.suppress(OSError):
            while (left := self.begun + seconds - time.monotonic()) > 0:
                stream.settimeout(left)
                got = stream.recv(READ)
                if not got:
                    break
                self.add(len(got))

    def told(self) -> dict[str, Any]:
        return {"begun": self.begun, "arrivals": self.counts}


def control(stream: socket.socket, congestion: str) -> str:
    try:
        stream.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, congestion.encode())
    except OSError:
        pass
    return stream.getsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, 16).rstrip(b"\0").decode()


def read_line(stream: socket.socket, end: bytes) -> bytes:
    line = b""
    while not line.endswith(end):
        got = stream.recv(1)
        if not got:
            raise SystemExit(f"ended in {line!r}")
        line += got
    return line


def connect(host: str, port: int, proxy: str) -> socket.socket:
    if proxy == "-":
        return socket.create_connection((host, port))
    at, number = proxy.rsplit(":", 1)
    stream = socket.create_connection((at, int(number)))
    stream.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode())
    answer = read_line(stream, b"\r\n\r\n")
    if b" 200 " not in answer.split(b"\r\n")[0]:
        raise SystemExit(f"proxy: {answer!r}")
    return stream


def pour(stream: socket.socket, until: float = float("inf")) -> None:
    block = os.urandom(1 << 20)
    while (left := until - time.monotonic()) > 0:
        stream.settimeout(None if left == float("inf") else left)
        stream.sendall(block)


def post(stream: socket.socket, seconds: float, octets: int, apart: float) -> None:
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begun = time.monotonic()
    for number in range(int(seconds / apart)):
        due = begun + number * apart  # what waits for room to be written in is late too
        time.sleep(max(0.0, due - time.monotonic()))
        stream.sendall(STAMP.pack(due) + os.urandom(octets - STAMP.size))


def serve_one(stream: socket.socket) -> None:
    try:
        what, *numbers = read_line(stream, b"\n").split()
        if what == b"receive":
            pour(stream)
        elif what == b"messages":
            post(stream, float(numbers[0]), int(numbers[1]), float(numbers[2]))
        else:
            arrivals = Arrivals(float(numbers[0]))
            arrivals.read(stream, float(numbers[1]))
            print(json.dumps(arrivals.told()), flush=True)
    except (OSError, SystemExit):
        pass  # who asked has left
    finally:
        stream.close()


def serve(port: int, congestion: str) -> None:
    listener = socket.create_server(("", port))
    print("READY", control(listener, congestion), flush=True)
    while True:
        threading.Thread(target=serve_one, args=listener.accept()[:1], daemon=True).start()


def receive(host: str, port: int, seconds: float, proxy: str) -> dict[str, Any]:
    arrivals = Arrivals(time.monotonic())
    with connect(host, port, proxy) as stream:
        stream.sendall(b"receive\n")
        signal.signal(signal.SIGTERM, stop)
        arrivals.read(stream, seconds)
    return arrivals.told()


def send(host: str, port: int, seconds: float, proxy: str, congestion: str) -> dict[str, Any]:
    begun = time.monotonic()
    with connect(host, port, proxy) as stream:
        got = control(stream, congestion)
        stream.sendall(b"send %r %r\n" % (begun, seconds))
        try:
            pour(stream, begun + seconds)
        except OSError:
            pass  # the time is over
    return {"begun": begun, "congestion": got}


def messages(host: str, port: int, seconds: float, proxy: str, octets: int, apart: float) -> dict[str, Any]:
    delays: list[float] = []
    with connect(host, port, proxy) as stream:
        stream.sendall(b"messages %r %d %r\n" % (seconds, octets, apart))
        stream.settimeout(seconds + DRAIN_SECONDS)
        signal.signal(signal.SIGTERM, stop)
        try:
            with stream.makefile("rb") as incoming:
                while len(delays) < int(seconds / apart) and len(message := incoming.read(octets)) == octets:
                    delays.append(time.monotonic() - STAMP.unpack(message[: STAMP.size])[0])
        except OSError:
            pass  # those that came count
    return {"delays": delays}


def readdress(old: str, new: str) -> dict[str, Any]:
    subprocess.run(["ip", "addr", "del", f"{old}/24", "dev", "link"], check=True)
    subprocess.run(["ip", "addr", "add", f"{new}/24", "dev", "link"], check=True)
    return {"at": time.monotonic()}


def main() -> None:
    what, *args = sys.argv[1:]
    if what == "serve":
        return serve(int(args[0]), args[1])
    if what == "readdress":
        told = readdress(*args)
    else:
        place = (args[0], int(args[1]), float(args[2]), args[3])
        if what == "messages":
            told = messages(*place, int(args[4]), float(args[5]))
        else:
            told = receive(*place) if what == "receive" else send(*place, args[4])
    print(json.dumps(told))


main()
