"""When a connection began and when the first octet came through it, on the client's host:

start_probe.py flow PORT PROXY TARGET     READY; then asks PROXY for a flow to TARGET until one brings an octet
start_probe.py return PORT                READY; then waits for a new UDP connection over which large packets come
start_probe.py tls HOST PORT CA           TLS 1.3 over TCP to a server that speaks first: a full handshake, then a resumed one

Prints seconds since the first packet of the connection towards the gateway's PORT that carried it, as seen on the link's own device.
"""

import json
import select
import socket
import ssl
import sys
import time
from collections.abc import Iterator

DEVICE = "link"
ETHERTYPE_ALL = 3
OUTGOING = 4  # PACKET_OUTGOING
UDP, TCP = 17, 6
LONG = 0x80
SYN, ACK = 0x02, 0x10
ID_AT = 5  # of a long packet: the length of the destination id, behind first byte and version
DATA_BYTES = 1000
DATA_PACKETS = 3  # in a row: one alone may ask how large a packet may be
PAUSE_SECONDS = 0.002
LIMIT_SECONDS = 120.0


class Sniffer:
    """First packets of connections towards the gateway's port; large ones that come back."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.begun: dict[bytes, float] = {}  # connection -> its first packet
        self.large: list[float] = []
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETHERTYPE_ALL))
        self.wire.bind((DEVICE, ETHERTYPE_ALL))
        self.wire.setblocking(False)

    def read(self) -> None:
        while True:
            try:
                packet, (_, _, kind, *_) = self.wire.recvfrom(1 << 16)
            except BlockingIOError:
                return
            self.take(packet, kind == OUTGOING, time.monotonic())

    def take(self, packet: bytes, leaves: bool, now: float) -> None:
        if packet[0] >> 4 != 4 or packet[9] not in (UDP, TCP):
            return
        segment = packet[(packet[0] & 15) * 4 :]
        near, far = segment[:2], int.from_bytes(segment[2:4], "big")
        if not leaves:
            if packet[9] == UDP and int.from_bytes(near, "big") == self.port and not segment[8] & LONG and len(packet) > DATA_BYTES:
                self.large.append(now)
        elif far == self.port:
            if packet[9] == TCP and segment[13] & (SYN | ACK) == SYN:
                self.begun.setdefault(near, now)
            elif packet[9] == UDP and segment[8] & LONG:
                source = segment[8 + ID_AT + 1 + segment[8 + ID_AT] :]
                self.begun.setdefault(source[1 : 1 + source[0]], now)

    def began_before(self, moment: float) -> float:
        """The last connection attempt before it: the one that stood."""
        return max(at for at in self.begun.values() if at <= moment)


def watch(sniffer: Sniffer) -> Iterator[float]:
    """Each turn of waiting, until it takes too long."""
    print("READY", flush=True)
    begun = time.monotonic()
    while (now := time.monotonic()) < begun + LIMIT_SECONDS:
        sniffer.read()
        yield now
        select.select([sniffer.wire], [], [], PAUSE_SECONDS)
    raise SystemExit("no connection")


def flow(port: int, proxy: str, target: str) -> float:
    """A flow is asked for again and again: refused while there is no session."""
    at, number = proxy.rsplit(":", 1)
    sniffer, wire = Sniffer(port), None
    for now in watch(sniffer):
        if wire is None and (wire := ask(at, int(number), target)) is None:
            continue
        try:
            head, _, first = (wire.recv(1 << 12, socket.MSG_PEEK)).partition(b"\r\n\r\n")
        except BlockingIOError:
            continue
        except OSError:
            wire = None
            continue
        if first:
            sniffer.read()
            return now - sniffer.began_before(now)
        if b" 200 " not in head.split(b"\r\n")[0]:
            wire.close()
            wire = None
    raise AssertionError


def ask(host: str, port: int, target: str) -> socket.socket | None:
    try:
        wire = socket.create_connection((host, port))
    except OSError:
        return None  # the client is not there yet
    wire.sendall(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    wire.setblocking(False)
    return wire


def returned(port: int) -> float:
    sniffer = Sniffer(port)
    for _ in watch(sniffer):
        if not sniffer.begun:
            sniffer.large.clear()
        if len(sniffer.large) >= DATA_PACKETS:
            return sniffer.large[0] - sniffer.began_before(sniffer.large[0])
    raise AssertionError


def handshakes(host: str, port: int, ca: str) -> list[float]:
    context = ssl.create_default_context(cafile=ca)
    took, session = [], None
    for _ in range(2):
        begun = time.monotonic()
        with socket.create_connection((host, port)) as plain, context.wrap_socket(plain, server_hostname=host, session=session) as wire:
            wire.recv(1)
            took.append(time.monotonic() - begun)
            session = wire.session
    return took


def main() -> None:
    what, *args = sys.argv[1:]
    if what == "flow":
        told: object = flow(int(args[0]), args[1], args[2])
    elif what == "return":
        told = returned(int(args[0]))
    else:
        told = handshakes(args[0], int(args[1]), args[2])
    print(json.dumps(told))


main()
