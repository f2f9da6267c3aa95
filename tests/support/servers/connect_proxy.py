"""A small HTTP proxy that serves CONNECT alone, and asks for Basic credentials when it is given some.

connect_proxy.py HOST:PORT [USER:PASSWORD] prints "ready", then a line for each request: its target and the status it got.
"""

import base64
import contextlib
import socket
import sys
import threading

REALM = "office"
MAX_HEAD = 8192


def read_head(wire: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MAX_HEAD:
        octets = wire.recv(1)  # what stands behind the head is the tunnel's
        if not octets:
            break
        head += octets
    return head


def judge(head: bytes, credentials: str) -> tuple[int, str]:
    """The status of a request, and its target."""
    lines = head.decode("latin-1").split("\r\n")
    method, _, rest = lines[0].partition(" ")
    target = rest.split(" ")[0]
    if method != "CONNECT":
        return 405, target
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    wanted = "Basic " + base64.b64encode(credentials.encode()).decode()
    return (407 if credentials and headers.get("proxy-authorization") != wanted else 200), target


def copy(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while octets := source.recv(65536):
            to.sendall(octets)
        to.shutdown(socket.SHUT_WR)


def serve(wire: socket.socket, credentials: str) -> None:
    with wire, contextlib.suppress(OSError):
        status, target = judge(read_head(wire), credentials)
        far = None
        if status == 200:
            host, _, port = target.rpartition(":")
            try:
                far = socket.create_connection((host.strip("[]"), int(port)), timeout=10)
                far.settimeout(None)
            except OSError:
                status = 502
        print(target, status, flush=True)
        challenge = f'Proxy-Authenticate: Basic realm="{REALM}"\r\n' if status == 407 else ""
        wire.sendall(f"HTTP/1.1 {status} {'OK' if far else 'No'}\r\n{challenge}\r\n".encode())
        if far is None:
            return
        with far:
            up = threading.Thread(target=copy, args=(wire, far), daemon=True)
            up.start()
            copy(far, wire)
            up.join()


def main(place: str, credentials: str = "") -> None:
    host, _, port = place.rpartition(":")
    with socket.create_server((host, int(port))) as door:
        print("ready", flush=True)
        while True:
            threading.Thread(target=serve, args=(door.accept()[0], credentials), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
