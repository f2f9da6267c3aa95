"""A lab's accounts as mail programs and the mail server see them, from connections made on the lab's hosts."""

import contextlib
import hashlib
import http.client
import json
import pathlib
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from fakes.harness import Control
from imapclient.client import Client
from imapclient.oracle import Row, difference, mailboxes, misstated, read_account  # noqa: F401 - for the tests
from imapclient.smtp import Smtp
from lab import Lab, ROOT

LIMIT_SECONDS = 60  # of whatever is waited for; nothing is asserted about how soon it comes
_CONTROL_PORT = 20099  # of the fake server, in the lab's own network

# Run on one of the hosts: connects, and hands the connection over its standard input.
_CONNECT = """
import socket, sys
host, port = sys.argv[1].rsplit(":", 1)
made = socket.create_connection((host, int(port)), timeout=30)
socket.send_fds(socket.socket(fileno=0), [b"."], [made.fileno()])
"""

View = dict[str, dict[int, Row]]


def connect(lab: Lab, side: str, place: str) -> socket.socket:
    """A connection from that host to HOST:PORT, in this process."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = lab.command(side, sys.executable, "-c", _CONNECT, place)
        done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, timeout=LIMIT_SECONDS)
        if done.returncode != 0:
            raise ConnectionError(done.stderr.strip().splitlines()[-1])
        _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    connection = socket.socket(fileno=descriptors[0])
    connection.setblocking(True)
    return connection


@contextlib.contextmanager
def running(lab: Lab, side: str, *command: str) -> Iterator[subprocess.Popen]:
    """A program on one of the hosts until the block ends; what it prints can be read."""
    with subprocess.Popen(lab.command(side, *command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def environment(lab: Lab, user: str | None = None) -> dict[str, str]:
    if user is None:
        return lab.env
    return dict(word.partition("=")[::2] for word in shlex.split(lab.call("env", user)))


def imap(lab: Lab, side: str, place: str) -> Client:
    return Client(place.rsplit(":", 1)[0], 0, timeout=LIMIT_SECONDS, connection=connect(lab, side, place))


def smtp(lab: Lab, side: str, place: str) -> Smtp:
    return Smtp(place.rsplit(":", 1)[0], 0, timeout=LIMIT_SECONDS, connection=connect(lab, side, place))


def face(lab: Lab, user: str | None = None) -> Client:
    """A program that has logged in at the client's IMAP face."""
    env = environment(lab, user)
    client = imap(lab, "client", env["FACE_IMAP"])
    client.login(env["FACE_USER"], env["FACE_PASSWORD"])
    return client


def server(lab: Lab, user: str = "alice") -> Client:
    """Somebody who has logged in at the mail server itself, beside it."""
    client = imap(lab, "server", lab.env["SERVER_IMAP"])
    client.login(user, lab.env["SERVER_PASSWORD"])
    return client


def control(lab: Lab) -> Control:
    return Control(connection=connect(lab, "server", f"127.0.0.1:{_CONTROL_PORT}"))


def at_face(lab: Lab, user: str | None = None) -> View:
    with face(lab, user) as client:
        return read_account(client)


def at_server(lab: Lab, user: str = "alice") -> View:
    with server(lab, user) as client:
        return read_account(client)


class _Door(http.client.HTTPConnection):
    """A daemon's control socket: what the commands themselves talk to, without starting one."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=LIMIT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(lab: Lab, daemon: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """HTTP status and answer of the client or the gateway."""
    with contextlib.closing(_Door(f"{lab.dir}/{daemon}.sock")) as door:
        door.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body),
                     {"Content-Type": "application/json"})
        answer = door.getresponse()
        return answer.status, json.loads(answer.read())


def metrics(lab: Lab, daemon: str) -> str:
    with contextlib.closing(_Door(f"{lab.dir}/{daemon}.sock")) as door:
        door.request("GET", "/metrics")
        answer = door.getresponse()
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        return answer.read().decode()


def status(lab: Lab, daemon: str = "client") -> dict[str, Any]:
    code, told = ask(lab, daemon, "/v1/status")
    assert code == 200, told
    return told


def sent_up(lab: Lab) -> None:
    """Everything that programs did has reached the mail server."""
    until(lambda: status(lab)["queue"]["items"] == 0, "an empty queue")


def come_down(lab: Lab) -> None:
    """Everything that stands at the mail server now has reached the faces."""
    until(lambda: ask(lab, "client", "/v1/refresh", {"address": ""})[0] == 200, "an answer to a refresh")
    until(lambda: all(account["synced"] for account in status(lab)["accounts"]), "all of it at the client")


def assert_equal(lab: Lab, user: str | None = None) -> View:
    """Face and mail server hold the same mails with the same flags, dates, sizes, octets; gives the face's view."""
    sent_up(lab)
    come_down(lab)
    seen = at_face(lab, user)
    unlike = difference(seen, at_server(lab, user or "alice"), uids=False)
    assert not unlike, f"face | server\n{unlike}"
    return seen


def until(holds: Callable[[], Any], what: str, seconds: float = LIMIT_SECONDS) -> Any:
    """Asks again until it holds; for what nobody announces."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)
    return found


def generate(folder: pathlib.Path, count: int, kinds: str) -> None:
    """Mails from a seed, as `lab up --mails FOLDER` takes them."""
    command = [sys.executable, str(ROOT / "tests" / "support" / "mailgen" / "mailgen.py"), "--seed", "3", "--count", str(count),
               "--out", str(folder), "--user", "alice@mail.test", "--kinds", kinds]
    subprocess.run(command, check=True, capture_output=True, timeout=LIMIT_SECONDS)


def mail(subject: str, body: str = "", sender: str = "bob@mail.test", to: str = "alice@mail.test") -> bytes:
    return (f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Mon, 02 Feb 2026 10:00:00 +0000\r\n"
            f"Message-ID: <{subject.replace(' ', '.')}@mail.test>\r\n\r\n{body or 'The text of ' + subject + '.'}\r\n").encode()


def digest(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def find(client: Client, mailbox: str, subject: str) -> list[int]:
    """UIDs of the mails with this subject, as SEARCH finds them."""
    client.select(mailbox, examine=True)
    reply = client.ok("UID SEARCH HEADER Subject", f'"{subject}"')
    return [int(word) for line in reply.lines(b"SEARCH") for word in line.raw.split()[2:]]


