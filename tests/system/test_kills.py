"""Killed, cut from the power, or out of disk space at seeded instants under mixed load: nothing lost, altered or doubled, no UID given twice.

The instants are drawn over the durable writes of a process (tests/support/crash), never over time. The front and the broker
write next to nothing; their instants are the worker's writes. PACKETBOAT_SOAK=1 draws 50 instants for each, else a few; PACKETBOAT_INSTANTS says how many.
"""

import hashlib
import os
import pathlib
import random
import time

import pytest

from lab import Lab, LabFailed, ROOT
import promises

SOAK = bool(os.environ.get("PACKETBOAT_SOAK"))
KILLS = int(os.environ.get("PACKETBOAT_INSTANTS", "50" if SOAK else "3"))  # of each process
CUTS = int(os.environ.get("PACKETBOAT_INSTANTS", "30" if SOAK else "2"))
SEED = int(os.environ.get("PACKETBOAT_SEED", "1"))
OPERATIONS = 10
ATTEMPTS = 6
FAILING = 6  # writes in a row that find no room
DAEMON_OF = {"client": "client", "gateway": "gateway", "worker": "gateway", "broker": "gateway"}
# How many durable writes a round's load makes, as the first guess: an instant beyond the last one kills nothing, tells how
# many there were, and is drawn anew from those.
WRITES = {"client": 220, "worker": 90}


def _library() -> pathlib.Path:
    binary = os.environ.get("PACKETBOAT_BIN")
    build = pathlib.Path(binary).parent if binary else ROOT / "build" / "release"
    return build / "tests" / "libpacketboat_crashpoint.so"


def counted_of(victim: str) -> str:
    """The process whose writes are the instants."""
    return "client" if victim == "client" else "worker"


class Instants:
    """A lab whose daemons are started with a crash point armed."""

    def __init__(self, lab: Lab, tmp: pathlib.Path) -> None:
        self.lab, self.tmp, self.rng, self.rounds = lab, tmp, random.Random(SEED), 0
        self.promises = promises.Promises()
        self.writes = dict(WRITES)

    def _crashpoint(self, victim: str, mode: str, at: int) -> dict[str, str]:
        counted = counted_of(victim)
        more = {"CRASHPOINT_MODE": "relative", "CRASHPOINT_VICTIM": f"packetboat {victim}"} if victim in ("gateway", "broker") else \
               {"CRASHPOINT_MODE": mode, "CRASHPOINT_COUNT": str(FAILING)}
        return {"LD_PRELOAD": str(_library()), "CRASHPOINT_DIR": f"{self.lab.dir}/{DAEMON_OF[victim]}",
                "CRASHPOINT_PROCESS": f"packetboat {counted} ", "CRASHPOINT_AT": str(at), "CRASHPOINT_ONCE": str(self.once),
                "CRASHPOINT_LOG": str(self.log), **more}

    @property
    def once(self) -> pathlib.Path:
        return self.tmp / f"fired-{self.rounds}"

    @property
    def log(self) -> pathlib.Path:
        return self.tmp / f"writes-{self.rounds}"

    def _writes_seen(self) -> int:
        """By the process that wrote most: each numbers its own, and the log says `PID NUMBER OPERATION PATH`."""
        return max((int(line.split()[1]) for line in self.log.read_text().splitlines()), default=1) if self.log.exists() else 1

    def _start(self, role: str, environment: dict[str, str] | None = None) -> None:
        if self.lab.pid(role):
            self.lab.call("kill", role)
        self.lab.call("start", role, environment=environment)

    def rounds_of(self, victim: str, mode: str, count: int) -> None:
        fired = drawn = 0
        while fired < count:
            fired, drawn = fired + self.round(victim, mode), drawn + 1
            assert drawn <= 3 * count, "too few instants come to tell anything"
        print(f"{mode} of {victim}: {fired} of {drawn} instants came, {self.promises.doubled} submissions arrived twice so far")

    def round(self, victim: str, mode: str) -> bool:
        """One instant: arm, load, die, come back, and every promise is kept. False: the load ended before the instant."""
        self.rounds += 1
        at = self.rng.randint(1, self.writes[counted_of(victim)])
        what = f"{mode} of {victim} at durable write {at}, round {self.rounds}, seed {SEED}"
        role = DAEMON_OF[victim]
        try:
            self._start(role, self._crashpoint(victim, mode, at))
        except Exception:
            if not self.once.exists():
                raise  # dying while it starts is an instant like any other
        self._deliver()
        with promises.start_program(self.lab, SEED * 10_000 + self.rounds, OPERATIONS) as program:
            assert program.stdout is not None
            events = [self.promises.hear(line) for line in program.stdout]
        assert events and events[-1] in ("end", "broken") or self.once.exists(), f"{what}: the program could not begin"
        if victim != "client":
            assert events[-1] == "end", f"{what}: the face must not feel the gateway"
        self._settle(victim, mode, what)
        fired = self.once.exists()  # what the program began goes up after its end too
        face, server = promises.at_face(self.lab), promises.at_server(self.lab)
        others = [promises.at_server(self.lab, user) for user in ("bob", "carol")]
        self.promises.a_deletion_may_be_half_done()
        broken = self.promises.broken(face, server, others, doubles_allowed=int(fired and victim != "client"))
        assert not broken, what + ":\n" + "\n".join(broken[:20])
        self.promises.settle(server)
        if not fired:
            self.writes[counted_of(victim)] = self._writes_seen()
        return fired

    def _deliver(self) -> None:
        token = f"d{SEED}n{self.rounds}"
        octets = f"From: bob@mail.test\r\nSubject: {token}\r\n\r\n{self.rng.random()}\r\n".encode()
        file = self.tmp / f"{token}.eml"
        file.write_bytes(octets)
        self.lab.call("deliver", "alice", str(file))
        self.promises.deliver(token, hashlib.sha256(octets).hexdigest())

    def _settle(self, victim: str, mode: str, what: str) -> None:
        """Caught up: without a crash point again, but for a full disk, which must heal by itself."""
        role = DAEMON_OF[victim]
        if victim == "client" and mode != "enospc":
            self._start(role)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if not self.lab.pid(role):
                    self._start(role)
                self.lab.call("wait", "queue-empty", "10")
                self.lab.packetboat("refresh")
                self.lab.call("wait", "synced", "60")
                return
            except LabFailed as error:  # the instant may come as late as here
                assert attempt < ATTEMPTS, f"{what}: {error}"
                time.sleep(2)  # what could not be opened is tried again every few seconds


@pytest.fixture(scope="module")
def instants(world, tmp_path_factory):
    with Lab("--mails", "10", "--wait", "synced") as lab:
        yield Instants(lab, tmp_path_factory.mktemp("instants"))


@pytest.mark.parametrize("victim", ["client", "gateway", "worker", "broker"])
def test_killed(instants, victim):
    instants.rounds_of(victim, "kill", KILLS)


@pytest.mark.parametrize("victim", ["client", "worker"])
def test_the_power_fails(instants, victim):
    instants.rounds_of(victim, "powercut", CUTS)


def test_the_disk_is_full(instants):
    instants.rounds_of("client", "enospc", CUTS)
