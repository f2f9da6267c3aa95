"""A lab (scripts/lab) as an object: the world in which every whole-system figure is measured."""

import json
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import time
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = str(ROOT / "scripts" / "lab")


LIMIT_SECONDS = 900  # of any one verb; `wait` has its own, shorter one


class LabFailed(Exception):
    pass


class Lab:
    def __init__(self, *options: str) -> None:
        self.dir = tempfile.mkdtemp(prefix="pb-")
        os.chmod(self.dir, 0o755)
        self.env: dict[str, str] = {}
        self.options = options

    def __enter__(self) -> "Lab":
        try:
            self.read_env(self.call("up", *self.options))
        except BaseException:
            shutil.rmtree(self.dir, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.call("down", check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def read_env(self, text: str) -> None:
        for word in shlex.split(text):
            key, _, value = word.partition("=")
            self.env[key] = value

    def call(self, verb: str, *args: str, check: bool = True, environment: dict[str, str] | None = None) -> str:
        try:
            done = subprocess.run([LAB, verb, self.dir, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  env={**os.environ, **(environment or {})}, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise LabFailed(f"lab {verb}: no end after {LIMIT_SECONDS} s") from None
        if check and done.returncode != 0:
            raise LabFailed(f"lab {verb}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def command(self, side: str, *args: str) -> list[str]:
        return [LAB, "exec", self.dir, side, *args]

    def run(self, side: str, *args: str, check: bool = True, **more: Any) -> str:
        done = subprocess.run(self.command(side, *args), stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
        if check and done.returncode != 0:
            raise LabFailed(f"{args[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout

    def pid(self, role: str) -> int:
        """Of the client or the gateway; 0 while it does not run."""
        told = dict(word.partition("=")[::2] for word in shlex.split(self.call("env")))
        return int(told[f"{role.upper()}_PID"] or 0)

    def started(self, role: str) -> float:
        """When the running client or gateway was exec'd, on time.time()'s clock; the kernel tells it in hundredths."""
        facts = pathlib.Path(f"/proc/{self.pid(role)}/stat").read_text()
        ticks = int(facts[facts.rindex(")") + 2 :].split()[19])
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks / os.sysconf("SC_CLK_TCK")

    def stats(self, reset: bool = False) -> dict[str, Any]:
        return json.loads(self.call("stats", *(["--reset"] if reset else [])))

    def link_bytes(self) -> tuple[int, int]:
        told = self.stats()
        return told["up"]["offered_bytes"], told["down"]["offered_bytes"]

    def packetboat(self, *args: str, config: str = "CLIENT_CONFIG", side: str = "client", check: bool = True) -> str:
        program = os.environ.get("PACKETBOAT_BIN") or str(ROOT / "build" / "release" / "packetboat")
        verb, rest = args[0], args[1:]
        if verb in ("queue", "devices", "account", "link") and rest:
            return self.run(side, program, verb, rest[0], "--config", self.env[config], *rest[1:], check=check)
        return self.run(side, program, verb, "--config", self.env[config], *rest, check=check)

    def status(self) -> dict[str, Any]:
        return json.loads(self.packetboat("status", "--json"))

    def forget_mail(self) -> None:
        """The client stops; paired and with its account it stays, its replica is gone: where a first sync begins."""
        self.call("kill", "client")
        for state in self.env["STATE_DIRS"].split():
            accounts = pathlib.Path(state) / "accounts"
            if accounts.is_dir():
                for account in accounts.iterdir():
                    for entry in account.iterdir():
                        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    @property
    def emulated(self) -> str:
        return self.stats().get("emulated", "netns")
