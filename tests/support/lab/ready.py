"""Waits until servers greet; runs on the host it asks.     ready.py SECONDS HOST:PORT=GREETING…"""

import socket
import sys
import time

_PAUSE = 0.02  # a listening socket gives no event to strangers


def greets(host: str, port: int, greeting: bytes) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2) as wire:
            got = b""
            while len(got) < len(greeting):
                more = wire.recv(512)
                if not more:
                    return False
                got += more
            return got.startswith(greeting)
    except OSError:
        return False


def main(seconds: str, *targets: str) -> int:
    deadline = time.monotonic() + float(seconds)
    for target in targets:
        where, greeting = target.split("=", 1)
        host, port = where.rsplit(":", 1)
        while not greets(host, int(port), greeting.encode()):
            if time.monotonic() > deadline:
                print(f"{where} does not greet", file=sys.stderr)
                return 1
            time.sleep(_PAUSE)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
