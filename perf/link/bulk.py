"""One stream of incompressible bytes: bulk.py serve PORT CONGESTION | receive HOST PORT SECONDS [PROXY]."""

import json
import os
import socket
import sys
import time

TCP_CONGESTION = 13


def serve(port: int, congestion: str) -> None:
    listener = socket.create_server(("", port))
    try:
        listener.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, congestion.encode())
    except OSError:
        pass
    name = listener.getsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, 16).rstrip(b"\0").decode()
    print("READY", name, flush=True)
    block = os.urandom(1 << 20)
    while True:
        stream, _ = listener.accept()
        try:
            while True:
                stream.sendall(block)
        except OSError:
            stream.close()


def receive(host: str, port: int, seconds: float, proxy: str) -> None:
    begun = time.monotonic()
    if proxy:
        at, number = proxy.rsplit(":", 1)
        stream = socket.create_connection((at, int(number)))
        stream.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            got = stream.recv(1)
            if not got:
                raise SystemExit(f"proxy: {answer!r}")
            answer += got
        if b" 200 " not in answer.split(b"\r\n")[0]:
            raise SystemExit(f"proxy: {answer!r}")
    else:
        stream = socket.create_connection((host, port))
    total = 0
    while (left := begun + seconds - time.monotonic()) > 0:
        stream.settimeout(left)
        try:
            got = stream.recv(1 << 18)
        except TimeoutError:
            break
        if not got:
            break
        total += len(got)
    print(json.dumps({"bytes": total}))


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]), sys.argv[3])
else:
    receive(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5] if len(sys.argv) > 5 else "")
