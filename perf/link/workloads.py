"""The workloads: each method in a fresh lab with the same seed, every row with what the link carried."""

import argparse
import contextlib
import functools
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import agents
import bulk
import cpu
import fair
import idle
import latency
import mbsync
import roam
import start
from lab import Lab, LabFailed, ROOT
from rows import Row, commit

SUPPORT = str(ROOT / "tests" / "support")
PROBE = str(ROOT / "perf" / "link" / "probe.py")


class Bench:
    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.commit = commit()

    @staticmethod
    @functools.cache
    def describe(profile: str) -> dict[str, Any]:
        """What a profile sets, for `up` and `down`."""
        done = subprocess.run([str(ROOT / "build" / "release" / "packetboat-link"), "--describe", profile], capture_output=True, text=True)
        if done.returncode != 0:
            raise LabFailed(done.stderr.strip())
        return json.loads(done.stdout)

    def mails(self, quick: int, full: int) -> str:
        return self.args.mails or str(quick if self.args.quick else full)

    def seconds(self, quick: float, full: float) -> float:
        return self.args.seconds or (quick if self.args.quick else full)

    def lab(self, *options: str, packetboat: bool = True, profile: str = "") -> Lab:
        more = [] if packetboat else ["--no-packetboat"]
        return Lab("--profile", profile or self.args.profile, "--seed", str(self.args.seed), *options, *more)

    def row(self, lab: Lab, workload: str, method: str, seconds: float, **more: object) -> Row:
        up, down = lab.link_bytes()
        return {"workload": workload, "method": method, "profile": self.args.profile, "seed": self.args.seed, "seconds": round(seconds, 4),
                "link_bytes_up": up, "link_bytes_down": down, "emulated": lab.emulated, "commit": self.commit, **self.path(), **more}

    def no_row(self, workload: str, method: str, why: str, **more: object) -> Row:
        """In place of a method that is not to be had here."""
        return {"workload": workload, "method": method, "note": why, "profile": self.args.profile, "seed": self.args.seed, "commit": self.commit, **more}

    def path(self) -> Row:
        described = self.describe(self.args.profile)
        return {"rate": described["down"]["bits_per_second"], "rtt": described["up"]["delay"] + described["down"]["delay"]}

    # ---- first-sync

    def first_sync(self) -> list[Row]:
        return [self._first_sync("mbsync", False, deflate=False), self._first_sync("mbsync-deflate", False),
                self._first_sync("packetboat", True)]

    def _first_sync(self, method: str, packetboat: bool, deflate: bool = True) -> Row:
        with self.lab(packetboat=packetboat) as lab, self.mail_folder() as source:
            done = mbsync.first_sync(lab, [source], packetboat, deflate)
            row = self.row(lab, "first-sync", method, done.seconds, payload_bytes=done.octets, messages=done.messages())
            if different := done.different():
                row["error"] = different
            return row

    @contextlib.contextmanager
    def mail_folder(self) -> Iterator[str]:
        """The messages of the run: given, or generated from the seed."""
        mails = self.mails(60, 400)
        if not mails.isdigit():
            yield str(pathlib.Path(mails).resolve())
            return
        with tempfile.TemporaryDirectory(prefix="pb-mail-") as out:
            subprocess.run([sys.executable, SUPPORT + "/mailgen/mailgen.py", "--seed", str(self.args.seed), "--count", mails, "--out", out,
                            "--user", "alice@mail.test"], check=True, capture_output=True)
            yield out

    # ---- no-change

    def no_change(self) -> list[Row]:
        rows = []
        with self.lab("--mails", self.mails(20, 60), "--wait", "synced") as lab:
            lab.stats(reset=True)
            begun = time.time()
            lab.packetboat("refresh")
            rows.append(self.row(lab, "no-change", "packetboat", time.time() - begun, start="live", payload_bytes=0))
            lab.call("kill", "client")
            lab.stats(reset=True)
            lab.call("start", "client")
            begun = lab.started("client")
            while True:
                account = lab.status()["accounts"][0]
                if account["confirmed_as_of"] and account["confirmed_as_of"] >= begun and account["caught_up"]:
                    break
                time.sleep(0.02)
            rows.append(self.row(lab, "no-change", "packetboat", account["confirmed"] - begun, start="cold", payload_bytes=0))
        with self.lab("--mails", self.mails(20, 60), packetboat=False) as lab:
            rc = mbsync.config(lab, pathlib.Path(lab.dir) / "direct", face=False)
            mbsync.run(lab, rc)
            lab.stats(reset=True)
            begun = time.time()
            mbsync.run(lab, rc)
            rows.append(self.row(lab, "no-change", "mbsync-deflate", time.time() - begun, start="cold", payload_bytes=0))
        return rows

    # ---- push, open, send: probe.py runs where the program is and prints what it saw

    def probe(self, lab: Lab, what: str, face: bool, *more: str) -> Row:
        env = lab.env
        command = lab.command("client", sys.executable, PROBE, what, env["FACE_IMAP" if face else "SERVER_IMAP"],
                              env["FACE_SUBMISSION" if face else "SERVER_SUBMISSION"], env["FACE_USER" if face else "SERVER_USER"],
                              env["FACE_PASSWORD" if face else "SERVER_PASSWORD"], "-" if face else env["SERVER_CA"], *more)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            return {"error": done.stderr.strip()[-300:]}
        return json.loads(done.stdout)

    def push(self) -> list[Row]:
        rows = []
        for method, face in (("idle+fetch", False), ("packetboat", True)):
            options = ("--mails", "20", "--wait", "synced") if face else ("--mails", "20")
            with self.lab(*options, packetboat=face) as lab:
                mail = pathlib.Path(lab.dir) / "new.eml"
                mail.write_bytes(_mail("push", 6000))
                lab.stats(reset=True)
                deliver = " ".join([str(ROOT / "scripts" / "lab"), "deliver", lab.dir, "alice", str(mail)])
                seen = self.probe(lab, "push", face, deliver)
                rows.append(self.row(lab, "push", method, seen.pop("body_seconds", 0.0), payload_bytes=mail.stat().st_size, **seen))
        return rows

    def open(self) -> list[Row]:
        rows = []
        with self.lab("--mails", self.mails(30, 200), "--wait", "synced") as lab:
            lab.stats(reset=True)
            seen = self.probe(lab, "open", True)
            rows.append(self.row(lab, "open", "packetboat", seen.pop("p50_seconds", 0.0), **seen))
            lab.call("link", "down")
            lab.stats(reset=True)
            seen = self.probe(lab, "open", True)
            rows.append(self.row(lab, "open", "packetboat, link down", seen.pop("p50_seconds", 0.0), **seen))
        with self.lab("--mails", self.mails(30, 200), packetboat=False) as lab:
            lab.stats(reset=True)
            seen = self.probe(lab, "open", False)
            rows.append(self.row(lab, "open", "direct", seen.pop("p50_seconds", 0.0), **seen))
        return rows

    def send(self) -> list[Row]:
        rows = []
        for method, face in (("direct", False), ("packetboat", True)):
            options = ("--wait", "synced") if face else ()
            with self.lab(*options, packetboat=face) as lab:
                lab.stats(reset=True)
                seen = self.probe(lab, "send", face)
                if face:
                    lab.call("wait", "queue-empty", "600")
                rows.append(self.row(lab, "send", method, seen.pop("accepted_seconds", 0.0), payload_bytes=6000, **seen))
        return rows

    # ---- idle

    def idle(self) -> list[Row]:
        mails = int(self.mails(5_000, 50_000))
        seconds = 15.0 if self.args.quick else 120.0
        with self.lab("--server", "fake") as lab:
            idle.sync_skeleton(lab, mails)
            told = idle.observe(lab, seconds)
            return [self.row(lab, "idle", side, seconds, messages=mails, **facts) for side, facts in told.items()]

    # ---- agents

    def agents(self) -> list[Row]:
        crowd = agents.Crowd(40, 20) if self.args.quick else agents.Crowd(200, 50)
        seconds = 10.0 if self.args.quick else 60.0
        rows = []
        with self.lab("--users", str(crowd.users), "--accounts", str(crowd.at_each)) as lab, agents.joined(lab, crowd) as clients:
            rows.append(self.row(lab, "agents", "idle", seconds, agents=crowd.users, **agents.idle(lab, clients, seconds)))
            for method, share in (("headroom", 400), ("no-headroom", 0)):
                agents.give_share(lab, clients, share)
                agents.show_rate(lab, clients)
                took, facts = agents.one_mail_each(lab, clients, method)
                rows.append(self.row(lab, "agents", method, took, agents=crowd.users, **facts))
        return rows


