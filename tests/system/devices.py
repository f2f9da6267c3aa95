"""More clients in a lab beside its own: other devices, with a state, a key and faces of their own."""

import itertools
import os
import pathlib
import subprocess
import urllib.parse
from typing import Any

import accounts
from imapclient.client import Client
from lab import Lab, ROOT

PROGRAM = os.environ.get("PACKETBOAT_BIN") or str(ROOT / "build" / "release" / "packetboat")
SECONDS = 120  # for one command
_numbers = itertools.count(1)


def command(lab: Lab, side: str, *args: str) -> tuple[int, str]:
    """A packetboat command: its exit status and all it said."""
    done = subprocess.run(lab.command(side, PROGRAM, *args), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    return done.returncode, done.stdout + done.stderr


def pairing_url(lab: Lab, *users: str) -> str:
    named = [word for user in users for word in ("--user", f"{user}@mail.test")]
    code, told = command(lab, "server", "pair", "--config", lab.env["GATEWAY_CONFIG"], "--url-only", *named)
    assert code == 0, told
    return told.strip()


def with_pin(url: str, pin: str) -> str:
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query)) | {"pin": pin}
    return urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode(query)))


class Device:
    def __init__(self, lab: Lab, folder: pathlib.Path) -> None:
        number = next(_numbers)
        self.lab, self.name, self.folder = lab, f"device{number}", folder
        self._process: subprocess.Popen | None = None
        imap, submission, flow = (23000 + 10 * number + i for i in range(3))
        self.face_port = imap
        self.config = folder / f"{self.name}.yaml"
        self.config.write_text(f"""\
state_dir: {folder}/{self.name}
control: {lab.dir}/{self.name}.sock
device: {self.name}
secrets: file
faces: {{imap: "127.0.0.1:{imap}", submission: "127.0.0.1:{submission}"}}
flow: {{listen: "127.0.0.1:{flow}"}}
""")

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, *args: str) -> tuple[int, str]:
        words = args[:2] if args[0] == "account" else args[:1]
        return command(self.lab, "client", *words, "--config", str(self.config), *args[len(words):])

    def pair(self, *users: str) -> "Device":
        code, told = self.run("pair", pairing_url(self.lab, *users))
        assert code == 0, told
        return self

    def start(self) -> "Device":
        log = (self.folder / f"{self.name}.log").open("ab")
        with log:
            self._process = subprocess.Popen(self.lab.command("client", PROGRAM, "client", "--config", str(self.config)),
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        accounts.until(self._answers, f"{self.name} answers")
        return self

    def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, (self.folder / f"{self.name}.log").read_text()
        try:
            return accounts.ask(self.lab, self.name, "/v1/status")[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=SECONDS)
            self._process = None

    def status(self) -> dict[str, Any]:
        return accounts.status(self.lab, self.name)

    def connected(self) -> "Device":
        accounts.until(lambda: self.status()["session"]["state"] == "connected", f"{self.name} connected")
        return self

    def password(self, password: str) -> str:
        path = self.folder / f"{self.name}.password"
        path.write_text(password + "\n")
        path.chmod(0o600)
        return str(path)

    def add_account(self, user: str, password: str) -> tuple[int, str]:
        return self.run("account", "add", f"{user}@mail.test", "--password-file", self.password(password))

    def face(self, user: str) -> Client:
        """Connected, not logged in."""
        return accounts.imap(self.lab, "client", f"127.0.0.1:{self.face_port}")

    def face_password(self, user: str) -> str:
        code, told = accounts.ask(self.lab, self.name, "/v1/accounts/show", {"address": f"{user}@mail.test"})
        assert code == 200, told
        return told["password"]
