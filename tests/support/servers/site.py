"""What a server is told about the place it stands in."""

import dataclasses
import os
import pathlib
import socket

PASSWORD = "secret"
MASTER_USER = "proxy"
MASTER_PASSWORD = "proxysecret"
DOMAIN = "mail.test"
FOLDERS = ("Drafts", "Sent", "Junk", "Trash", "Archive")


@dataclasses.dataclass(frozen=True)
class Ports:
    imap: int
    imaps: int
    lmtp: int
    sasl: int
    submission: int
    submissions: int
    smtp: int
    gateway: int
    face_imap: int
    face_submission: int
    control: int  # of the fake server
    flow: int  # SOCKS5 and CONNECT at the client


# In a network namespace of its own every lab uses the same numbers, above the privileged ones.
OWN_NETWORK = Ports(20143, 20993, 20024, 20012, 20587, 20465, 20025, 20443, 21143, 21587, 20099, 21080)


def free_ports(address: str = "127.0.0.1") -> Ports:
    """Ports nobody uses now, for labs that share the host's loopback."""
    count = len(dataclasses.fields(Ports))
    sockets = [socket.create_server((address, 0)) for _ in range(count)]
    try:
        return Ports(*(s.getsockname()[1] for s in sockets))
    finally:
        for s in sockets:
            s.close()


@dataclasses.dataclass(frozen=True)
class Tls:
    ca: pathlib.Path
    cert: pathlib.Path
    key: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Site:
    dir: pathlib.Path  # searchable by the servers' own users, path short enough for sockets
    addresses: tuple[str, ...]  # to listen on
    ports: Ports
    tls: Tls
    users: tuple[str, ...]
    without: frozenset[str] = frozenset()  # capabilities not to offer

    @property
    def rooted(self) -> bool:
        return os.geteuid() == 0


class Unavailable(Exception):
    """This server cannot run here; says why."""
