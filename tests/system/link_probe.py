"""Talks through the link; run on its hosts by test_link.py. The hosts share one monotonic clock.

receive PORT COUNT [--quiet SECONDS]   prints {"rows": [[number, sent, arrived, tos], …]} after COUNT or a silence
send HOST PORT COUNT SIZE GAP [TOS]    SIZE is the IP packet's
"""

import json
import socket
import struct
import sys
import time

HEADER = 28  # IPv4 and UDP


def receive(port: str, count: str, quiet: str = "2") -> None:
    rows = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        wire.bind(("", int(port)))
        print("READY", flush=True)
        wire.settimeout(10)
        try:
            while len(rows) < int(count):
                data, ancillary, _, _ = wire.recvmsg(65536, 64)
                number, sent = struct.unpack("!Id", data[:12])
                tos = next((value[0] for level, kind, value in ancillary if kind == socket.IP_TOS), 0)
                rows.append([number, sent, time.monotonic(), tos])
                wire.settimeout(float(quiet))
        except TimeoutError:
            pass
    print(json.dumps({"rows": rows}), flush=True)


def send(host: str, port: str, count: str, size: str, gap: str, tos: str = "0") -> None:
    padding = bytes(int(size) - HEADER - 12)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, int(tos))
        wire.connect((host, int(port)))
        start = time.monotonic()
        for number in range(int(count)):
            wait = start + number * float(gap) - time.monotonic()
            if wait > 0:
                time.sleep(wait)  # the pace is what is being sent, not a guess at an event
            wire.send(struct.pack("!Id", number, time.monotonic()) + padding)


if __name__ == "__main__":
    {"receive": receive, "send": send}[sys.argv[1]](*sys.argv[2:])
