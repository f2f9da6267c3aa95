"""A server that says one octet to whoever connects: greeter.py PORT [CERTIFICATE KEY]. With these over TLS 1.3."""

import socket
import ssl
import sys
import threading


def greet(stream: socket.socket, context: ssl.SSLContext | None) -> None:
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with context.wrap_socket(stream, server_side=True) if context else stream as wire:
            wire.sendall(b"!")
            wire.recv(1)  # until the other end leaves
    except OSError:
        pass


def main() -> None:
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    door = socket.create_server(("", int(sys.argv[1])))
    print("READY", flush=True)
    while True:
        threading.Thread(target=greet, args=(door.accept()[0], context), daemon=True).start()


main()
