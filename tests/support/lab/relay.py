"""Where namespaces or TUN are refused: a relay on the loopback that delays and paces streams like a link would.

relay.py --control SOCKET --program PACKETBOAT_LINK --profile P LISTEN=TARGET…      ports on 127.0.0.1, TCP and UDP

A stream cannot lose octets, so a loss costs its chunk one round trip more; UDP datagrams are lost. Coarse: good enough
to run every test, not to measure (bench marks such rows).
"""

import argparse
import asyncio
import json
import pathlib
import random
import subprocess
import sys
from typing import Any

CHUNK = 1400
HEADER = 40  # what IP and TCP would add to a chunk
BACKLOG = 256 * 1024  # read ahead of the link; a stream's writer waits beyond it


class Way:
    """One direction: when does a chunk that comes now arrive?"""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.free_at = 0.0
        self.settings: dict[str, float] = {}
        self.reset()

    def reset(self) -> None:
        self.offered = self.delivered = self.lost = self.packets = 0

    def arrival(self, size: int, now: float) -> tuple[float, bool]:
        size += HEADER
        self.offered += size
        self.packets += 1
        rate = self.settings["bits_per_second"]
        self.free_at = max(now, self.free_at) + (size * 8 / rate if rate else 0)
        lost = self.random.random() < self.settings["mean_loss"]
        self.lost += size if lost else 0
        self.delivered += 0 if lost else size
        jitter = self.settings["jitter"] * self.random.uniform(-1, 1)
        return self.free_at + max(0.0, self.settings["delay"] + jitter), lost

    def counts(self) -> dict[str, int]:
        return {"offered_bytes": self.offered, "offered_packets": self.packets, "delivered_bytes": self.delivered,
                "lost_bytes": self.lost}


class Relay:
    def __init__(self, program: str, profile: str, seed: int) -> None:
        self.program = program
        self.up, self.down = Way(seed), Way(seed + 1)
        self.is_up = asyncio.Event()
        self.is_up.set()
        self.configure(profile)

    def configure(self, profile: str) -> None:
        done = subprocess.run([self.program, "--describe", profile], capture_output=True, text=True)
        if done.returncode != 0:
            raise ValueError(done.stderr.strip())
        told = json.loads(done.stdout)
        self.profile, self.up.settings, self.down.settings = profile, told["up"], told["down"]

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        """Copies until the end, each chunk at its time."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(BACKLOG // CHUNK)
        sender = asyncio.create_task(self._send(queue, writer))
        last = 0.0
        try:
            while data := await reader.read(CHUNK):
                at, lost = way.arrival(len(data), loop.time())
                at += 2 * way.settings["delay"] if lost else 0
                last = max(last, at)  # a stream keeps its order
                await queue.put((last, data))
            await queue.put((last, b""))
            await sender
        except (OSError, asyncio.CancelledError):
            sender.cancel()

    async def _send(self, queue: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at, data = await queue.get()
            await asyncio.sleep(max(0.0, at - loop.time()))
            await self.is_up.wait()
            if not data:
                return writer.write_eof()
            writer.write(data)
            await writer.drain()

    async def serve(self, target: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            return writer.close()
        await asyncio.gather(self.stream(reader, far_writer, self.up), self.stream(far_reader, writer, self.down),
                             return_exceptions=True)
        writer.close()
        far_writer.close()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        cmd = request.get("cmd")
        if cmd == "profile":
            self.configure(request["profile"])
        elif cmd == "down":
            self.is_up.clear()
        elif cmd == "up":
            self.is_up.set()
        elif cmd not in ("stats", "stats-reset"):
            raise ValueError("unknown cmd")
        state = "up" if self.is_up.is_set() else "down"
        told = {"ok": True, "profile": self.profile, "state": state, "up": self.up.counts(), "down": self.down.counts()}
        if cmd == "stats-reset":
            self.up.reset()
            self.down.reset()
        return told

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            try:
                told = self.answer(json.loads(line))
            except (ValueError, KeyError) as error:
                told = {"ok": False, "error": str(error)}
            writer.write(json.dumps(told).encode() + b"\n")
        writer.close()


class Datagrams(asyncio.DatagramProtocol):
    """One UDP port; each client address gets a socket of its own towards the target."""

    def __init__(self, relay: Relay, target: int) -> None:
        self.relay, self.target = relay, target
        self.far: dict[Any, asyncio.DatagramTransport] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, peer: Any) -> None:
        asyncio.create_task(self._forward(data, peer))

    async def _forward(self, data: bytes, peer: Any) -> None:
        if peer not in self.far:
            loop = asyncio.get_running_loop()
            self.far[peer], _ = await loop.create_datagram_endpoint(
                lambda: _Back(self, peer), remote_addr=("127.0.0.1", self.target))
        self.later(self.relay.up, data, self.far[peer].sendto)

    def later(self, way: Way, data: bytes, send: Any) -> None:
        loop = asyncio.get_running_loop()
        at, lost = way.arrival(len(data), loop.time())
        if not lost and self.relay.is_up.is_set():
            loop.call_at(at, send, data)


class _Back(asyncio.DatagramProtocol):
    def __init__(self, near: Datagrams, peer: Any) -> None:
        self.near, self.peer = near, peer

    def datagram_received(self, data: bytes, _: Any) -> None:
        self.near.later(self.near.relay.down, data, lambda octets: self.near.transport.sendto(octets, self.peer))


async def run(options: argparse.Namespace) -> None:
    relay = Relay(options.program, options.profile, options.seed)
    loop = asyncio.get_running_loop()
    pathlib.Path(options.control).unlink(missing_ok=True)
    await asyncio.start_unix_server(relay.control, options.control)
    for pair in options.pairs:
        listen, target = (int(port) for port in pair.split("="))
        await asyncio.start_server(lambda r, w, t=target: relay.serve(t, r, w), "127.0.0.1", listen, limit=CHUNK)
        await loop.create_datagram_endpoint(lambda t=target: Datagrams(relay, t), local_addr=("127.0.0.1", listen))
    print("READY", flush=True)
    await asyncio.Event().wait()


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("control", "program", "profile"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("pairs", nargs="+", metavar="LISTEN=TARGET")
    asyncio.run(run(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