def _mail(subject: str, size: int) -> bytes:
    line = b"Das ist eine Zeile eines neuen Briefes, und sie wiederholt sich nicht ganz: %d\r\n"
    body = b"".join(line % number for number in range(size // 80))
    return b"From: bob@mail.test\r\nTo: alice@mail.test\r\nSubject: " + subject.encode() + b"\r\nMessage-ID: <push-%d@mail.test>\r\n" % size + \
        b"Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\n" + body


WORKLOADS: dict[str, tuple[Callable[[Bench], list[Row]], list[str]]] = {
    "first-sync": (Bench.first_sync, ["method", "seconds", "link_bytes_up", "link_bytes_down", "payload_bytes", "messages"]),
    "no-change": (Bench.no_change, ["method", "start", "seconds", "link_bytes_up", "link_bytes_down"]),
    "push": (Bench.push, ["method", "exists_seconds", "seconds", "link_bytes_up", "link_bytes_down", "payload_bytes"]),
    "open": (Bench.open, ["method", "seconds", "p99_seconds", "link_bytes_up", "link_bytes_down"]),
    "send": (Bench.send, ["method", "seconds", "link_bytes_up", "link_bytes_down", "payload_bytes"]),
    "idle": (Bench.idle, ["method", "messages", "peak_memory_bytes", "cpu_share", "seconds", "link_bytes_up", "link_bytes_down"]),
    "agents": (Bench.agents, ["method", "agents", "seconds", "memory_bytes_each", "gateway_cpu_seconds", "client_cpu_seconds", "mixed_share",
                              "link_bytes_up", "link_bytes_down", "payload_bytes"]),
    "bulk": (bulk.run, bulk.KEYS),
    "latency": (latency.run, latency.KEYS),
    "cpu": (cpu.run, cpu.KEYS),
    "fair": (fair.run, fair.KEYS),
    "roam": (roam.run, roam.KEYS),
    "start": (start.run, start.KEYS),
}
